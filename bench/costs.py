"""What processes cost, as the kernel counts it."""

import re
import time
from pathlib import Path
from statistics import mean

from table import table

IDLE_S = 10.0


def resident_mb(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def private_kb(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(map(int, re.findall(r"^Private_\w+:\s+(\d+)", text, re.MULTILINE)))


def cpu_seconds(pid):
    """Of all threads, to the nanosecond: the ticks of /proc/PID/stat are too coarse for this."""
    return sum(int(Path(task, "schedstat").read_text().split()[0]) / 1e9
               for task in Path(f"/proc/{pid}/task").iterdir())


def idle(name, cluster):
    """The rows of one system while nothing happens: one for each process of a member."""
    leader, _ = cluster.leader()
    time.sleep(1)
    processes = {member: member.processes for member in cluster.members}
    before = {pid: cpu_seconds(pid) for member in processes for pid in member.pids("both")}
    time.sleep(IDLE_S)
    share = {pid: 100 * (cpu_seconds(pid) - before[pid]) / IDLE_S for pid in before}
    kept = "yes" if cluster.leader()[0] is leader else "no"
    for what in processes[leader]:
        def sums(of, what=what):
            return {member: sum(map(of, it[what])) for member, it in processes.items()}
        used = sums(share.get)
        yield [name, what, f"{used.pop(leader):.2f} %", f"{mean(used.values()):.2f} %",
               f"{mean(sums(resident_mb).values()):,.1f} MB",
               f"{mean(sums(private_kb).values()):,.0f} kB", kept]


def idle_table(rows):
    return table(["who", "process", "CPU of the leader", "CPU of another", "resident", "private",
                  "leader kept"], rows)

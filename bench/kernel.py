"""What the kernel saw of some threads: records it with perf, and reads the recording."""

import bisect
import re
import signal
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

# The calls that take time here, by their numbers on x86-64.
DISK = {1: "write", 18: "pwrite64", 74: "fsync", 75: "fdatasync", 82: "rename", 257: "openat",
        264: "renameat", 316: "renameat2"}
NETWORK = {41: "socket", 42: "connect", 43: "accept", 44: "sendto", 45: "recvfrom", 46: "sendmsg",
           47: "recvmsg", 288: "accept4"}
WAITING = {0: "read", 7: "poll", 202: "futex", 232: "epoll_wait", 247: "waitid",
           281: "epoll_pwait"}
CALLS = DISK | NETWORK | WAITING
LINE = re.compile(r"\s*(\d+) +\[\d+\] +(\d+)\.(\d{9}): +(\w+:\w+): ?(.*)")


@dataclass(frozen=True)
class Call:
    begin: int
    end: int
    number: int

    @property
    def name(self):
        return CALLS.get(self.number, f"call {self.number}")


class Thread:
    """One thread's life: when it ran, who woke it, what it called. Times are in nanoseconds."""

    def __init__(self):
        self.turns = []  # (since when it ran, until when, how it was left: R or asleep)
        self.woken = []  # (when, by which thread)
        self.calls = []
        self.died = None
        self._entered = self._began = None

    def switch_in(self, when):
        self._began = when

    def switch_out(self, when, state):
        if self._began is not None:
            self.turns.append((self._began, when, state))
            self._began = None

    def enter(self, when, number):
        self._entered = (when, number)

    def leave(self, when):
        if self._entered:
            self.calls.append(Call(self._entered[0], when, self._entered[1]))
            self._entered = None

    def call_at(self, when):
        """The call that it was in; None: in none."""
        last = bisect.bisect_right(self.calls, when, key=lambda call: call.begin) - 1
        return self.calls[last] if last >= 0 and when < self.calls[last].end else None


class Recording:
    """with Recording(pids, folder): ...; then `threads`, by thread id."""

    def __init__(self, pids, folder):
        self.file = Path(folder, "perf.data")
        self.tids = [int(task.name) for pid in pids for task in Path(f"/proc/{pid}/task").iterdir()]
        self.threads = defaultdict(Thread)

    def __enter__(self):
        def only(*fields):
            return " || ".join(f"{field} == {tid}" for field in fields for tid in self.tids)
        events = [("raw_syscalls:sys_enter", only("common_pid")),
                  ("raw_syscalls:sys_exit", only("common_pid")),
                  ("sched:sched_switch", only("prev_pid", "next_pid")),
                  ("sched:sched_waking", only("pid")),
                  ("sched:sched_process_exit", only("pid"))]
        chosen = [word for event, which in events for word in ("-e", event, "--filter", which)]
        self.perf = subprocess.Popen(
            ["perf", "record", "-a", "-k", "CLOCK_MONOTONIC", "-m", "4M", "-o", self.file, *chosen],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)  # it does not say when it has begun
        return self

    def __exit__(self, *_):
        time.sleep(0.1)
        self.perf.send_signal(signal.SIGINT)
        self.perf.wait()
        script = subprocess.run(
            ["perf", "script", "--ns", "-F", "tid,cpu,time,event,trace", "-i", self.file],
            check=True, capture_output=True, text=True).stdout
        for line in script.splitlines():
            found = LINE.match(line)
            if found:
                tid, seconds, nanoseconds, event, rest = found.groups()
                self._take(int(tid), int(seconds) * 10**9 + int(nanoseconds), event, rest)

    def _take(self, tid, when, event, rest):
        if event == "raw_syscalls:sys_enter":
            self.threads[tid].enter(when, int(rest.split()[1]))
        elif event == "raw_syscalls:sys_exit":
            self.threads[tid].leave(when)
        elif event == "sched:sched_process_exit":
            self.threads[tid].died = when
        elif event == "sched:sched_waking":
            woken = int(re.search(r"\bpid=(\d+)", rest)[1])
            self.threads[woken].woken.append((when, tid))
        elif event == "sched:sched_switch":
            old, state, new = re.search(
                r"prev_pid=(\d+).* prev_state=(\S+) ==>.* next_pid=(\d+)", rest).groups()
            self.threads[int(old)].switch_out(when, state)
            self.threads[int(new)].switch_in(when)

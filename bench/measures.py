"""What is measured: one function a figure; each gives rows of the table."""

import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import pond
from pond import PROGRAM, ROOT, Node, Pond, seconds_until_agreed, wait_for

IDLE_S = 10.0
LOAD_S = 3


class Row:
    def __init__(self, what, aim, values, unit, digits=1):
        self.what, self.aim, self.values, self.unit, self.digits = what, aim, values, unit, digits

    def markdown(self):
        ordered = sorted(self.values)
        p90 = ordered[min(len(ordered) - 1, round(0.9 * (len(ordered) - 1)))]
        figures = [statistics.median(ordered), p90, ordered[-1]]
        texts = [f"{value:,.{self.digits}f} {self.unit}" for value in figures]
        if len(ordered) == 1:
            texts[1:] = ["", ""]
        return f"| {self.what} | {self.aim} | {' | '.join(texts)} |"


class Missing:
    def __init__(self, what, why):
        self.what, self.why = what, why

    def markdown(self):
        return f"| {self.what} | | not measured: {self.why} | | |"


def ms(seconds):
    return [1000 * value for value in seconds]


def first_goose(rounds):
    taken = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="duckduckgoose-bench-") as folder:
            node = Node(pond.free_ports(1)[0], folder, [])
            try:
                wait_for(lambda: (node.status() or {}).get("mode") == "goose")
                taken.append(time.monotonic() - node.started)
            finally:
                node.reap()
    yield Row("exec of the first node until it is goose", "<= 50 ms", ms(taken), "ms")


def change_of_goose(rounds, how, *arguments):
    taken = []
    for _ in range(rounds):
        with Pond(3, *arguments) as cluster:
            goose, others = cluster.goose()
            time.sleep(0.05)  # not straight behind the election: somewhere between two heartbeats
            pond.kill(goose.keeper, how)
            taken.append(seconds_until_agreed(others, goose.port))
    return ms(taken)


def planned_stop(rounds):
    yield Row("SIGTERM to the goose of 3 until the others agree on a new one", "<= 5 ms",
              change_of_goose(rounds, signal.SIGTERM), "ms")


def crash(rounds):
    yield Row("kill -9 of the goose of 3, promise 1 s, no keeper", "<= 1,300 ms",
              change_of_goose(rounds, signal.SIGKILL, "--no-keeper"), "ms")
    yield Row("kill -9 of the goose of 3, promise 100 ms, no keeper", "<= 400 ms",
              change_of_goose(rounds, signal.SIGKILL, "--no-keeper", "--promise", "100ms"), "ms")


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


def idle(rounds):
    goose_share, duck_share, memory, keepers = [], [], [], []
    with Pond(3) as cluster:
        goose, others = cluster.goose()
        for _ in range(max(1, rounds // 4)):
            def used(node):
                return cpu_seconds(node.pid) + cpu_seconds(node.keeper)
            before = {node.port: used(node) for node in cluster.nodes}
            time.sleep(IDLE_S)
            share = {node.port: 100 * (used(node) - before[node.port]) / IDLE_S
                     for node in cluster.nodes}
            goose_share.append(share[goose.port])
            duck_share += [share[node.port] for node in others]
            memory += [resident_mb(node.pid) for node in cluster.nodes]
            keepers += [private_kb(node.keeper) for node in cluster.nodes]
    yield Row("resident memory of a node of 3", "<= 5 MB", memory, "MB")
    yield Row("private memory of its keeper", "<= 150 kB", keepers, "kB", 0)
    yield Row("idle goose of 3 with its keeper, of one core", "<= 0.3 %", goose_share, "%", 2)
    yield Row("idle duck of 3 with its keeper, of one core", "<= 0.15 %", duck_share, "%", 2)


def requests_a_second(url):
    text = subprocess.run(["wrk", "-t1", "-c16", f"-d{LOAD_S}s", url], check=True,
                          capture_output=True, text=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


class Etcd:
    """One etcd of Debian, alone, on loopback."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="duckduckgoose-bench-")
        client, peer = (f"http://127.0.0.1:{port}" for port in pond.free_ports(2))
        self.url = client + "/health"
        self.process = subprocess.Popen(
            ["etcd", "--data-dir", self.folder.name, "--listen-client-urls", client,
             "--advertise-client-urls", client, "--listen-peer-urls", peer,
             "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = int(client.rsplit(":", 1)[1])
        wait_for(lambda: pond.Asker(port).get("/health") is not None)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def status_load(rounds):
    if not shutil.which("wrk"):
        yield Missing("GET /status a second", "wrk is not installed")
        return
    ours, theirs = [], []
    with Pond(1) as cluster:
        url = f"http://127.0.0.1:{cluster.nodes[0].port}/status"
        if shutil.which("etcd"):
            with Etcd() as etcd:
                for _ in range(rounds):
                    ours.append(requests_a_second(url))
                    theirs.append(requests_a_second(etcd.url))
        else:
            ours = [requests_a_second(url) for _ in range(rounds)]
    yield Row("GET /status a second, 16 connections", ">= 90,000", ours, "/s", 0)
    if theirs:
        yield Row("etcd's GET /health beside it", "", theirs, "/s", 0)
    else:
        yield Missing("etcd's GET /health beside it", "etcd-server is not installed")


def size(_):
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, PROGRAM], check=True)
        megabytes = os.path.getsize(stripped.name) / 2**20
        yield Row("the program, stripped", "<= 3 MB", [megabytes], "MB", 2)


def simulator(rounds):
    program = ROOT / "build" / "release" / "duckduckgoose-sim"
    speeds = []
    for number in range(max(1, rounds // 4)):
        done = subprocess.run([program, "chaos", "--seeds", "500", "--from", str(1 + 500 * number)],
                              check=True, capture_output=True, text=True)
        speeds.append(float(re.search(r"\(([\d,.]+)/s\)", done.stdout)[1].replace(",", "")))
    yield Row("simulated events a second, checker on", ">= 300,000", speeds, "/s", 0)


ALL = {
    "first": first_goose,
    "stop": planned_stop,
    "crash": crash,
    "idle": idle,
    "status": status_load,
    "size": size,
    "simulator": simulator,
}

"""What is measured: one function a figure; each gives rows of the table."""

import os
import re
import shutil
import subprocess
import tempfile
import time

from cluster import KILL, TERM, free_ports, wait_for
from costs import IDLE_S, cpu_seconds, private_kb, resident_mb
from etcd import Etcd
from pond import PROGRAM, ROOT, Founders, Node, Pond
from table import Missing, Row

LOAD_S = 3


def ms(seconds):
    return [1000 * value for value in seconds]


def first_goose(rounds):
    taken = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="duckduckgoose-bench-") as folder:
            begin = time.monotonic()
            node = Node(free_ports(1)[0], folder, [])
            try:
                wait_for(lambda: (node.status() or {}).get("mode") == "goose")
                taken.append(time.monotonic() - begin)
            finally:
                node.end()
    yield Row("exec of the first node until it is goose", "<= 50 ms", ms(taken), "ms")


def agreed_after(cluster, rounds):
    taken = []
    for _ in range(rounds):
        with cluster(3) as started:
            taken.append(started.agreed_after)
    return ms(taken)


def founding(rounds):
    what = "of three started at once: exec of the last until all agree on"
    yield Row(f"{what} a goose", "<= 200 ms", agreed_after(Founders, rounds), "ms")
    if shutil.which("etcd"):
        yield Row(f"{what} etcd's leader", "", agreed_after(Etcd, rounds), "ms")
    else:
        yield Missing(f"{what} etcd's leader", "etcd-server is not installed")


def change_of_goose(rounds, kind, *arguments):
    taken = []
    for _ in range(rounds):
        with Pond(3, *arguments) as cluster:
            taken.append(cluster.fail(kind))
    return ms(taken)


def planned_stop(rounds):
    yield Row("SIGTERM to the goose of 3 until the others agree on a new one", "<= 5 ms",
              change_of_goose(rounds, TERM), "ms")


def crash(rounds):
    yield Row("kill -9 of the goose of 3, promise 1 s, no keeper", "<= 1,300 ms",
              change_of_goose(rounds, KILL, "--no-keeper"), "ms")
    yield Row("kill -9 of the goose of 3, promise 100 ms, no keeper", "<= 400 ms",
              change_of_goose(rounds, KILL, "--no-keeper", "--promise", "100ms"), "ms")


def idle(rounds):
    goose_share, duck_share, memory, keepers = [], [], [], []
    with Pond(3) as cluster:
        goose, others = cluster.leader()
        for _ in range(max(1, rounds // 4)):
            def used():
                return {node: sum(map(cpu_seconds, node.pids("both"))) for node in cluster.members}
            before = used()
            time.sleep(IDLE_S)
            share = {node: 100 * (after - before[node]) / IDLE_S for node, after in used().items()}
            goose_share.append(share[goose])
            duck_share += [share[node] for node in others]
            memory += [resident_mb(pid) for node in cluster.members for pid in node.pids("node")]
            keepers += [private_kb(pid) for node in cluster.members for pid in node.pids("keeper")]
    yield Row("resident memory of a node of 3", "<= 5 MB", memory, "MB")
    yield Row("private memory of its keeper", "<= 150 kB", keepers, "kB", 0)
    yield Row("idle goose of 3 with its keeper, of one core", "<= 0.3 %", goose_share, "%", 2)
    yield Row("idle duck of 3 with its keeper, of one core", "<= 0.15 %", duck_share, "%", 2)


def requests_a_second(url):
    text = subprocess.run(["wrk", "-t1", "-c16", f"-d{LOAD_S}s", url], check=True,
                          capture_output=True, text=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


def status_load(rounds):
    if not shutil.which("wrk"):
        yield Missing("GET /status a second", "wrk is not installed")
        return
    ours, theirs = [], []
    with Pond(1) as cluster:
        url = f"http://127.0.0.1:{cluster.members[0].port}/status"
        if shutil.which("etcd"):
            with Etcd(1) as etcd:
                their_url = f"http://127.0.0.1:{etcd.members[0].port}/health"
                for _ in range(rounds):
                    ours.append(requests_a_second(url))
                    theirs.append(requests_a_second(their_url))
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
    "founding": founding,
    "stop": planned_stop,
    "crash": crash,
    "idle": idle,
    "status": status_load,
    "size": size,
    "simulator": simulator,
}

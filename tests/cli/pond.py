"""Nodes as real processes on loopback, for tests; ends every one of them.

The path of the program is the first argument of the test file. DUCKDUCKGOOSE_PATIENCE stretches
every deadline, for builds with sanitizers and busy machines.
"""

import contextlib
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else None
PATIENCE = float(os.environ.get("DUCKDUCKGOOSE_PATIENCE", "1"))
# Below those that the kernel gives to whoever dials: of many tests at once somebody always does.
PORTS = range(10000, 30000)
CHANCE = random.SystemRandom()
PAUSE = 0.01  # between two looks at something that is waited for

# A shell has these ignored in what it starts in the background, and the programs would go on so.
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler)

USAGE, NOBODY, IN_USE, DISK, TRY_AGAIN, PROTOCOL, CONFIGURATION = 2, 69, 73, 74, 75, 76, 78


def environment(**variables):
    """This environment without what could reach the program by accident."""
    ours = ("STATE_DIRECTORY", "XDG_STATE_HOME", "NO_COLOR")
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DUCK_") and k not in ours}
    return clean | {k: str(v) for k, v in variables.items()}


def call(*words, env=None, timeout=30, typed="", **more):
    """Runs one command to its end: exit code, stdout, stderr."""
    done = subprocess.run([PROGRAM, *map(str, words)], env=env or environment(), text=True,
                          input=typed, capture_output=True, timeout=timeout * PATIENCE, **more)
    return done.returncode, done.stdout, done.stderr


def until(what, look, seconds=15):
    """The first true answer of `look`; fails if there is none in time."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        answer = look()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not in {seconds * PATIENCE:.0f} s: {what}")
        time.sleep(PAUSE)


def free_port():
    """A port that is free on every loopback address at this moment."""
    while True:
        port = CHANCE.choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as v4:
            v4.bind(("127.0.0.1", port))
            if not socket.has_ipv6:
                return port
            with socket.socket(socket.AF_INET6) as v6:
                v6.bind(("::1", port))
                return port


def exists(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid):
    """Those of all its threads."""
    found = []
    with contextlib.suppress(OSError):
        for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += (int(it) for it in (thread / "children").read_text().split())
    return found


def child_named(pid, name):
    """The child that has this name; None: there is none."""
    for child in children(pid):
        with contextlib.suppress(OSError):
            if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == name:
                return child
    return None


class Node:
    """One node: its port, its folder, and its process while it has one."""

    wrapper = ()  # Words before the program, of a command that becomes or starts it.

    def __init__(self, folder, port):
        self.port, self.address = port, f"localhost:{port}"
        self.data = pathlib.Path(folder, f"data-{port}")
        self.log = pathlib.Path(folder, f"{port}.log")
        self.process = None

    def start(self, *words, restore_signals=True, **variables):
        variables = {"DUCK_PORT": self.port, "DUCK_DATA": self.data} | variables
        return self.start_as([PROGRAM, *words], restore_signals, **variables)

    def start_as(self, command, restore_signals=True, **variables):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*self.wrapper, *command], env=environment(**variables),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            restore_signals=restore_signals)
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def pid(self):
        """Of the process that is the node: the keeper's child, or the only one. None: none."""
        if not self.runs():
            return None
        return child_named(self.process.pid, "ddg-node") or self.process.pid

    def kill(self):
        """Ends it as the crash of its machine would: the keeper at the same time; returns once both
        are gone."""
        node = self.pid()
        if node is None:
            return
        # Stopped first: the node must not see its keeper die, nor the keeper its node.
        with contextlib.suppress(ProcessLookupError):
            os.kill(node, signal.SIGSTOP)
            self.process.kill()
            os.kill(node, signal.SIGKILL)
        self.process.wait()
        until(f"the node {node} is gone", lambda: not exists(node))

    def wait(self, seconds=15):
        """The exit code."""
        return self.process.wait(seconds * PATIENCE)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def status(self, limit=1):
        """What GET /status says; None: no answer."""
        try:
            with urllib.request.urlopen(f"http://{self.address}/status", timeout=limit) as answer:
                return json.load(answer)
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def is_goose(self):
        status = self.status()
        return bool(status) and status["mode"] == "goose"

    def command(self, *words):
        return call(*words, "--node", self.address)

    def words(self):
        return self.log.read_text(errors="replace")


class PondTest(unittest.TestCase):
    """A test with a folder of its own, whose nodes all end with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ddg-test-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.nodes = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for node in self.nodes:
            node.kill()

    def run(self, result=None):
        failures_before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > failures_before:
            print(self.told, file=sys.stderr)

    def tearDown(self):
        self.told = "\n".join(f"--- {node.log.name}\n{node.words()}"
                              for node in self.nodes if node.log.exists())

    def node(self, kind=Node):
        """One more node, not started."""
        port = free_port()
        while any(port == node.port for node in self.nodes):  # one that has not listened yet
            port = free_port()
        self.nodes.append(kind(self.folder, port))
        return self.nodes[-1]

    def first(self, **variables):
        """A node that has founded a cluster, and is the goose."""
        node = self.node().start(**variables)
        until(f"{node.address} is the goose", node.is_goose)
        return node

    def joined(self, to, **variables):
        """One more node, started; it joins through `to`."""
        return self.node().start(DUCK_JOIN=to.address, **variables)

    def cluster(self, count, **variables):
        """So many nodes, of which as many vote as can."""
        first = self.first(**variables)
        nodes = [first] + [self.joined(first, **variables) for _ in range(count - 1)]
        self.until_voters(nodes, min(count - (count + 1) % 2, 5))
        return nodes

    def until_voters(self, nodes, count):
        """Waits until the goose has so many voters and links to all, and all nodes know it."""
        def settled():
            statuses = [node.status() for node in nodes]
            if not all(statuses):
                return False
            geese = [status for status in statuses if status["mode"] == "goose"]
            if len(geese) != 1:
                return False
            counts = geese[0].get("voters"), geese[0].get("voters_connected")
            return counts == (count, count) and all(
                status["goose"] and status["goose"]["id"] == geese[0]["id"] for status in statuses)
        until(f"{count} voters among {[node.address for node in nodes]}", settled, 30)

    def goose_of(self, nodes, seconds=15):
        """The node that says it is the goose; waits for one."""
        return until(f"a goose among {[node.address for node in nodes]}",
                     lambda: next((node for node in nodes if node.is_goose()), None), seconds)

    def until_one_goose(self, nodes, seconds=15):
        """Waits until all nodes know the same goose, and it is one of them; that node."""
        def agreed():
            statuses = {node: node.status() for node in nodes}
            if not all(s and s["goose"] for s in statuses.values()):
                return None
            geese = [node for node, s in statuses.items() if s["mode"] == "goose"]
            known = {s["goose"]["id"] for s in statuses.values()}
            return geese[0] if len(geese) == 1 and known == {statuses[geese[0]]["id"]} else None
        return until(f"{[node.address for node in nodes]} agree on one goose", agreed, seconds)

    @staticmethod
    def ask(node, path, body=None):
        """The JSON answer to a GET, or to a POST of `body`."""
        headers = {"Content-Type": "application/json"} if body else {}
        request = urllib.request.Request(f"http://{node.address}{path}", body, headers)
        with urllib.request.urlopen(request, timeout=5 * PATIENCE) as answer:
            return json.load(answer)

    def assert_refused(self, answer, exit_code, *parts):
        """A command ended with this code, and one sentence that has all the parts in it."""
        code, out, err = answer
        self.assertEqual(code, exit_code, f"{out}{err}")
        self.assertEqual(out, "")
        self.assertEqual(err.count("\n"), 1, err)
        for part in parts:
            self.assertIn(str(part), err)

    def assert_ends(self, node, exit_code, *parts):
        """A node ended with this code, and its last words have all the parts in them."""
        self.assertEqual(node.wait(), exit_code, node.words())
        last = node.words().strip().split("\n")[-1]
        for part in parts:
            self.assertIn(str(part), last)


def main():
    # A test that ctest ends must end its nodes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main(verbosity=2)

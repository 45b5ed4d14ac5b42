"""Clusters of real processes on loopback, for the measures."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "duckduckgoose"
LIMIT_S = 30.0


def free_ports(count):
    """Ports that nobody listens on now, on both loopback families."""
    taken = []
    try:
        while len(taken) < count:
            probe = socket.socket(socket.AF_INET6)
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind(("::", 0))
            taken.append(probe)
        return [probe.getsockname()[1] for probe in taken]
    finally:
        for probe in taken:
            probe.close()


class Asker:
    """Asks one port over a kept connection, as fast as it answers."""

    def __init__(self, port):
        self.port = port
        self.socket = None

    def get(self, path="/status"):
        """The JSON answer, or None if nobody answers."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=1)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            return json.loads(self._body())
        except (OSError, ValueError):
            self.close()
            return None

    def _body(self):
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, body = data.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return body

    def _more(self):
        part = self.socket.recv(65536)
        if not part:
            raise OSError("closed")
        return part

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class Node:
    def __init__(self, port, folder, arguments):
        self.port = port
        self.asker = Asker(port)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "--port", str(port), "--data", str(Path(folder, str(port))), *arguments],
            env={**os.environ, "DUCK_JOIN": ""}, stderr=subprocess.DEVNULL)

    def status(self):
        return self.asker.get()

    def goose_port(self):
        """The port of the goose that this node names; None if it names none or does not answer."""
        status = self.status()
        goose = status and status["goose"]
        return int(goose["address"].rsplit(":", 1)[1]) if goose else None

    @property
    def keeper(self):
        """The process that was started: the keeper, or the node itself where it has none."""
        return self.process.pid

    @property
    def pid(self):
        """The process that is the node. None: it has ended."""
        if self.process.poll() is not None:
            return None
        children = Path(f"/proc/{self.keeper}/task/{self.keeper}/children").read_text().split()
        return int(children[0]) if children else self.keeper

    def reap(self):
        self.asker.close()
        node = self.pid
        if node is not None:
            kill(node)
            kill(self.keeper)
        self.process.wait(LIMIT_S)
        if node is not None:
            wait_for(lambda: not is_alive(node))


def kill(pid, how=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Pond:
    """A cluster of `size` nodes, all voters, that has a goose; leaves nothing behind."""

    def __init__(self, size, *arguments):
        self.size = size
        self.arguments = list(arguments)

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="duckduckgoose-bench-")
        ports = free_ports(self.size)
        self.nodes = [Node(ports[0], self.folder.name, self.arguments)]
        try:
            self.await_goose()
            for port in ports[1:]:
                join = ["--join", f"localhost:{ports[0]}"]
                self.nodes.append(Node(port, self.folder.name, join + self.arguments))
            wait_for(lambda: all(self._is_whole(node.status()) for node in self.nodes))
        except BaseException:
            self.__exit__()
            raise
        return self

    def _is_whole(self, status):
        return status is not None and status["goose"] and status["voters"] == self.size

    def __exit__(self, *_):
        for node in self.nodes:
            node.reap()
        self.folder.cleanup()

    def goose(self):
        """The node that is the goose now, and the others."""
        port = self.await_goose()
        goose = next(node for node in self.nodes if node.port == port)
        return goose, [node for node in self.nodes if node is not goose]

    def await_goose(self):
        named = []

        def agreed():
            named[:] = [node.goose_port() for node in self.nodes]
            return None not in named and len(set(named)) == 1

        wait_for(agreed)
        return named[0]


def wait_for(condition):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {LIMIT_S} s")


def seconds_until_agreed(nodes, but_not):
    """From now until all `nodes` name one goose that is not at the port `but_not`."""
    start = time.monotonic()
    end = start + LIMIT_S
    while time.monotonic() < end:
        named = {node.goose_port() for node in nodes}
        if len(named) == 1 and not named & {None, but_not}:
            return time.monotonic() - start
    raise TimeoutError(f"no new goose within {LIMIT_S} s")

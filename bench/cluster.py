"""What all measured systems have in common: members that are processes, one of which leads."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 60.0
PAUSE_S = 0.0002  # between two questions: who asks without a pause takes the cores from the asked
SOMEBODY = "somebody"  # what a member names that follows a leader without saying whom


@dataclass(frozen=True)
class Kind:
    """What befalls the leader: which of its processes get which signal."""

    title: str
    whom: str  # "node", "keeper", "both", or "main": the one that operators know
    how: signal.Signals


KILL = Kind("kill -9 of the node", "node", signal.SIGKILL)
KILL_KEEPER = Kind("kill -9 of the keeper", "keeper", signal.SIGKILL)
KILL_BOTH = Kind("kill -9 of both", "both", signal.SIGKILL)
STOP = Kind("SIGSTOP of the node", "node", signal.SIGSTOP)
STOP_BOTH = Kind("SIGSTOP of both", "both", signal.SIGSTOP)
TERM = Kind("SIGTERM", "main", signal.SIGTERM)


@dataclass(frozen=True)
class Setting:
    """One system as it is set up for the measures."""

    name: str
    make: type  # a Cluster
    arguments: tuple = ()
    kinds: tuple = (KILL, STOP, TERM)
    stale: tuple = (STOP,)  # how its leader is stopped, before it is asked whether it leads
    rounds_max: int = 1000  # fewer where each takes long
    size_max: int = 1000  # of its clusters

    def missing(self):
        """Why it cannot be measured here, in words; None if it can."""
        for program, package in self.make.NEEDS.items():
            if not shutil.which(program) and not Path(program).exists():
                return f"{package} is not installed"
        return "it takes root" if self.make.NEEDS_ROOT and os.geteuid() != 0 else None

    def start(self, size):
        return self.make(size, *self.arguments)


class Asker:
    """Asks one question at one port, as fast as it is answered; the connection is kept."""

    def __init__(self, port, question, read, keeps=True):
        self.port, self.question, self.read, self.keeps = port, question, read, keeps
        self.socket = self.file = None

    def send(self):
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=1)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.file = self.socket.makefile("rb")
            self.socket.sendall(self.question)
        except OSError:
            self.close()

    def receive(self):
        """The answer as `read` gives it; None if none comes."""
        try:
            answer = self.file and self.read(self.file)
        except (OSError, ValueError):
            answer = None
        if answer is None or not self.keeps:
            self.close()
        return answer

    def ask(self):
        self.send()
        return self.receive()

    def close(self):
        if self.file is not None:
            self.file.close()
        if self.socket is not None:
            self.socket.close()
        self.socket = self.file = None


def http_json(file):
    """The JSON of one HTTP answer."""
    length = None
    for line in iter(file.readline, b"\r\n"):
        if not line:
            raise OSError("closed")
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(file.read(length))


class Member:
    """One member: a process, or two of which one keeps the other."""

    def __init__(self, name, command, **how):
        self.name = name  # as members call each other
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, **how)
        self._asker = None

    # What a system fills in.
    def asker(self):
        """A new Asker of the question who leads."""
        raise NotImplementedError

    def named(self, answer):
        """The leader in that answer: a name, SOMEBODY or None."""
        raise NotImplementedError

    @property
    def processes(self):
        """{what it is: its pids}; the first are the node, the second, if any, its keeper."""
        return {"node": [self.process.pid]}

    def claimers(self):
        """New Askers of every question by which one learns whether this member itself leads."""
        return [self.asker()]

    def claims(self, answer):
        """True: the answer to one of them says that it leads."""
        return self.named(answer) == self.name

    # What follows from it.
    def leader(self):
        """The leader that it names now."""
        self._asker = self._asker or self.asker()
        answer = self._asker.ask()
        return None if answer is None else self.named(answer)

    def pids(self, whom):
        node, *keeper = self.processes.values()
        if whom == "both":
            return [pid for pids in self.processes.values() for pid in pids]
        if whom == "main":
            return [self.process.pid]
        return keeper[0] if whom == "keeper" else node

    def signal(self, kind):
        """Sends it; returns when it was sent."""
        pids = self.pids(kind.whom)
        begin = time.monotonic()
        if kind.whom == "both":  # stopped first: neither is to see the other one die
            for pid in reversed(pids):
                kill(pid, signal.SIGSTOP)
        for pid in pids:
            kill(pid, kind.how)
        return begin

    def end(self):
        if self._asker:
            self._asker.close()
        for pid in self.pids("both"):
            kill(pid)
        self.process.wait(LIMIT_S)


class Cluster:
    """`size` members on loopback that agree on a leader; leaves nothing behind."""

    NEEDS = {}  # {program or file: its Debian package}
    NEEDS_ROOT = False

    def __init__(self, size, *arguments):
        self.size, self.arguments, self.members = size, list(arguments), []

    def start(self):
        """Fills `members`."""
        raise NotImplementedError

    def is_whole(self):
        """True: everybody has found everybody."""
        return True

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self.folder = undo.enter_context(
                tempfile.TemporaryDirectory(prefix="duckduckgoose-bench-"))
            undo.callback(self.end)
            self.start()
            started = time.monotonic()
            wait_for(lambda: self.agreed(self.members) is not None)
            self.agreed_after = time.monotonic() - started
            wait_for(self.is_whole)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_):
        self._undo.close()

    def end(self):
        for member in self.members:
            member.end()

    @staticmethod
    def agreed(members, other_than=None):
        """The leader, another one than that, whom all of them name; None if they do not agree.

        Once one does not, the rest are not asked: questions take the cores from an election.
        """
        named = set()
        for member in members:
            named.add(member.leader())
            if named & {None, other_than}:
                return None
        leaders = named - {SOMEBODY}
        return leaders.pop() if len(leaders) == 1 else None

    def leader(self):
        """The member that leads now, and the others."""
        wait_for(lambda: self.agreed(self.members) is not None)
        name = self.agreed(self.members)
        leader = next(it for it in self.members if it.name == name)
        return leader, [it for it in self.members if it is not leader]

    def await_other(self, others, old):
        """Until all `others` name one leader that is not `old`."""
        wait_for(lambda: self.agreed(others, old.name) is not None)

    def fail(self, kind):
        """Seconds from the signal to the leader until all others name one other leader."""
        leader, others = self.leader()
        time.sleep(random.uniform(0.05, 1.05))  # anywhere between two heartbeats
        begin = leader.signal(kind)
        self.await_other(others, leader)
        return time.monotonic() - begin


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


def kill(pid, how=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {LIMIT_S:.0f} s")
        time.sleep(PAUSE_S)

"""Ducks by the hundred: real nodes, many in one process, that tell when they know a goose."""

import subprocess
import tempfile
import threading
import time
from pathlib import Path

from cluster import LIMIT_S, wait_for
from pond import PROGRAM, ROOT, Node, Pond

FLOCK = ROOT / "build" / "release" / "duckduckgoose-flock"
MEMORY = Path("/dev/shm")
VOTERS = 3
REST_S = 2.5  # between two rounds: what has just started settles, and all records are quiet
PROCESSES = 2  # that the ducks are shared out to


class Host:
    """One process of ducks, and the last that it has told. `news` is notified whenever it tells."""

    def __init__(self, count, folder, join, news):
        self.whole_ns = 0  # when all of them last had all links, and knew one goose
        self.geese = {}  # token: when the first and the last of them heard of it
        self.process = subprocess.Popen([FLOCK, str(count), str(folder), join, str(VOTERS)],
                                        stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, args=[news], daemon=True)
        self._reader.start()

    def _read(self, news):
        for line in self.process.stdout:
            what, *numbers = line.split()
            with news:
                if what == "whole":
                    self.whole_ns = int(numbers[0])
                else:
                    token, first, last = map(int, numbers)
                    self.geese[token] = first, last
                news.notify()

    def end(self):
        self.process.kill()
        self.process.wait(LIMIT_S)
        self._reader.join(LIMIT_S)


class Flock(Pond):
    """Three voters with their keepers, and `ducks` that only watch."""

    NEEDS = Pond.NEEDS | {str(FLOCK): "the release build"}

    def __init__(self, ducks, *arguments):
        super().__init__(VOTERS, *arguments)
        self.ducks = ducks
        self.hosts = []
        self._news = threading.Condition()

    def start(self):
        super().start()
        wait_for(self.is_whole)
        # No duck is to be promoted.
        subprocess.run([PROGRAM, "set", "voters", str(VOTERS), "--node", self.address], check=True,
                       stdout=subprocess.DEVNULL)

    @property
    def address(self):
        return f"localhost:{self.members[0].port}"

    def hatch(self):
        """Starts all ducks. Seconds until the last one has joined."""
        # Each would have a disk of its own: a thousand on one would wait for each other.
        folder = tempfile.TemporaryDirectory(prefix="duckduckgoose-bench-",
                                             dir=MEMORY if MEMORY.is_dir() else None)
        self._undo.callback(folder.cleanup)
        begin = time.monotonic_ns()
        rest = self.ducks
        for number in range(PROCESSES, 0, -1):
            share = rest // number
            rest -= share
            if share:
                self.hosts.append(Host(share, Path(folder.name, str(number)), self.address,
                                       self._news))
                self._undo.callback(self.hosts[-1].end)
        self.await_whole(begin)
        return (max(host.whole_ns for host in self.hosts) - begin) / 1e9

    def wait(self, condition):
        """Until the ducks have told what makes it true; asking them would take their time."""
        with self._news:
            if not self._news.wait_for(condition, LIMIT_S):
                raise TimeoutError(f"not within {LIMIT_S:.0f} s")

    def await_whole(self, since_ns):
        """Until every duck knows one goose and has a link to each voter, again after `since_ns`."""
        self.wait(lambda: all(host.whole_ns > since_ns for host in self.hosts))

    def first_and_last(self, token, begin_ns):
        """Milliseconds until the first and the last duck knew the first goose that followed the one
        of `token` and that all heard of."""
        def common():
            return {it for it in set.intersection(*(set(host.geese) for host in self.hosts))
                    if it > token}
        self.wait(common)
        heard = [host.geese[min(common())] for host in self.hosts]
        return ((min(first for first, _ in heard) - begin_ns) / 1e6,
                (max(last for _, last in heard) - begin_ns) / 1e6)

    def lose_goose(self, kind):
        """What befalls the goose, and its return as a duck: first_and_last()."""
        goose, _ = self.leader()
        token = goose.status()["token"]
        begin_ns = int(1e9 * goose.signal(kind))
        told = self.first_and_last(token, begin_ns)
        goose.process.wait(LIMIT_S)
        goose.end()
        self.members[self.members.index(goose)] = Node(goose.port, self.folder, self.arguments)
        wait_for(lambda: self.agreed(self.members) is not None and self.is_whole())
        self.await_whole(begin_ns)
        time.sleep(REST_S)
        return told

    def is_whole(self):
        answers = [node.status() for node in self.members]
        def is_there(it):  # who has just started may not vote yet
            return it and it["voters_connected"] == VOTERS and it["role"] != "restarting"
        return super().is_whole() and all(map(is_there, answers))

"""A cluster of ours: each node with its keeper, or without."""

import os
from pathlib import Path

from cluster import (KILL, KILL_BOTH, KILL_KEEPER, STOP, STOP_BOTH, TERM, Asker, Cluster, Member,
                     Setting, free_ports, http_json, is_alive, wait_for)

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "duckduckgoose"


class Node(Member):
    def __init__(self, port, folder, arguments):
        self.port = port
        super().__init__(
            str(port),
            [PROGRAM, "--port", str(port), "--data", str(Path(folder, str(port))), *arguments],
            env={**os.environ, "DUCK_JOIN": ""})
        self._status = self.asker()
        self._node = self.process.pid

    def asker(self, path="/status"):
        question = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        return Asker(self.port, question, http_json)

    def claimers(self):
        return [self.asker("/status"), self.asker("/goose")]

    def claims(self, answer):
        return answer.get("mode") == "goose"

    def named(self, answer):
        goose = answer["goose"]
        return goose["address"].rsplit(":", 1)[1] if goose else None

    def status(self):
        """All that it answers; None if it does not."""
        return self._status.ask()

    @property
    def processes(self):
        keeper = self.process.pid
        if self.process.poll() is None:
            children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
            self._node = int(children[0]) if children else self._node
        return {"node": [self._node]} | ({"keeper": [keeper]} if keeper != self._node else {})

    def end(self):
        self._status.close()
        super().end()
        wait_for(lambda: not is_alive(self._node))


class Pond(Cluster):
    NEEDS = {str(PROGRAM): "the release build"}

    def start(self):
        ports = free_ports(self.size)
        join = []
        for port in ports:
            self.members.append(Node(port, self.folder, join + self.arguments))
            wait_for(lambda: self.agreed(self.members[:1]))
            join = ["--join", f"localhost:{ports[0]}"]

    def is_whole(self):
        answers = [node.status() for node in self.members]
        return all(it and it["voters"] == self.size for it in answers)


class Founders(Pond):
    """All are started at once, with the same settings."""

    def start(self):
        ports = free_ports(self.size)
        slots = ",".join(f"localhost:{port}" for port in ports)
        words = ["--expect", str(self.size), "--join", slots, *self.arguments]
        self.members = [Node(port, self.folder, words) for port in ports]


OURS, TUNED = "duckduckgoose", "duckduckgoose, promise 100 ms"
KINDS = (KILL, KILL_KEEPER, KILL_BOTH, STOP, TERM)
HOW_STOPPED = (STOP, STOP_BOTH)
SETTINGS = [
    Setting(OURS, Pond, (), KINDS, HOW_STOPPED),
    Setting(TUNED, Pond, ("--promise", "100ms"), KINDS, HOW_STOPPED),
    Setting("duckduckgoose, no keeper", Pond, ("--no-keeper",)),
]
AIMS = {
    (OURS, KILL): "<= 4 ms",
    (OURS, KILL_BOTH): "<= 1,200 ms",
    (OURS, STOP): "<= 270 ms",
    (OURS, TERM): "<= 3 ms",
    (TUNED, KILL_BOTH): "<= 130 ms",
    (TUNED, STOP): "<= 35 ms",
}

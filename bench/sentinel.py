"""A master with replicas of Debian's Redis on loopback, each beside a sentinel."""

import subprocess
from pathlib import Path

from cluster import (KILL, KILL_BOTH, STOP, TERM, Asker, Cluster, Member, Setting, free_ports,
                     wait_for)


def resp(file):
    """One answer of Redis' protocol."""
    line = file.readline()
    if not line.endswith(b"\r\n"):
        raise OSError("closed")
    kind, text = line[:1], line[1:-2].decode()
    if kind == b"*":
        return [resp(file) for _ in range(int(text))]
    if kind == b"$":
        return None if text == "-1" else file.read(int(text) + 2)[:-2].decode()
    return text


class Server(Member):
    """A redis-server, and the sentinel beside it."""

    def __init__(self, folder, port, sentinel_port, master, settings):
        self.port, self.sentinel_port = port, sentinel_port
        data = Path(folder, str(port))
        data.mkdir()
        replica = [] if port == master else ["--replicaof", "127.0.0.1", str(master)]
        super().__init__(str(port), [
            "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", data,
            "--repl-diskless-sync-delay", "0", *replica])  # not to wait 5 s for more replicas
        self.config = Path(data, "sentinel.conf")
        self.config.write_text("\n".join([
            f"port {sentinel_port}", "bind 127.0.0.1", f"dir {data}", *settings]) + "\n")
        self.sentinel = None

    def begin_sentinel(self):
        self.sentinel = subprocess.Popen(["redis-sentinel", self.config],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @property
    def processes(self):
        sentinel = {"sentinel": [self.sentinel.pid]} if self.sentinel else {}
        return {"server": [self.process.pid]} | sentinel

    def asker(self):
        return Asker(self.sentinel_port, b"SENTINEL get-master-addr-by-name pond\r\n", resp)

    def named(self, answer):
        return answer[1] if isinstance(answer, list) else None

    def knows(self, others):
        """True: its sentinel knows so many other sentinels and replicas."""
        asker = Asker(self.sentinel_port, b"SENTINEL master pond\r\n", resp)
        answer = asker.ask()
        asker.close()
        if not isinstance(answer, list):
            return False
        told = dict(zip(answer[::2], answer[1::2]))
        return told["num-slaves"] == told["num-other-sentinels"] == str(others)

    def claimers(self):
        return [Asker(self.port, b"ROLE\r\n", resp)]

    def claims(self, answer):
        return answer[0] == "master"

    def end(self):
        super().end()
        if self.sentinel:
            self.sentinel.wait()


class Redis(Cluster):
    NEEDS = {"redis-server": "redis-server", "redis-sentinel": "redis-sentinel"}

    def start(self):
        ports = free_ports(2 * self.size)
        servers, sentinels = ports[:self.size], ports[self.size:]
        settings = [f"sentinel monitor pond 127.0.0.1 {servers[0]} {self.size // 2 + 1}"]
        settings += [f"sentinel {name} pond {ms}" for name, ms in self.arguments]
        for port, sentinel in zip(servers, sentinels):
            self.members.append(Server(self.folder, port, sentinel, servers[0], settings))
        self.await_replicas()  # a sentinel asks the master for them once in 10 s
        for member in self.members:
            member.begin_sentinel()

    def await_replicas(self):
        role, = self.members[0].claimers()
        wait_for(lambda: len((role.ask() or ["master", 0, []])[2]) == self.size - 1)
        role.close()

    def is_whole(self):
        return all(member.knows(self.size - 1) for member in self.members)


KINDS = (KILL, KILL_BOTH, STOP, TERM)
SETTINGS = [
    Setting("redis-sentinel", Redis, (), KINDS, rounds_max=3, size_max=3),
    Setting("redis-sentinel, down after 100 ms", Redis,
            (("down-after-milliseconds", 100), ("failover-timeout", 1000)), KINDS, size_max=3),
]

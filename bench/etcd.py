"""A cluster of Debian's etcd on loopback, for comparison."""

import json
import signal
import subprocess
import tempfile
import time
import urllib.request

import pond

TIGHT = ["--heartbeat-interval", "10", "--election-timeout", "100"]


class Member:
    def __init__(self, name, folder, client, peer, cluster, arguments):
        self.client = f"http://127.0.0.1:{client}"
        self.process = subprocess.Popen(
            ["etcd", "--name", name, "--data-dir", f"{folder}/{name}",
             "--listen-client-urls", self.client, "--advertise-client-urls", self.client,
             "--listen-peer-urls", f"http://127.0.0.1:{peer}",
             "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
             "--initial-cluster", cluster, *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def status(self):
        """(its own id, the id of the leader that it names), or None if it does not answer."""
        try:
            request = urllib.request.Request(f"{self.client}/v3/maintenance/status", b"{}")
            with urllib.request.urlopen(request, timeout=0.5) as answer:
                status = json.load(answer)
            return status["header"]["member_id"], status.get("leader")
        except (OSError, ValueError, KeyError):
            return None


class Etcd:
    def __init__(self, size, *arguments):
        self.size, self.arguments = size, arguments

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="duckduckgoose-bench-")
        ports = pond.free_ports(2 * self.size)
        peers = ports[self.size:]
        cluster = ",".join(f"m{i}=http://127.0.0.1:{peers[i]}" for i in range(self.size))
        self.members = [Member(f"m{i}", self.folder.name, ports[i], peers[i], cluster,
                               self.arguments) for i in range(self.size)]
        pond.wait_for(lambda: self.leader_of(self.members) is not None)
        return self

    def __exit__(self, *_):
        for member in self.members:
            member.process.kill()
            member.process.wait()
        self.folder.cleanup()

    @staticmethod
    def leader_of(members):
        """The leader that all of them name; None if they do not agree."""
        named = [status and status[1] for status in (member.status() for member in members)]
        return named[0] if named[0] not in (None, "0") and len(set(named)) == 1 else None

    def fail(self, how):
        """Seconds from the signal to the leader until all others name another one."""
        old = self.leader_of(self.members)
        leader = next(it for it in self.members if it.status()[0] == old)
        others = [it for it in self.members if it is not leader]
        begin = time.monotonic()
        leader.process.send_signal(how)
        pond.wait_for(lambda: self.leader_of(others) not in (None, old))
        taken = time.monotonic() - begin
        leader.process.send_signal(signal.SIGCONT)
        return taken

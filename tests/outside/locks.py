"""`etcdctl lock` on three clients, each with a member of etcd of its own, for run_rounds.py."""

import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

import pond
import processes

TTL_S = 1  # The shortest that etcd grants.
PATIENCE_S = 20
TIGHT = ("--heartbeat-interval", "10", "--election-timeout", "100")


class Process:
    """A program that is started again with the same words."""

    def __init__(self, folder, name, *words):
        self.words, self.log = words, pathlib.Path(folder, f"{name}.log")
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.words, env=pond.environment(ETCDCTL_API=3),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        processes.send(self.process.pid, number)


class Locks:
    about = f"TTL {TTL_S} s"

    def __init__(self, folder, commands, _chance, _contain):
        self.folder, self.commands = folder, commands
        self.ports = [pond.free_port() for _ in range(6)]
        url = "http://127.0.0.1:{}".format
        cluster = ",".join(f"m{i}={url(self.ports[3 + i])}" for i in range(3))
        self.members, self.clients = [], []
        for i in range(3):
            here, peer = url(self.ports[i]), url(self.ports[3 + i])
            self.members.append(Process(
                folder, f"m{i}", "etcd", "--name", f"m{i}", "--data-dir", f"{folder}/m{i}",
                "--listen-client-urls", here, "--advertise-client-urls", here,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", cluster, *TIGHT))
            self.clients.append(Process(
                folder, f"c{i}", pond.PROGRAM, "--endpoints", here, "lock", "--ttl", str(TTL_S),
                "rounds", *commands.words))
        for member in self.members:
            member.start()
        pond.until("etcd is healthy", lambda: all(map(self.is_healthy, range(3))), PATIENCE_S)

    @staticmethod
    def fault_names():
        return ["client_killed", "client_stopped", "client_terminated", "member_stopped",
                "member_killed", "command_killed"]

    @staticmethod
    def is_claimed(_fault, _word):
        return None  # Nobody claims anything.

    def is_healthy(self, i):
        try:
            url = f"http://127.0.0.1:{self.ports[i]}/health"
            with urllib.request.urlopen(url, timeout=1) as answer:
                return b'"true"' in answer.read()
        except (urllib.error.URLError, OSError):
            return False

    def play(self, fault, _chance):
        before = self.commands.newest
        running = set(self.commands.pids())
        victim = next(i for i, client in enumerate(self.clients)
                      if running & set(pond.children(client.process.pid)))
        getattr(self, fault)(self.clients[victim], self.members[victim])
        try:
            pond.until("a newer command", lambda: self.commands.pids() and
                       self.commands.newest > before, 3 * TTL_S)
        except AssertionError:
            self.commands.kill_up_to(before)  # It goes on for ever, and rightly so.
        for process in (*self.clients, *self.members):
            if process.runs():
                process.send(signal.SIGCONT)
        time.sleep(TTL_S)  # For them to find out, and to clean up.

    def client_killed(self, client, _member):
        client.send(signal.SIGKILL)

    def client_stopped(self, client, _member):
        client.send(signal.SIGSTOP)

    def client_terminated(self, client, _member):
        client.send(signal.SIGTERM)

    def member_stopped(self, _client, member):
        member.send(signal.SIGSTOP)

    def member_killed(self, _client, member):
        member.send(signal.SIGKILL)

    def command_killed(self, _client, _member):
        for pid in self.commands.pids()[:1]:
            processes.send(pid, signal.SIGKILL)

    def until_settled(self):
        pond.until("three members, three clients and a command", self.is_settled, PATIENCE_S)

    def is_settled(self):
        for process in (*self.members, *self.clients):
            if not process.runs():
                process.start()
        return bool(self.commands.pids()) and all(map(self.is_healthy, range(3)))

    def stop(self):
        # Who holds the lock does not end when asked to.
        processes.kill_all(lambda: processes.marked(self.folder))

    @staticmethod
    def give_back(_folder):
        """There are only files."""

    def words(self):
        return "\n".join(f"--- {it.log.name}\n{it.log.read_text(errors='replace')[-2000:]}"
                         for it in (*self.clients, *self.members))

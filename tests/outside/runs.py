"""`duckduckgoose run` on three nodes, for run_rounds.py."""

import signal

import faults
import pond
from processes import send

# What is killed at the same instant as the keeper, nobody but the kernel can clean up.
KERNEL_KILLS = ("pidns", "pid1")
# Where the keeper has died, the node finds what it has left by the environment.
BARE = ("executes_bare", "combined")
REFUSALS = ("cannot be had here", "unshare: unshare failed")
FIRST_PROCESS = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


class Runner(faults.Kept):
    """A node that runs the command; the number is its place among the three."""

    def __init__(self, folder, _number, words, port=None):
        super().__init__(folder, port or pond.free_port())
        self.run_words, self.variables = words, {}

    def start(self, **variables):
        self.variables |= variables
        return super().start(*self.run_words, **self.variables)


class NotHere(Exception):
    """This machine, or this user, can not contain commands so."""


class Runs:
    """Three nodes; what was started on the goose is dead before another one starts something."""
    fault_kind, node_kind = faults.CommandFaults, Runner

    def __init__(self, folder, commands, chance, contain):
        self.commands = commands
        promise_ms = chance.randrange(100, 301)
        self.about = f"promise {promise_ms} ms"
        self.faults = self.fault_kind(chance, promise_ms / 1000, commands)
        self.nodes = []
        for number, on_exit in enumerate(("restart", "handover", "stop"), 1):
            words = ["run", *(["--contain", contain] if contain else []), "--on-exit", on_exit,
                     "--stop-timeout", "200ms", "--", *commands.words]
            node = self.node_kind(folder, number, words)
            if contain == "pid1":
                node.wrapper += FIRST_PROCESS
            self.nodes.append(node)
        first, *others = self.nodes
        first.start(DUCK_PROMISE=f"{promise_ms}ms")
        pond.until("the first node runs", lambda: first.status() or not first.runs())
        if not first.runs() and any(why in first.words() for why in REFUSALS):
            raise NotHere(first.words())
        for node in others:
            node.start(DUCK_JOIN=first.address)

    @classmethod
    def fault_names(cls):
        return faults.names(cls.fault_kind)

    @staticmethod
    def is_claimed(fault, word, contain):
        if fault == "both_killed_at_once":
            return contain in KERNEL_KILLS
        if contain == "sweep" and fault.startswith("keeper_killed"):
            return word not in BARE
        return True

    def play(self, fault, chance):
        geese = [node for node in self.nodes if node.is_goose()]
        of_goose = geese and (fault.startswith("command") or chance.random() < 0.85)
        victim = geese[0] if of_goose else chance.choice(self.nodes)
        getattr(self.faults, fault)(victim)

    def until_settled(self):
        """Waits until all nodes run and the goose's command does; starts those that have ended."""
        pond.until("three voters, linked, and a command where their goose is", self.is_settled,
                   faults.PATIENCE_S)

    def is_settled(self):
        for node in self.nodes:
            if not node.runs():
                node.start()  # as its service manager would
        statuses = [node.status() for node in self.nodes]
        if not all(it and it["goose"] and it.get("voters_connected") == 3 for it in statuses):
            return False
        geese = [it for it in statuses if it["mode"] == "goose"]
        if len(geese) != 1 or {it["goose"]["id"] for it in statuses} != {geese[0]["id"]}:
            return False
        return bool(self.commands.pids()) and self.commands.newest == geese[0]["token"]

    def stop(self):
        """As an operator would."""
        for node in self.nodes:
            send(node.keeper(), signal.SIGTERM)

    def close(self):
        """Once all have ended."""

    def words(self):
        return "\n".join(f"--- {node.address}: {node.status()}\n{node.words()[-4000:]}"
                         for node in self.nodes)

"""`duckduckgoose run` on three nodes, for run_rounds.py."""

import signal

import faults
import pond
from processes import send

# There all that was started dies with the keeper, by the kernel's hand.
KERNEL_KILLS = ("pidns", "pid1")
# Their processes can not be told by their environment, or are gone when it is read.
EVASIVE = ("executes_bare", "combined", "wanders")
AN_INSTANT_S = 0.05  # Who is killed so soon after the other may have had no turn in between.
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
        self.promise_ms = promise_ms = chance.randrange(100, 301)
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
        self.start_first(first, f"{promise_ms}ms")
        status = pond.until("the first node runs", lambda: first.status() or not first.runs())
        if not first.runs() and any(why in first.words() for why in REFUSALS):
            raise NotHere(first.words())
        if not first.runs():
            raise AssertionError(f"the first node has ended: {first.words()}")
        self.containment = status["containment"]
        for node in others:
            node.start(DUCK_JOIN=first.address)

    def start_first(self, first, promise):
        first.start(DUCK_PROMISE=promise)

    @classmethod
    def fault_names(cls):
        return faults.names(cls.fault_kind)

    def is_claimed(self, fault, word):
        """Whether docs/run.md says that the command is dead in time."""
        waited = self.faults.waited_s
        if fault == "both_stopped":
            return False  # Who stands still kills nobody.
        if self.containment in KERNEL_KILLS:
            return True
        if fault == "both_killed_at_once":
            return False
        if fault.endswith(("_then_keeper", "_then_node")) and waited <= AN_INSTANT_S:
            return False
        if fault.startswith("keeper_killed") and self.containment == "sweep":
            return word not in EVASIVE  # The node looks for what is left by its environment.
        return True

    def play(self, fault, chance):
        geese = [node for node in self.nodes if node.is_goose()]
        of_goose = geese and (fault.startswith("command") or chance.random() < 0.85)
        victim = geese[0] if of_goose else chance.choice(self.nodes)
        self.faults.waited_s = 0
        getattr(self.faults, fault)(victim)
        self.about = (f"promise {self.promise_ms} ms, victim {victim.address}, waited "
                      f"{1000 * self.faults.waited_s:.1f} ms")

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
            if node.runs():
                send(node.keeper(), signal.SIGTERM)

    @staticmethod
    def give_back(_folder):
        """What was made beside files in the folder. Once all have ended."""

    def words(self):
        return "\n".join(f"--- {node.address}: {node.status()}\n{node.words()[-4000:]}"
                         for node in self.nodes)

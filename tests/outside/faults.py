"""What can befall a node that its keeper watches, and the command that it runs."""

import resource
import signal
import time

import pond
import processes
from processes import send

PATIENCE_S = 60  # For what has to come.


class Kept(pond.Node):
    """A node, its keeper and its commands, told apart."""

    def keeper(self):
        """The process that was started, or the child of the wrapper that stays beside it."""
        if not self.runs():
            return None
        started = self.process.pid
        if "unshare" not in self.wrapper:
            return started
        return next(iter(pond.children(started)), None)

    def pid(self):
        keeper = self.keeper()
        return keeper and pond.child_named(keeper, "ddg-node")

    def kill(self):
        both = [pid for pid in (self.keeper(), self.pid()) if pid]
        processes.kill_at_once(both)
        if self.process is not None:
            self.process.wait()
        for pid in both:
            pond.until(f"{pid} is gone", lambda pid=pid: not pond.exists(pid), PATIENCE_S)


class Faults:
    """Each method without a leading underscore is one; it returns when it has done its harm."""

    def __init__(self, chance, promise_s):
        self._chance, self._promise_s = chance, promise_s
        self.waited_s = 0  # The last time.

    def _wait(self, promises):
        """Up to so many promises: nothing is awaited, the moment is left to chance."""
        self.waited_s = self._chance.random() * promises * self._promise_s
        time.sleep(self.waited_s)

    @staticmethod
    def _gone(victim, *pids):
        victim.wait(PATIENCE_S)
        for pid in pids:
            pond.until(f"{pid} is gone", lambda pid=pid: not pond.exists(pid), PATIENCE_S)

    def node_killed(self, victim):
        send(victim.pid(), signal.SIGKILL)
        self._gone(victim)

    def keeper_killed(self, victim):
        node = victim.pid()
        send(victim.keeper(), signal.SIGKILL)
        self._gone(victim, node)

    def node_killed_then_keeper(self, victim):
        node, keeper = victim.pid(), victim.keeper()
        send(node, signal.SIGKILL)
        self._wait(1)
        send(keeper, signal.SIGKILL)
        self._gone(victim)

    def keeper_killed_then_node(self, victim):
        node, keeper = victim.pid(), victim.keeper()
        send(keeper, signal.SIGKILL)
        self._wait(1)
        send(node, signal.SIGKILL)
        self._gone(victim, node)

    def both_killed_at_once(self, victim):
        victim.kill()

    def node_stopped(self, victim):
        node = victim.pid()
        send(node, signal.SIGSTOP)
        self._wait(2)
        send(node, signal.SIGCONT)

    def keeper_stopped(self, victim):
        keeper = victim.keeper()
        send(keeper, signal.SIGSTOP)
        self._wait(2)
        send(keeper, signal.SIGCONT)

    def both_stopped(self, victim):
        both = [victim.pid(), victim.keeper()]
        self._chance.shuffle(both)
        for pid in both:
            send(pid, signal.SIGSTOP)
        self._wait(2)
        self._chance.shuffle(both)
        for pid in both:
            send(pid, signal.SIGCONT)

    def terminated(self, victim):
        send(victim.keeper(), signal.SIGTERM)
        self._gone(victim)

    def interrupted_twice(self, victim):
        keeper = victim.keeper()
        send(keeper, signal.SIGINT)
        self._wait(0.1)
        send(keeper, signal.SIGINT)
        self._gone(victim)

    def handed_over(self, victim):
        pond.call("handover", "--node", victim.address)

    def disk_refuses(self, victim):
        """From now on it can save nothing; each new term has to be saved."""
        resource.prlimit(victim.pid(), resource.RLIMIT_FSIZE, (0, 0))
        pond.call("handover", "--node", victim.address)
        self._gone(victim)


class CommandFaults(Faults):
    """With those of the command that the node runs."""

    def __init__(self, chance, promise_s, commands):
        super().__init__(chance, promise_s)
        self._commands = commands

    def command_killed(self, _victim):
        for pid in self._commands.pids()[:1]:
            send(pid, signal.SIGKILL)
            pond.until(f"{pid} is gone", lambda: not pond.exists(pid), PATIENCE_S)

    def command_stopped(self, victim):
        """All its processes stand still; they can not be asked to end."""
        for pid in self._commands.pids():
            send(pid, signal.SIGSTOP)
        self.handed_over(victim)


def names(faults):
    return [it for it in dir(faults) if not it.startswith("_") and callable(getattr(faults, it))]


def deck(chance, cards):
    """All of them in random order, then again in another."""
    while True:
        yield from chance.sample(cards, len(cards))

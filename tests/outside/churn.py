"""Nodes come and go all the time, as those of an autoscaling group do; is there a goose meanwhile?

usage: churn.py PROGRAM [--seconds N] [--seed N] [--logs FOLDER]

Three to seven nodes. Each lives for some seconds and never comes back: the next one has an empty
directory and joins through two that live. Half of them end by SIGTERM with --leave-on-stop, the
others by kill -9: of the node, whose keeper proves it, or of both at once, which nobody can prove.
One client asks all that live in turn, as fast as it can. Ends with a line of numbers; exit code 1
if there was a goose for less than 99 % of the time, or what was heard cannot be true.

What no cluster survives is the loss of a majority of its voters before the first of them is
replaced. So crashes are CALM_S apart; ends by SIGTERM come at any moment, several at once too. A
goose whose death nobody proves costs the promise: that much may be missing also in a run so short
that it is more than 1 %.
"""

import argparse
import dataclasses
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import faults  # noqa: E402
import pond  # noqa: E402
import watch  # noqa: E402

SHARE_MIN = 0.99
PROMISE_S = 0.4
UNPROVEN_S = 1.5 * PROMISE_S  # Until another one is elected, and was heard.
REPLACE_AFTER_S = 1     # The least that can be set: who is gone never comes back.
SHRINK_AFTER_S = 2
CALM_S = 2.5            # Replaced by then: REPLACE_AFTER_S, and a new node that has joined.
SIZES = (3, 7)
LIFE_S = (6, 24)        # Of each node, drawn evenly.
RESIZE_S = (5, 12)      # Between two changes of how many there should be.
PAUSE_S = 0.02          # Between two looks at who has to come or go.
STOP_S = 10             # For a node that was asked to leave.
CRASHES = (*["node_killed"] * 11, "both_killed_at_once")
ENDS = (*CRASHES, *["leave"] * len(CRASHES))
HUNG = "did not answer and was killed"  # The keeper's words: this machine stood still for a while.


@dataclasses.dataclass(eq=False)
class Member:
    node: faults.Kept
    ends_at: float
    asked_at: float | None = None  # To leave.


class Group:
    """Keeps as many nodes as there should be, and ends those whose time is over."""

    def __init__(self, folder, seed):
        self.folder, self.random = folder, random.Random(seed)
        self.faults = faults.Faults(self.random, PROMISE_S)
        self.ends = faults.deck(self.random, ENDS)
        self.members = []
        self.came = self.size = self.refused = 0
        self.went = dict.fromkeys((*ENDS, "hung"), 0)
        self.resizes_at = self.calm_at = 0
        self.postponed = []  # Crashes.

    def begin(self):
        first = self.come(DUCK_PROMISE=f"{1000 * PROMISE_S:.0f}ms")
        pond.until("the first node is the goose", first.is_goose)
        for setting, seconds in (("replace-after", REPLACE_AFTER_S),
                                 ("shrink-after", SHRINK_AFTER_S)):
            code, out, err = first.command("set", setting, f"{seconds}s")
            assert code == 0, out + err
        self.size = SIZES[0]
        while len(self.members) < self.size:
            self.come(DUCK_JOIN=first.address)
        pond.until("all vote", lambda: (first.status() or {}).get("voters") == self.size)
        self.resizes_at = self.calm_at = time.monotonic()

    def come(self, **variables):
        self.came += 1
        node = faults.Kept(self.folder, pond.free_port())
        node.data = pathlib.Path(self.folder, f"data-{self.came}")
        node.log = pathlib.Path(self.folder, f"{self.came}-{node.port}.log")
        ends_at = time.monotonic() + self.random.uniform(*LIFE_S)
        self.members.append(Member(node, ends_at))
        return node.start(DUCK_LEAVE_ON_STOP=1, **variables)

    def living(self):
        """Those that run, also those that are about to leave."""
        return [it.node for it in list(self.members) if it.node.runs()]

    def staying(self):
        return [it for it in self.members if it.asked_at is None]

    def look(self):
        now = time.monotonic()
        self.bury(now)
        if now >= self.resizes_at:
            self.size = self.random.randint(*SIZES)
            self.resizes_at = now + self.random.uniform(*RESIZE_S)
        for it in self.staying():
            if now >= it.ends_at and len(self.staying()) >= SIZES[0]:
                self.end(it, now)
        staying = self.staying()
        if len(staying) < self.size:
            through = self.random.sample(staying, 2)
            self.come(DUCK_JOIN=",".join(it.node.address for it in through))
        elif len(staying) > self.size:
            self.end(self.random.choice(staying), now)

    def end(self, member, now):
        how = self.how(now)
        if how == "leave":
            member.asked_at = now
            member.node.signal(signal.SIGTERM)
        else:
            self.calm_at = now + CALM_S
            getattr(self.faults, how)(member.node)
            self.forget(member, how)

    def how(self, now):
        """What the deck says; but it is not the time for crashes, the others come first."""
        if self.postponed and now >= self.calm_at:
            return self.postponed.pop(0)
        how = next(self.ends)
        while how != "leave" and now < self.calm_at:
            self.postponed.append(how)
            how = next(self.ends)
        return how

    def bury(self, now):
        for it in list(self.members):
            if it.node.runs():
                assert it.asked_at is None or now < it.asked_at + STOP_S, it.node.words()
                continue
            words = it.node.words()
            if HUNG in words:
                self.forget(it, "hung")
                continue
            assert it.asked_at is not None, f"a node has ended by itself:\n{words}"
            assert it.node.wait() == 0, words
            self.refused += "has left its cluster" not in words
            self.forget(it, "leave")

    def __str__(self):
        ends = ", ".join(f"{count} {how.replace('_', ' ')}" for how, count in self.went.items())
        return (f"{self.came} nodes came, {sum(self.went.values())} went ({ends}; {self.refused} "
                "could not leave)")

    def forget(self, member, how):
        self.members.remove(member)
        self.went[how] += 1
        shutil.rmtree(member.node.data)


def is_too_little(client):
    """Also when the only goose to die without a proof did so in a short run."""
    missing_s = (1 - client.share()) * client.watched_s()
    return missing_s > max((1 - SHARE_MIN) * client.watched_s(), UNPROVEN_S)


def play(options, folder):
    """The group, and who has watched it."""
    group = Group(folder, options.seed)
    try:
        group.begin()
        client = watch.Watch(group.living, options.seed)
        client.start()
        end = time.monotonic() + options.seconds
        try:
            while time.monotonic() < end:
                group.look()
                time.sleep(PAUSE_S)
        except AssertionError as why:
            client.wrong.append(str(why))
        client.end()
        if is_too_little(client) or client.contradictions():
            for node in group.living():
                print(f"--- {node.address}: {node.status()}\n{node.words()[-4000:]}")
    finally:
        for node in group.living():
            node.kill()
    return group, client


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", type=pathlib.Path, help="an empty folder for those of the nodes")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends its nodes
    with tempfile.TemporaryDirectory(prefix="ddg-test-", ignore_cleanup_errors=True) as folder:
        if options.logs:
            options.logs.mkdir(exist_ok=True)
        group, client = play(options, str(options.logs or folder))
    for since, to in client.gaps:
        at = time.gmtime(time.time() - time.monotonic() + since)
        print(f"no goose for {1000 * (to - since):.0f} ms, from {time.strftime('%H:%M:%S', at)}")
    wrong = client.contradictions()
    for it in wrong[:20]:
        print(it)
    print(f"churn: from seed {options.seed}, {client}; {group}; {len(wrong)} contradictions")
    return 1 if wrong or is_too_little(client) else 0


if __name__ == "__main__":
    sys.exit(main())

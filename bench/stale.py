"""Whether a leader that stood still says afterwards that it leads, while another one does."""

import time
from signal import SIGCONT

from cluster import kill
from table import figure, table

ROUNDS = 10
ANSWERS = 100  # that are asked for in each round
CONNECTIONS = 10  # made before it is stopped, and as many while it stands still
WATCH_S = 15.0


class Tally:
    """The answers of one system's leaders, round after round."""

    def __init__(self):
        self.asked = self.answered = self.stale = self.stale_queued = 0
        self.last_s = 0.0

    def row(self, name, kind):
        last = figure(1000 * self.last_s, "ms") if self.stale else ""
        numbers = [self.asked, self.answered, self.stale, self.stale_queued]
        return [name, kind.title, *(f"{it:,}" for it in numbers), last]


def stale_table(rows):
    return table(["who", "after", "asked", "answered", "stale", "of these asked while it stood",
                  "the last one after SIGCONT"], rows)


def ask_afterwards(cluster, kind, tally):
    """One round: stop the leader, await another one, let the old one go on, and ask it."""
    leader, others = cluster.leader()

    def is_stale(answer):
        """Asked after the answer, all others name another one."""
        if answer is None or not leader.claims(answer):
            return False
        if cluster.agreed(others, leader.name) is None:
            return False
        tally.last_s = max(tally.last_s, time.monotonic() - begin)
        return True

    def count(answer):
        tally.asked += 1
        tally.answered += answer is not None
        is_one = is_stale(answer)
        tally.stale += is_one
        return is_one

    askers = connected(leader, CONNECTIONS)
    for asker in askers:
        asker.ask()
    pids = leader.pids(kind.whom)
    leader.signal(kind)
    cluster.await_other(others, leader)
    askers += connected(leader, CONNECTIONS)
    for asker in askers:
        asker.send()
    begin = time.monotonic()
    for pid in pids:
        kill(pid, SIGCONT)
    for asker in askers:
        tally.stale_queued += count(asker.receive())
    for number in range(ANSWERS - len(askers)):
        count(askers[number % len(askers)].ask())
    while is_stale(askers[0].ask()) and time.monotonic() < begin + WATCH_S:
        time.sleep(0.01)
    for asker in askers:
        asker.close()


def connected(member, count):
    askers = []
    while len(askers) < count:
        askers += member.claimers()
    return askers[:count]

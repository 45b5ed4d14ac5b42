"""The way from a signal to its last consequence, as the messages went, and where its time went.

Walked backwards: what a process said follows from the last message that it had read before. Before
the first message a process was woken by the one that got the signal. So each nanosecond belongs to
one hop, and in it to what the process did meanwhile.
"""

from collections import Counter
from dataclasses import dataclass

from kernel import DISK, NETWORK

COMPUTES, ON_DISK, ON_NETWORK, IN_LINE, ASLEEP = SPENT = (
    "computing", "disk", "network", "waiting for a core", "asleep")


@dataclass(frozen=True)
class Hop:
    begin: int
    end: int
    tid: int
    cause: str


def path(threads, messages, struck, tid, begin, end):
    """The hops from `begin` to `end`, at which `tid` was done; one of `struck` got the signal."""
    hops = []
    while True:
        reads = [it.begin for it in threads[tid].calls if it.name.startswith("recv")]
        heard = [it for it in messages if it.target == tid and it.when > begin
                 and any(it.when <= read < end for read in reads)]
        if not heard:
            break
        last = sorted(heard, key=lambda it: it.when)[-1]  # of one segment the last message
        hops.append(Hop(last.when, end, tid, last.text))
        tid, end = last.source, last.when
    wakes = [it for it in threads[tid].woken if begin < it[0] < end and it[1] in struck - {tid}]
    if wakes:
        woken, waker = wakes[0]
        hops.append(Hop(woken, end, tid, "that it is over, or is to be"))
        tid, end = waker, woken
    return [Hop(begin, end, tid, "the signal"), *hops[::-1]]


def spent(thread, begin, end):
    """What a thread did between `begin` and `end`: {one of SPENT: nanoseconds}."""
    sums = Counter()
    for since, until, what in doings(thread, end):
        sums[what] += max(0, min(until, end) - max(since, begin))
    return sums


def doings(thread, end):
    """(since, until, one of SPENT), in order."""
    off, state = 0, "S"
    for began, left, state_then in [*thread.turns, (end, end, "R")]:
        woken = next((when for when, _ in thread.woken if off < when <= began), began)
        if state.startswith("R"):
            woken = off
        call = thread.call_at(off)
        yield off, woken, ON_DISK if call and call.number in DISK else ASLEEP
        yield woken, began, IN_LINE
        yield from running(thread, began, left)
        off, state = left, state_then


def running(thread, begin, end):
    now = begin
    for call in thread.calls:
        if call.number in DISK | NETWORK and call.begin < end and call.end > begin:
            since, until = max(call.begin, begin), min(call.end, end)
            yield now, since, COMPUTES
            yield since, until, ON_DISK if call.number in DISK else ON_NETWORK
            now = until
    yield now, end, COMPUTES

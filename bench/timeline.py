"""Where the time goes between a signal to the goose and the last agreement on another one."""

import dataclasses
import os
import shutil
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from cluster import wait_for
from kernel import Recording
from messages import Sniffer
from path import SPENT, path, spent
from pond import Pond
from table import table

RECORDINGS = 5
SAVES = {"fsync", "fdatasync", "rename", "renameat", "renameat2"}


def ports_of(pid):
    """The local ports of a process' connections."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(fd)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    for file in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]:
            words = line.split()
            if words[9] in inodes:
                yield int(words[1].rsplit(":", 1)[1], 16)


class Recorded:
    """One failover of ours, with all that the kernel and the loopback device saw of it."""

    def __init__(self, kind, size):
        self.kind = kind
        with Pond(size) as pond, tempfile.TemporaryDirectory() as folder:
            goose, others = pond.leader()
            nodes = {member: member.pids("node")[0] for member in pond.members}
            keepers = {member: member.pids("keeper")[0] for member in pond.members}
            owners = {port: pid for pid in nodes.values() for port in ports_of(pid)}
            with Recording([*nodes.values(), *keepers.values()], folder) as kernel, \
                    Sniffer() as sniffer:
                time.sleep(0.05)
                self.begin = int(1e9 * goose.signal(kind))
                named = self.await_agreement(others, goose)
                self.end = max(when for _, when in named.values())
        self.threads = kernel.threads
        keeper = keepers[goose]  # nobody else makes new connections meanwhile
        self.messages = [
            dataclasses.replace(it, source=owners.get(it.source, keeper),
                                target=owners.get(it.target, keeper))
            for it in sniffer.messages() if {it.source, it.target} & owners.keys()]
        new = next(it for it in others if it.name == next(iter(named.values()))[0])
        others.remove(new)
        roles = {goose: "goose", new: "successor"}
        roles |= {it: f"voter {number + 3}" for number, it in enumerate(others)}
        self.who = {nodes[it]: role for it, role in roles.items()}
        self.who |= {keepers[it]: f"keeper of {role}" for it, role in roles.items()}
        self.keeper, self.struck = keeper, {nodes[goose], keeper}
        self.named = {nodes[member]: when for member, (_, when) in named.items()}

    @staticmethod
    def await_agreement(others, old):
        """{member: (the goose that it names, since when)}"""
        named = {}

        def agree():
            for member in others:
                name = member.leader()
                if name in (None, old.name):
                    named.pop(member, None)
                elif named.get(member, (None, 0))[0] != name:
                    named[member] = (name, time.monotonic_ns())
            return len(named) == len(others) and len({name for name, _ in named.values()}) == 1

        wait_for(agree)
        return named

    def events(self):
        """(when, who, what), in order."""
        yield self.begin, "", f"{self.kind.title}: the signal is sent"
        for pid, who in self.who.items():
            thread = self.threads[pid]
            if thread.died:
                yield thread.died, who, "has ended"
            shown = SAVES | ({"connect", "waitid"} if pid == self.keeper else set())
            for call in thread.calls:
                if call.name in shown:
                    yield call.begin, who, f"{call.name} ({(call.end - call.begin) / 1000:,.0f} us)"
        for it in self.messages:
            yield it.when, self.who[it.source], f"to {self.who[it.target]}: {it.text}"
        for pid, when in self.named.items():
            yield when, self.who[pid], "has answered who is the new goose"

    def hops(self):
        last = max(self.named, key=self.named.get)
        return path(self.threads, self.messages, self.struck, last, self.begin, self.end)


def missing():
    """Why nothing can be recorded here; None if it can."""
    if os.geteuid() != 0:
        return "it takes root"
    return None if shutil.which("perf") else "linux-perf is not installed"


def told(kind, size, rounds):
    """The lines that show the median one of some recordings of `size` nodes."""
    plain = []
    for _ in range(rounds):
        with Pond(size) as pond:
            plain.append(1e9 * pond.fail(kind))
    recorded = sorted((Recorded(kind, size) for _ in range(RECORDINGS)),
                      key=lambda one: one.end - one.begin)
    it = recorded[len(recorded) // 2]

    def us(nanoseconds):
        return f"{nanoseconds / 1000:,.0f}"

    hops = [(hop, spent(it.threads[hop.tid], hop.begin, hop.end)) for hop in it.hops()]
    sums = sum((sums for _, sums in hops), Counter())
    total = it.end - it.begin
    return [
        f"In microseconds. With the recording {us(total)}, the median one of {RECORDINGS}.",
        f"Without, in {rounds} rounds: median {us(statistics.median(plain))}, best "
        f"{us(min(plain))}.", "",
        "What all waited for, in turn, and what the process did meanwhile:", "",
        *table(["from", "to", "who", "set going by", *SPENT], [
            *((us(hop.begin - it.begin), us(hop.end - it.begin), it.who[hop.tid], hop.cause,
               *(us(sums[what]) for what in SPENT)) for hop, sums in hops),
            ("0", us(total), "all", "", *(us(sums[what]) for what in SPENT)),
            ("", "", "", "share", *(f"{100 * sums[what] / total:.0f} %" for what in SPENT))]),
        "", "What happened:", "",
        *table(["at", "who", "what"], [
            (us(when - it.begin), who, what) for when, who, what in sorted(it.events())
            if it.begin <= when <= it.end])]

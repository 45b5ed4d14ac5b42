"""Kills, stops and hands over, round after round, while the goose runs a command; checks that all
that was started for an older token is dead before the command of a newer one starts.

usage: run_rounds.py PROGRAM WORKER [--rounds N] [--seed N] [--contain LEVEL] [--apart]
                     [--faults NAME,...]

PROGRAM is duckduckgoose, or etcdctl: then three clients take the same lock, with what can befall
them. Ends with a table; exit code 1 if anything was wrong that is claimed to be right.
"""

import argparse
import collections
import dataclasses
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import apart  # noqa: E402
import commands  # noqa: E402
import faults  # noqa: E402
import locks  # noqa: E402
import pond  # noqa: E402
import processes  # noqa: E402
import runs  # noqa: E402

ROUNDS_OF_ONE = 25  # Then a cluster of its own, with another promise.


@dataclasses.dataclass
class Row:
    """What came of one fault."""
    claimed: bool | None  # That nothing of the kind happens; None: by nobody.
    rounds: int = 0
    overlaps: int = 0  # Rounds in which commands of two tokens lived at the same time.
    leaks: int = 0     # Rounds at whose end something lived that an older token had started.


class Table:
    def __init__(self):
        self.rows = collections.defaultdict(dict)

    def add(self, fault, claimed, overlaps, leaks):
        row = self.rows[fault].setdefault(claimed, Row(claimed))
        row.rounds += 1
        row.overlaps += bool(overlaps)
        row.leaks += bool(leaks)

    def __str__(self):
        lines = ["| fault | rounds | overlaps | leaks |", "|---|---|---|---|"]
        for fault in sorted(self.rows):
            for row in self.rows[fault].values():
                name = fault.replace("_", " ") + (" (not claimed)" if row.claimed is False else "")
                lines.append(f"| {name} | {row.rounds} | {row.overlaps} | {row.leaks} |")
        return "\n".join(lines)


class Rounds:
    """Some rounds with one cluster."""

    def __init__(self, folder, system, options, chance):
        self.folder = folder
        self.commands = commands.Commands(folder, options.worker)
        self.system = system(folder, self.commands, chance, options.contain)
        self.chance = chance
        self.wrong = 0

    def play(self, number, fault, word, table):
        """One fault; the command that starts after it behaves as the word says."""
        try:
            self.system.until_settled()
            self.commands.be(word)
            now = self.commands.word
            self.system.play(fault, self.chance)
            self.system.until_settled()
        except (AssertionError, subprocess.TimeoutExpired):
            print(f"round {number}, {self.system.about}, {fault}:\n{self.system.words()}")
            raise
        outlived, overlaps = self.commands.outlived(), self.commands.contradictions()
        claimed = self.system.is_claimed(fault, now)
        table.add(fault, claimed, overlaps, outlived)
        for it in [*overlaps, *(f"a leak: process {pid} of token {token}"
                                for pid, token in outlived.items())]:
            self.wrong += bool(claimed)
            print(f"round {number}, {self.system.about}, {fault} while a command runs that is "
                  f"{now}: {it}", flush=True)
        if claimed and (overlaps or outlived):
            print(self.system.words())
        self.commands.kill_up_to(self.commands.newest - 1)

    def end(self):
        """Stops all; what is left then is a leak."""
        self.system.stop()
        try:
            pond.until("nothing is left", lambda: not any(processes.marked(self.folder)))
        except AssertionError:
            for pid in processes.marked(self.folder):
                print(f"left: {pid} {processes.words_of(f'/proc/{pid}/cmdline')}")
                self.wrong += 1
            processes.kill_all(lambda: processes.marked(self.folder))


def system_of(options):
    if os.path.basename(pond.PROGRAM) == "etcdctl":
        return locks.Locks
    return apart.ApartRuns if options.apart else runs.Runs


def play(options, table):
    """So many rounds; how many starts, beats and wrongs there were."""
    chance = random.Random(options.seed)
    system = system_of(options)
    names = options.faults.split(",") if options.faults else system.fault_names()
    hands = list(zip(range(options.rounds), faults.deck(chance, names),
                     faults.deck(chance, commands.BEHAVIOURS)))
    starts = beats = wrong = 0
    for first in range(0, options.rounds, ROUNDS_OF_ONE):
        with tempfile.TemporaryDirectory(prefix="ddg-test-", ignore_cleanup_errors=True) as folder:
            try:
                rounds = Rounds(folder, system, options, chance)
                for hand in hands[first:first + ROUNDS_OF_ONE]:
                    rounds.play(*hand, table)
                rounds.end()
            finally:
                processes.kill_all(lambda folder=folder: processes.marked(folder))
                system.give_back(folder)
        starts += rounds.commands.starts
        beats += rounds.commands.beats
        wrong += rounds.wrong
    return starts, beats, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker", type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contain", choices=("pidns", "cgroup", "pid1", "sweep"))
    parser.add_argument("--faults", help="of faults.py, with commas between; else all")
    parser.add_argument("--apart", action="store_true", help="see apart.py; needs root")
    options = parser.parse_args()
    if options.apart:
        apart.enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends its nodes
    table, begun = Table(), time.monotonic()
    try:
        starts, beats, wrong = play(options, table)
    except runs.NotHere as why:
        print(f"skipped: {why}")
        return 0
    print(table)
    print(f"commands{f' in {options.contain}' if options.contain else ''}: {options.rounds} rounds "
          f"from seed {options.seed} in {time.monotonic() - begun:.0f} s, {starts} starts, "
          f"{beats} beats, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Failover after failover, while each node is asked every 100 ms to run a job if it is the goose.

usage: only_rounds.py PROGRAM WORKER [--failovers N] [--seed N]

Three nodes, and beside each what stands for cron: `duckduckgoose only -- WORKER`, again and again.
The job has to run on the goose only, never twice at once, and again after each failover. Ends with
a line of counts; exit code 1 if it did not.
"""

import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import commands  # noqa: E402
import faults  # noqa: E402
import pond  # noqa: E402
import processes  # noqa: E402

PERIOD_S = 0.1
PROMISE_S = 0.3


class Cron(threading.Thread):
    """Starts the job of one node in each period; the next one not before the last one has ended."""

    def __init__(self, node, words):
        super().__init__(daemon=True)
        self.node, self.words = node, words
        self.asked, self.words_of_code = 0, {}
        self.is_over = threading.Event()

    def run(self):
        begun = time.monotonic()
        while not self.is_over.is_set():
            self.asked += 1
            job = subprocess.Popen(
                [pond.PROGRAM, "only", "--node", self.node.address, "--", *self.words],
                env=pond.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True)
            words = job.communicate()[1].strip()
            self.words_of_code.setdefault(job.returncode, set()).add(words)
            self.is_over.wait(PERIOD_S - (time.monotonic() - begun) % PERIOD_S)


class Failovers:
    def __init__(self, folder, worker, chance):
        self.chance = chance
        self.commands = commands.Commands(folder, worker)
        self.commands.be("job")
        self.faults = faults.Faults(chance, PROMISE_S)
        self.tenures = {}  # The goose's id, by its token.
        self.nodes = [faults.Kept(folder, pond.free_port()) for _ in range(3)]
        first, *others = self.nodes
        first.start(DUCK_PROMISE=f"{PROMISE_S * 1000:.0f}ms")
        for node in others:
            node.start(DUCK_JOIN=first.address)
        self.crons = [Cron(node, self.commands.words) for node in self.nodes]
        for cron in self.crons:
            cron.start()

    def goose(self):
        """The one that all know, when all are linked and its job has run; starts who has ended."""
        for node in self.nodes:
            if not node.runs():
                node.start()
        statuses = [node.status() for node in self.nodes]
        geese = [it for it in statuses if it and it["mode"] == "goose"]
        for it in geese:
            self.tenures[it["token"]] = it["id"]
        if not all(it and it["goose"] and it.get("voters_connected") == 3 for it in statuses):
            return None
        if len(geese) != 1 or {it["goose"]["id"] for it in statuses} != {geese[0]["id"]}:
            return None
        self.commands.read()
        has_run = self.commands.newest == geese[0]["token"]
        return self.nodes[statuses.index(geese[0])] if has_run else None

    def await_goose(self):
        return pond.until("the job runs on the goose", self.goose, faults.PATIENCE_S)

    def play(self, number, fault):
        """Until another one is the goose: not each fault costs the office."""
        old, token = self.await_goose(), self.commands.newest
        time.sleep(self.chance.random() * 2 * PERIOD_S)  # Some jobs have begun, some have ended.
        getattr(self.faults, fault)(old)
        self.await_goose()
        wrong = self.commands.contradictions()
        for it in wrong:
            print(f"{number}, {fault}: {it}", flush=True)
        return self.commands.newest > token, len(wrong)

    def strangers(self):
        """Jobs on a node that was not the goose of their token."""
        for token, owner in self.commands.owners():
            if self.tenures.get(token, owner) != owner:
                yield f"token {token} is of {self.tenures[token]}, its job ran on {owner}"

    def end(self):
        for cron in self.crons:
            cron.is_over.set()
        for cron in self.crons:
            cron.join(faults.PATIENCE_S)
        for node in self.nodes:
            node.kill()
        return [f"left: process {pid}" for pid in processes.marked(str(self.commands.log))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker", type=os.path.abspath)
    parser.add_argument("--failovers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends its nodes
    chance = random.Random(options.seed)
    done = wrong = 0
    with tempfile.TemporaryDirectory(prefix="ddg-test-", ignore_cleanup_errors=True) as folder:
        try:
            failovers = Failovers(folder, options.worker, chance)
            for fault in faults.deck(chance, faults.names(faults.Faults)):
                is_failover, found = failovers.play(done, fault)
                done, wrong = done + is_failover, wrong + found
                if done == options.failovers:
                    break
            last = [*failovers.end(), *failovers.strangers()]
        finally:
            processes.kill_all(lambda: processes.marked(folder))
    for it in last:
        print(it)
    wrong += len(last)
    asked = sum(cron.asked for cron in failovers.crons)
    codes = sorted(set().union(*(cron.words_of_code for cron in failovers.crons)))
    print(f"only: {done} failovers, asked {asked} times, {failovers.commands.starts} jobs of "
          f"{len(failovers.tenures)} tenures, exit codes {codes}, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

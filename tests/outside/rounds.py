"""Kills, stops and hands over, round after round, while others ask for holds; checks the answers.

usage: rounds.py PROGRAM [--rounds N] [--seed N]

Three nodes with their keepers, at a promise of 100 to 300 ms. Each round something befalls the
goose, or another; then all come back. One thread asks each node for a hold, all the time. Ends with
a line of counts; exit code 1 if what was heard cannot be true.
"""

import argparse
import pathlib
import random
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import asking  # noqa: E402
import faults  # noqa: E402
import history  # noqa: E402
import pond  # noqa: E402

PATIENCE_S = 60  # For a cluster to be whole again.


class Rounds:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.promise_ms = self.random.randrange(100, 301)
        self.faults = faults.Faults(self.random, self.promise_ms / 1000)
        first = self.node(folder).start(DUCK_PROMISE=f"{self.promise_ms}ms")
        others = [self.node(folder).start(DUCK_JOIN=first.address) for _ in range(2)]
        self.nodes = [first, *others]
        self.until_whole()
        self.askers = asking.Askers(self.nodes, self.promise_ms, seed)

    @staticmethod
    def node(folder):
        return faults.Kept(folder, pond.free_port())

    def until_whole(self):
        def is_whole():
            for it in self.nodes:
                if not it.runs():
                    it.start()  # as its service manager would
            statuses = [node.status() for node in self.nodes]
            return all(it and it["goose"] and it.get("voters_connected") == 3 for it in statuses)
        try:
            pond.until("three voters, linked, that know a goose", is_whole, PATIENCE_S)
        except AssertionError:
            for node in self.nodes:
                print(f"--- {node.address}: {node.status()}\n{node.words()[-4000:]}")
            raise

    def play(self):
        geese = [node for node in self.nodes if node.is_goose()]
        is_goose = bool(geese) and self.random.random() < 0.8
        victim = geese[0] if is_goose else self.random.choice(self.nodes)
        getattr(self.faults, self.random.choice(faults.names(self.faults)))(victim)
        self.until_whole()

    def kill_all(self):
        for node in self.nodes:
            node.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # A cluster of its own every so often: each has another promise.
    rounds_of_one = 20
    answers, wrong, played = 0, [], 0
    holds = geese = 0
    while played < options.rounds and not wrong:
        seed = options.seed + played
        with tempfile.TemporaryDirectory(prefix="ddg-test-", ignore_cleanup_errors=True) as folder:
            rounds = Rounds(folder, seed)
            try:
                for _ in range(min(rounds_of_one, options.rounds - played)):
                    rounds.play()
                    played += 1
            finally:
                heard = rounds.askers.end()
                rounds.kill_all()
        answers += len(heard)
        holds += sum(1 for it in heard if it.held)
        geese += len({it.token for it in heard if it.is_goose})
        wrong = history.check(heard)
    for it in wrong[:20]:
        print(f"seed {seed}, promise {rounds.promise_ms} ms: {it}")
    print(f"outside: {played} rounds, {answers} answers, {holds} holds, {geese} tenures, "
          f"{len(wrong)} contradictions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

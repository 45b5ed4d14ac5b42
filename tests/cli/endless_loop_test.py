"""A goose that runs and gets nowhere, with real processes: it is killed like one that stands."""

import os
import signal
import sys

import pond
from running import RunTest, alive

LIBRARY = sys.argv.pop(1)


class EndlessLoop(RunTest):
    def test_costs_a_goose_its_life_and_all_that_it_had_started(self):
        nodes = self.pond_of_three(DUCK_PROMISE="4s", LD_PRELOAD=LIBRARY)
        old = self.goose_of(nodes)
        command, daemon = self.started()
        os.kill(old.pid(), signal.SIGUSR2)
        rest = [node for node in nodes if node is not old]
        status = self.until_one_goose(rest).status()
        self.assertEqual(status["cause_code"], "proof_of_death", status["cause"])
        self.assertFalse(alive(command) or alive(daemon), "they outlive the office")
        self.assertEqual(old.wait(), 128 + signal.SIGKILL)
        self.assertIn("did not answer and was killed", old.words())


if __name__ == "__main__":
    pond.main()

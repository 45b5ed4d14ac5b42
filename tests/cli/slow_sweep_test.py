"""A sweep that takes longer than the lease, with real processes: the lease is renewed meanwhile."""

import signal
import sys

import pond
from running import RunTest, alive

LIBRARY = sys.argv.pop(1)


class SlowSweep(RunTest):
    def test_leaves_nothing_alive_when_another_is_the_goose(self):
        nodes = self.pond_of_three("--contain", "sweep", DUCK_PROMISE="500ms", LD_PRELOAD=LIBRARY,
                                   SLOW_SWEEP=1000)
        old = self.goose_of(nodes)
        command, daemon = self.started()
        token = old.status()["token"]
        old.process.send_signal(signal.SIGKILL)
        rest = [node for node in nodes if node is not old]
        new = self.goose_of(rest)
        self.assertFalse(alive(command) or alive(daemon), "they outlive the office")
        cause = self.until_one_goose(rest).status()
        self.assertEqual(cause["cause_code"], "unguarded", cause["cause"])
        self.assertNotIn("hardly any lease", old.words())
        self.assertGreater(new.status()["token"], token)


if __name__ == "__main__":
    pond.main()

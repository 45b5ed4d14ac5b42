"""Saves made slow, with real processes: a goose whose save ends before its lease is left alone."""

import pathlib
import subprocess
import sys

import pond
from running import RunTest, alive, end

LIBRARY = sys.argv.pop(1)


class SlowSave(pond.PondTest):
    def setUp(self):
        super().setUp()
        self.slowness = pathlib.Path(self.folder, "slowness")
        self.slowness.write_text("0")
        slow = {"LD_PRELOAD": LIBRARY, "SLOW_SAVE": self.slowness}
        self.goose = self.first(DUCK_PROMISE="1s", **slow)
        self.ducks = [self.joined(self.goose) for _ in range(2)]
        self.until_voters([self.goose, *self.ducks], 3)

    def save(self, milliseconds):
        """Lets the goose save once, so slowly: it takes an observer off the list for ever."""
        observer = self.joined(self.goose)
        pond.until("it has joined", lambda: (observer.status() or {}).get("role") == "observer")
        id = observer.status()["id"]
        self.slowness.write_text(str(milliseconds // 2))  # file and folder are synced
        code, _, words = self.goose.command("remove", id)
        self.slowness.write_text("0")
        observer.kill()
        return code, words

    def test_costs_nothing_while_it_ends_before_the_lease(self):
        before = self.goose.status()
        for milliseconds in (5, 50, 300, 700):
            code, words = self.save(milliseconds)
            after = self.goose.status(5)
            self.assertEqual((code, after["token"], after["starts"], after["mode"]),
                             (0, before["token"], before["starts"], "goose"),
                             f"{milliseconds} ms: {words}")

    def test_costs_the_office_and_not_the_life_when_it_outlives_the_lease(self):
        before = self.goose.status()
        self.save(2500)
        pond.until("a newer goose is known", lambda: (
            (self.goose.status(5) or {}).get("token", 0) > before["token"]))
        self.assertEqual(self.goose.status(5)["starts"], before["starts"], "it was not killed")
        self.until_one_goose([self.goose, *self.ducks])


class SlowSaveOfRun(RunTest):
    def test_does_not_begin_what_would_have_to_end_at_once(self):
        """The first save of its tenure leaves the goose little of its lease."""
        slowness = pathlib.Path(self.folder, "slowness")
        slowness.write_text("500")
        node = self.run_one("--once", "--grace", "500ms", cmd=["true"], DUCK_PROMISE="1s",
                            LD_PRELOAD=LIBRARY, SLOW_SAVE=slowness)
        self.assertEqual(node.wait(), 0, node.words())
        self.assertIn("begins with the next renewal", node.words())

    def test_keeps_nothing_alive_that_the_goose_had_started_when_its_keeper_dies(self):
        slowness = pathlib.Path(self.folder, "slowness")
        slowness.write_text("0")
        goose = self.run_one(DUCK_PROMISE="20s", LD_PRELOAD=LIBRARY, SLOW_SAVE=slowness)
        pond.until("it is the goose", goose.is_goose)
        self.addCleanup(end, goose.pid())
        command, daemon = self.started()
        observer = self.joined(goose)
        pond.until("it has joined", lambda: (observer.status() or {}).get("role") == "observer")
        slowness.write_text("5000")
        words = [pond.PROGRAM, "remove", observer.status()["id"], "--node", goose.address]
        with subprocess.Popen(words, env=pond.environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as remove:
            pond.until("it saves", lambda: goose.status(0.2) is None)
            goose.process.kill()
            pond.until("CMD and its daemon are dead",
                       lambda: not alive(command) and not alive(daemon), 4)
            self.assertIsNone(goose.status(0.2), "it still saves")
            remove.kill()


if __name__ == "__main__":
    pond.main()

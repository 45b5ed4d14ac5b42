"""`duckduckgoose only`, with real processes: for crontabs."""

import os
import pathlib
import signal
import subprocess
import time

import pond


class OnlyTest(pond.PondTest):
    def setUp(self):
        super().setUp()
        self.book = pathlib.Path(self.folder, "book")
        self.book.touch()

    def script(self, text):
        return ["sh", "-c", f"BOOK={self.book}\n{text}"]

    def only(self, node, *words, cmd):
        return pond.call("only", "--node", node.address, *words, "--", *cmd)

    def begin(self, node, cmd):
        """`only` in the background, once its command has written `start PID` into the book."""
        process = subprocess.Popen([pond.PROGRAM, "only", "--node", node.address, "--", *cmd],
                                   env=pond.environment(), stdin=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        pond.until("it runs", lambda: "start" in self.book.read_text())
        return process, int(self.book.read_text().split()[1])


class Only(OnlyTest):
    def test_does_nothing_on_a_duck(self):
        nodes = self.cluster(3)
        duck = next(node for node in nodes if not node.is_goose())
        cmd = self.script("echo ran >>$BOOK")
        self.assertEqual(self.only(duck, cmd=cmd), (0, "", ""))
        self.assertEqual(self.only(duck, "-E", "75", cmd=cmd), (75, "", ""))
        self.assertEqual(self.only(duck, "--exit-code", "1", cmd=cmd), (1, "", ""))
        self.assertEqual(self.book.read_text(), "")

    def test_runs_on_the_goose(self):
        goose = self.first()
        status = goose.status()
        code, out, err = self.only(goose, cmd=["sh", "-c",
                                               'cat; echo "$DUCK_TOKEN [$0] [$1]"; exit 5',
                                               "[a]", ""])
        self.assertEqual((code, out, err), (5, f"{status['token']} [[a]] []\n", ""))
        self.assertEqual(self.only(goose, cmd=["sh", "-c", "kill -9 $$"])[0], 137)
        self.assertEqual(self.only(goose, cmd=["true"]), (0, "", ""))

    def test_is_refused_clearly(self):
        goose = self.first()
        self.assert_refused(self.only(goose, cmd=["no-such-program"]), 127, "no-such-program")
        self.assert_refused(self.only(goose, cmd=["/tmp"]), 126, "/tmp", "directory")
        self.assert_refused(self.only(goose, "-E", "256", cmd=["true"]), pond.USAGE, "256", "255")
        self.assert_refused(pond.call("only"), pond.USAGE, "only -- CMD")
        goose.kill()
        self.assert_refused(self.only(goose, cmd=["true"]), pond.NOBODY, goose.address)

    def test_leaves_no_daemon_behind(self):
        goose = self.first()
        self.only(goose, cmd=self.script("setsid sh -c 'sleep 1000 & echo $! >'$BOOK"))
        self.assertFalse(pond.exists(int(self.book.read_text())))

    def test_passes_sigterm_on(self):
        goose = self.first()
        process, _ = self.begin(goose, self.script(
            "trap 'exit 9' TERM; echo start $$ >>$BOOK; while :; do sleep 0.02; done"))
        process.terminate()
        self.assertEqual(process.wait(10 * pond.PATIENCE), 9)

    def test_says_that_it_was_a_signal_where_the_command_survives_that(self):
        goose = self.first(DUCK_PROMISE="1s")
        for number in signal.SIGTERM, signal.SIGINT:
            process, command = self.begin(goose, self.script(
                "trap '' TERM; echo start $$ >>$BOOK; while :; do sleep 0.02; done"))
            process.send_signal(number)
            self.assertEqual(process.wait(10 * pond.PATIENCE), 128 + number)
            self.assertFalse(pond.exists(command))
            words = process.stderr.read()
            self.assertIn(f"signal {int(number)}", words)
            self.assertNotIn("could not be kept", words)
            self.book.write_text("")

    def test_does_nothing_on_a_goose_that_hands_over(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        goose = self.goose_of(nodes)
        self.assertGreater(self.ask(goose, "/status?hold=3000")["held_for_ms"], 1000)
        with subprocess.Popen([pond.PROGRAM, "handover", "--node", goose.address],
                              env=pond.environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL):
            pond.until("it gives no hold",
                       lambda: not self.ask(goose, "/status?hold=9")["held_for_ms"])
            self.assertTrue(goose.is_goose())
            cmd = self.script("echo ran >>$BOOK")
            self.assertEqual(self.only(goose, cmd=cmd), (0, "", ""))
        self.assertEqual(self.book.read_text(), "")

    def test_keeps_the_office_for_longer_than_a_lease(self):
        nodes = self.cluster(3, DUCK_PROMISE="500ms")
        goose = self.goose_of(nodes)
        began = time.monotonic()
        self.assertEqual(self.only(goose, cmd=["sleep", "2"])[0], 0)
        self.assertGreaterEqual(time.monotonic() - began, 2)

    def test_is_waited_for_by_a_handover(self):
        nodes = self.cluster(3, DUCK_PROMISE="4s")
        goose = self.goose_of(nodes)
        process, _ = self.begin(goose, self.script(
            "echo start $$ >>$BOOK; while [ ! -e $BOOK.end ]; do sleep 0.02; done; exit 6"))
        with subprocess.Popen([pond.PROGRAM, "handover", "--node", goose.address],
                              env=pond.environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as handover:
            time.sleep(0.5)  # nothing is to happen
            self.assertTrue(goose.is_goose())
            pathlib.Path(f"{self.book}.end").touch()
            self.assertEqual(process.wait(10 * pond.PATIENCE), 6)
            handover.wait(15 * pond.PATIENCE)
        pond.until("another one is the goose", lambda: not goose.is_goose())

    def test_ends_its_command_before_another_node_is_the_goose(self):
        nodes = self.cluster(3, DUCK_PROMISE="1s")
        goose = self.goose_of(nodes)
        process, command = self.begin(goose, self.script(
            "trap '' TERM; echo start $$ >>$BOOK; while :; do sleep 0.02; done"))
        os.kill(goose.pid(), signal.SIGKILL)
        self.until_one_goose([node for node in nodes if node is not goose])
        self.assertFalse(pond.exists(command))
        self.assertEqual(process.wait(10 * pond.PATIENCE), pond.TRY_AGAIN)
        self.assertIn("could not be kept", process.stderr.read())

    def test_does_not_stand_still(self):
        """Ctrl-Z would leave a command alone that nobody renews the hold for."""
        goose = self.first()
        process, _ = self.begin(goose, self.script(
            "echo start $$ >>$BOOK; while [ ! -e $BOOK.end ]; do sleep 0.02; done"))
        process.send_signal(signal.SIGTSTP)
        pathlib.Path(f"{self.book}.end").touch()
        self.assertEqual(process.wait(10 * pond.PATIENCE), 0)

    def test_takes_its_command_with_it(self):
        goose = self.first()
        process, command = self.begin(goose, self.script(
            "echo start $$ >>$BOOK; while :; do sleep 0.02; done"))
        process.kill()
        pond.until("the command is dead", lambda: not pond.exists(command))


if __name__ == "__main__":
    pond.main()

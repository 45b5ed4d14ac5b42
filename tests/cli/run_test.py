"""`duckduckgoose run` and its hooks, with real processes: what CMD gets, and how it ends."""

import os
import pathlib
import signal
import subprocess
import time

import pond
from running import RunTest, alive, end


class Command(RunTest):
    def test_gets_its_words_untouched(self):
        self.run_one(cmd=self.script('for i in "$0" "$@"; do echo "word [$i]" >>$BOOK; done; '
                                     'echo "end" >>$BOOK; sleep 100')
                     + ["[a,b]", "", "--", "-x", "a b", "$HOME"])
        self.until_line("end")
        self.assertEqual([x for x in self.lines() if x.startswith("word")],
                         ["word [[a,b]]", "word []", "word [--]", "word [-x]", "word [a b]",
                          "word [$HOME]"])

    def test_is_told_who_it_is_and_nothing_secret(self):
        node = self.run_one(cmd=self.script("env >$BOOK.env; mv $BOOK.env $BOOK; sleep 100"),
                            DUCK_CLUSTER="pond", DUCK_SECRET_FILE="/nowhere",
                            NOTIFY_SOCKET="/nowhere", MINE="x")
        self.until_line("DUCK_TOKEN")
        told = dict(line.split("=", 1) for line in self.lines() if "=" in line)
        status = node.status()
        self.assertEqual(told["DUCK_TOKEN"], str(status["token"]))
        self.assertEqual(told["DUCK_TERM"], str(status["term"]))
        self.assertEqual(told["DUCK_ID"], status["id"])
        self.assertEqual(told["DUCK_CLUSTER"], "pond")
        self.assertEqual(told["DUCK_CAUSE"], status["cause"])
        self.assertEqual(told["MINE"], "x")
        self.assertEqual(len(told["DUCK_RUN_ID"]), 16)
        self.assertNotIn("DUCK_SECRET_FILE", told)
        self.assertNotIn("NOTIFY_SOCKET", told)

    def test_has_no_input_and_our_output(self):
        node = self.run_one("--on-exit", "stop", cmd=self.script(
            "readlink /proc/self/fd/0; cat; echo out; echo err >&2"))
        self.assertEqual(node.wait(), 0, node.words())
        self.assertIn("/dev/null\nout\nerr\n", node.words())

    def test_has_the_standard_output_to_itself(self):
        code, out, log = pond.call("run", "--once", "--port", "0", "--data",
                                   pathlib.Path(self.folder, "data"), "--", "echo", "result")
        self.assertEqual((code, out), (0, "result\n"))
        self.assertRegex(log, "contained by (cgroup|pid1|sweep)\\b")
        self.assertIn("once = yes (--once)", log)

    def test_has_signals_as_a_program_expects_them(self):
        node = self.run_one("--on-exit", "stop", cmd=["grep", "Sig[BI]", "/proc/self/status"])
        node.wait()
        self.assertIn("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", node.words())

    def test_gets_the_signals_that_are_meant_for_it(self):
        for level in ("cgroup", "sweep", "pidns"):
            with self.subTest(level):
                self.need(level)
                self.book.write_text("")
                node = self.run_one("--contain", level, cmd=self.script("""
                    for i in HUP QUIT USR1 USR2 WINCH; do trap "echo got $i >>$BOOK" $i; done
                    echo ready >>$BOOK; while :; do sleep 0.02; done"""))
                self.until_line("ready")
                for name in ["HUP", "QUIT", "USR1", "USR2", "WINCH"]:
                    node.signal(getattr(signal, f"SIG{name}"))
                    self.until_line(f"got {name}")
                self.assertTrue(node.is_goose())
                self.end_all()

    def test_runs_on_the_goose_only(self):
        nodes = self.pond_of_three()
        self.started()
        self.assertEqual(sum(line.startswith("start") for line in self.lines()), 1)
        self.assertIn(f"start {nodes[0].status()['token']} ", self.book.read_text())

    def test_is_started_again_when_it_ends(self):
        self.run_one(cmd=self.script("echo run >>$BOOK"))
        pond.until("two runs", lambda: self.lines().count("run") == 2)

    def test_that_cannot_be_run_is_refused(self):
        readable = pathlib.Path(self.folder, "readable")
        readable.touch()
        for words, code, *parts in [
                (["no-such-program"], 127, "no-such-program", "PATH"),
                ([self.folder + "/none"], 127, "none"),
                ([readable], 126, "readable", "not executable"),
                ([self.folder], 126, self.folder, "is a directory"),
                ([""], 127, '""')]:
            self.assert_refused(pond.call("run", "--", *words), code, *parts)

    def test_is_asked_for(self):
        self.assert_refused(pond.call("run"), pond.USAGE, "run -- CMD")
        self.assert_refused(pond.call("run", "--"), pond.USAGE, "run -- CMD")
        self.assert_refused(pond.call("run", "true"), pond.USAGE, "true")
        for options, part in [(["--no-keeper"], "--no-keeper"), (["--on-exit", "dance"], "dance"),
                              (["--contain", "x"], "pidns"), (["--grace", "5"], "5")]:
            self.assert_refused(pond.call("run", *options, "--", "true"), pond.USAGE, part)

    def test_is_all_that_is_ended(self):
        """Not what the process had started before it became the keeper."""
        side = pathlib.Path(self.folder, "side")
        with subprocess.Popen(
                ["sh", "-c", f'sleep 1000 & echo $! >{side}; exec "$@"', "sh", pond.PROGRAM,
                 "run", "--port", "0", "--data", pathlib.Path(self.folder, "data"), "--once",
                 "--", "true"],
                env=pond.environment(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL) as process:
            self.assertEqual(process.wait(30), 0)
        self.assertTrue(alive(side.read_text()))
        os.kill(int(side.read_text()), signal.SIGKILL)

    def test_must_end_before_the_lease(self):
        node = self.run_one("--grace", "5s")
        self.assert_ends(node, pond.CONFIGURATION, "--grace 5s needs a promise of 10s or more")
        fine = self.run_one("--grace", "5s", DUCK_PROMISE="10s")
        self.started()
        fine.signal(signal.SIGTERM)
        self.assertEqual(fine.wait(), 0)

    def test_must_end_sooner_where_the_promise_has_become_shorter(self):
        words = ["--grace", "500ms"]
        node = self.run_one(*words)
        self.started()
        self.assertNotIn("--grace 500ms is more", node.words())
        for promise, grace in ("200ms", "100ms"), ("300ms", "150ms"), ("10s", None), ("200ms", ""):
            self.assertEqual(node.command("set", "promise", promise)[0], 0)
            if grace:
                self.assertEqual(node.words().count(
                    f"--grace 500ms is more than half of the promise, {promise}: {grace} count"), 1)
        self.assertEqual(node.words().count("--grace 500ms is more"), 3)
        node.signal(signal.SIGTERM)
        self.assertEqual(node.wait(), 0, node.words())
        node.log.unlink()
        node.start("run", *words, "--", *self.stays())
        self.started(2)
        self.assertEqual(node.words().count("--grace 500ms is more"), 1)

    def test_must_end_sooner_in_a_cluster_with_a_shorter_promise(self):
        first = self.first()
        second = self.run_one("--grace", "5s", DUCK_JOIN=first.address)
        self.until_one_goose([first, second])
        self.assertEqual(second.words().count(
            "--grace 5s is more than half of the promise, 1s: 500ms count"), 1)

    def test_is_started_again_ever_later_where_nobody_else_can(self):
        self.run_one("--on-exit", "handover", cmd=self.script("date +%s.%N >>$BOOK; exit 1"))
        pond.until("three runs", lambda: len(self.lines()) >= 3)
        _, second, third = map(float, self.lines()[:3])
        self.assertGreater(third - second, 1.9)


class End(RunTest):
    def test_is_asked_for_by_sigterm_and_waited_for(self):
        first, *_ = self.pond_of_three(
            "--on-goose", self.hook('echo "on-goose $DUCK_TOKEN" >>$BOOK'),
            "--on-duck", self.hook('echo "on-duck $DUCK_TOKEN $DUCK_CAUSE" >>$BOOK'),
            cmd=self.stays('trap "sleep 0.3; echo cleaned up >>$BOOK; exit" TERM'))
        token = first.status()["token"]
        command, daemon = self.started()
        first.signal(signal.SIGTERM)
        self.assertEqual(first.wait(), 0, first.words())
        self.assertFalse(alive(command) or alive(daemon))
        self.started(2)
        kinds = [" ".join(line.split()[:2]) for line in self.lines() if "daemon" not in line]
        new = kinds[-1].split()[1]
        self.assertEqual(kinds, [f"on-goose {token}", f"start {token}", "cleaned up",
                                 f"on-duck {token}", f"on-goose {new}", f"start {new}"])
        self.assertIn(f"{first.address} was stopped by its operator\n", self.book.read_text())

    def test_of_one_that_ignores_sigterm_comes_after_the_stop_timeout(self):
        first, *_ = self.pond_of_three("--stop-timeout", "500ms", cmd=self.stays("trap '' TERM"))
        command, daemon = self.started()
        first.signal(signal.SIGTERM)
        self.assertEqual(first.wait(), 0, first.words())
        self.assertFalse(alive(command) or alive(daemon))

    def test_comes_at_once_for_who_has_no_patience(self):
        node = self.run_one(cmd=self.stays("trap '' TERM"))
        command, daemon = self.started()
        node.signal(signal.SIGINT)
        pond.until("it stops", lambda: node.status() and node.status()["draining"])
        node.signal(signal.SIGINT)
        self.assertEqual(node.wait(), 130)
        self.assertFalse(alive(command) or alive(daemon))

    def test_of_the_terminal_is_for_the_keeper_alone(self):
        """Ctrl-Z stops nothing, Ctrl-C ends all in order."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        data = pathlib.Path(self.folder, "data")
        words = [pond.PROGRAM, "run", "--port", str(pond.free_port()), "--data", str(data), "--",
                 *self.script("trap 'echo ended by TERM >>$BOOK; exit' TERM\n"
                              "trap 'echo interrupted >>$BOOK; exit' INT\n"
                              "echo ready >>$BOOK; while :; do sleep 0.02; done")]
        # A shell with job control: nothing else can be stopped by a terminal.
        shell = ["setsid", "--ctty", "bash", "-mc", '"$@"; exit $?', "-"]
        with subprocess.Popen([*shell, *words], env=pond.environment(), stdin=theirs,
                              stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            self.addCleanup(process.kill)
            self.until_line("ready")
            self.addCleanup(end, pond.children(process.pid)[0])
            os.write(ours, b"\x1a")
            os.write(ours, b"\x03")
            self.assertEqual(process.wait(15 * pond.PATIENCE), 0)
        self.assertEqual(self.lines(), ["ready", "ended by TERM"])

    def test_gives_its_exit_code(self):
        for text, code in [("exit 3", 3), ("kill -KILL $$", 137), ("exit 0", 0)]:
            for way in (["--on-exit", "stop"], ["--once"]):
                node = self.run_one(*way, cmd=["sh", "-c", text])
                self.assertEqual(node.wait(), code, node.words())

    def test_hands_over_if_that_is_wished(self):
        first, *rest = self.pond_of_three("--on-exit", "handover", cmd=self.script(
            'echo "start $DUCK_ID $$" >>$BOOK; while [ ! -e $BOOK.end ]; do sleep 0.02; done'))
        self.until_line("start")
        pathlib.Path(f"{self.book}.end").touch()
        pond.until("another one runs it", lambda: len({x.split()[1] for x in self.lines()}) > 1)

    def test_of_the_only_run_hands_over(self):
        first, *rest = self.pond_of_three("--once", cmd=self.script(
            'echo "run $DUCK_ID" >>$BOOK; [ $DUCK_TERM = 1 ] && sleep 0.5; sleep 0.1; exit 4'))
        self.assertEqual(first.wait(), 4, first.words())
        pond.until("the next one is told why", lambda: any(
            f"{first.address} ended with its command and handed over" in it.words() for it in rest))
        for node in rest:
            self.assertEqual(node.wait(), 4, node.words())
        self.assertEqual(len(set(self.lines())), 3)

    def test_that_is_not_its_own_is_75_for_the_only_run(self):
        first, *_ = self.pond_of_three("--once")
        command, _ = self.started()
        self.assertIn(first.command("handover")[0], (0, pond.TRY_AGAIN), "done, or under way")
        self.assertEqual(first.wait(), pond.TRY_AGAIN, first.words())
        self.assertFalse(alive(command))

    def test_before_it_was_due_is_75_for_the_only_run(self):
        first, *rest = self.pond_of_three("--once")
        rest[0].signal(signal.SIGTERM)
        self.assertEqual(rest[0].wait(), pond.TRY_AGAIN, "it has not run there")

    def test_that_is_a_failure_everywhere_leaves_nobody_and_says_so(self):
        nodes = self.pond_of_three("--on-exit", "handover", cmd=self.script(
            'while [ ! -e $BOOK.fail ]; do sleep 0.02; done; exit 1'))
        pathlib.Path(f"{self.book}.fail").touch()
        pond.until("all stand aside", lambda: all(
            self.code_of(it) == "standing_aside" for it in nodes), 30)
        self.assertRegex(nodes[0].status()["cause"], r"^stands aside for [0-9.]+ s, because "
                         "its command has failed; no other node has taken the office$")

    # Not even root can kill it: it is another user's.
    UNDYING = "setpriv --reuid 65534 sleep 1000"

    def powerless(self, *cmd):
        """A node that may kill its own user's processes only, with CMD."""
        node = self.node()
        node.wrapper = ["setpriv", "--bounding-set", "-kill", "--inh-caps", "-kill"]
        tried = subprocess.run([*node.wrapper, *self.UNDYING.split()[:-2], "true"],
                               capture_output=True, text=True)
        if tried.returncode != 0:
            self.skipTest(f"cannot become another user: {tried.stderr}")
        node.start("run", "--contain", "sweep", "--stop-timeout", "100ms", "--", *cmd)
        return node

    def code_of(self, node):
        return (node.status() or {}).get("cause_code")

    def test_that_does_not_come_is_told(self):
        node = self.powerless(*self.UNDYING.split())
        command = pond.until("it runs", lambda: pond.child_named(node.process.pid, "sleep"))
        self.addCleanup(end, command)
        node.signal(signal.SIGTERM)
        pond.until("it says so", lambda: self.code_of(node) == "undying", 30)
        self.assertTrue(node.is_goose(), "nobody else may be")
        os.kill(command, signal.SIGKILL)
        self.assertEqual(node.wait(), 0, node.words())

    def test_leaves_something_that_does_not_die(self):
        node = self.powerless(*self.script(
            f"{self.UNDYING} & echo left $! >>$BOOK\n"
            "while [ ! -e $BOOK.end ]; do sleep 0.02; done"))
        left = int(self.until_line("left").split()[1])
        self.addCleanup(end, left)
        pathlib.Path(f"{self.book}.end").touch()
        pond.until("it says so", lambda: self.code_of(node) == "undying", 30)
        self.assertFalse(node.status()["healthy"])
        os.kill(left, signal.SIGKILL)
        pond.until("it goes on", lambda: self.code_of(node) != "undying")

    def test_three_times_too_soon_leaves_it_to_another_node(self):
        first, *rest = self.pond_of_three(cmd=self.script(
            'echo "run $DUCK_ID" >>$BOOK; [ -e $BOOK.fail ] || sleep 100; exit 1'))
        bad = first.status()["id"]
        pathlib.Path(f"{self.book}.fail").touch()
        os.kill(self.child_of(first), signal.SIGKILL)
        pond.until("another node is the goose", lambda: not first.is_goose(), 30)
        new = self.until_one_goose([first, *rest])
        self.assertEqual(new.status()["cause_code"], "command_failed")
        self.assertEqual(self.lines().count(f"run {bad}"), 3)

    def child_of(self, node):
        """CMD: the child of the keeper that is not the node."""
        return next(it for it in pond.children(node.process.pid) if it != node.pid())


class Leave(RunTest):
    def test_waits_for_a_command_that_takes_longer_than_a_change_may(self):
        first, *rest = self.pond_of_three("--stop-timeout", "6s", cmd=self.stays("trap '' TERM"),
                                          DUCK_LEAVE_ON_STOP=1)
        self.started()
        first.signal(signal.SIGTERM)
        self.assertEqual(first.wait(30), 0, first.words())
        self.assertIn("has left its cluster", first.words())
        self.until_voters(rest, 1)


class Hooks(RunTest):
    def test_work_without_a_command(self):
        hooks = ["--on-goose", self.hook('echo "up $DUCK_ID" >>$BOOK'),
                 "--on-duck", self.hook('echo "down $DUCK_ID" >>$BOOK')]
        first = self.node().start(*hooks)
        pond.until("it is the goose", first.is_goose)
        second = self.node().start(*hooks, DUCK_JOIN=first.address)
        third = self.node().start(*hooks, DUCK_JOIN=first.address)
        self.until_voters([first, second, third], 3)
        me = first.status()["id"]
        self.assertEqual(self.until_line("up"), f"up {me}")
        self.assertEqual(second.command("handover")[0], 0)
        pond.until("another is up", lambda: len(self.lines()) == 3)
        self.assertEqual(self.lines()[1], f"down {me}")
        self.assertRegex(self.lines()[2], r"^up (?!%s)" % me)

    def test_that_fail_in_the_end_cost_the_promise(self):
        first, *rest = self.pond_of_three("--on-duck", "false", DUCK_PROMISE="4s")
        self.started()
        began = time.monotonic()
        os.kill(first.pid(), signal.SIGKILL)
        self.until_one_goose(rest)
        self.assertGreater(time.monotonic() - began, 2, "nothing was released early")

    def test_that_fail_in_the_beginning_leave_it_to_another_node(self):
        hooks = ["--on-goose", self.hook('echo "up $DUCK_ID" >>$BOOK; [ ! -e $BOOK.fail ]')]
        first, second, third = self.pond_of_three(*hooks)
        self.started()
        self.assertEqual(first.command("handover", "--to", second.address)[0], 0)
        self.started(2)
        pathlib.Path(f"{self.book}.fail").touch()
        self.assertEqual(second.command("handover", "--to", third.address)[0], 0)
        pond.until("the third one gives it up", lambda: "its on-goose hook fails" in third.words())

    def test_that_check_are_not_failed_by_a_command_that_ends(self):
        node = self.run_one("--health", "sleep 1.2", cmd=self.script("echo run >>$BOOK; sleep 0.6"))
        pond.until("it has run three times", lambda: self.lines().count("run") == 3, 30)
        self.assertNotIn("health command failed", node.words())

    def test_that_hang_in_the_beginning_are_killed(self):
        node = self.run_one("--stop-timeout", "200ms", "--on-goose", self.hook(
            'echo "up" >>$BOOK; [ -e $BOOK.well ] || sleep 1000'))
        pond.until("it is tried again", lambda: self.lines().count("up") == 2)
        self.assertIn("the on-goose hook failed: signal 9", node.words())
        pathlib.Path(f"{self.book}.well").touch()
        self.started()

    def test_that_check_and_hang_are_killed_after_two_seconds_each(self):
        node = self.run_one("--health",
                            self.hook('echo "check $(date +%s.%N)" >>$BOOK; sleep 1000'))
        pond.until("three checks", lambda: len(self.checks()) >= 3, 30)
        first, _, third = self.checks()[:3]
        self.assertLess(third - first, min(5.5 * pond.PATIENCE, 7.5),
                        "the next one begins when the last is killed")
        self.assertIn("the health command failed: signal 9, 1 of 3 times", node.words())

    def checks(self):
        return [float(line.split()[1]) for line in self.lines() if line.startswith("check")]

    def test_check_the_health(self):
        first, *rest = self.pond_of_three("--health", self.hook('[ ! -e $BOOK.ill ]'))
        self.assertTrue(first.status()["healthy"])
        pathlib.Path(f"{self.book}.ill").touch()
        pond.until("it is ill", lambda: not first.status()["healthy"], 30)
        pathlib.Path(f"{self.book}.ill").unlink()
        pond.until("it recovers", lambda: first.status()["healthy"], 30)
        self.assertTrue(first.is_goose())
        pathlib.Path(f"{self.book}.ill").touch()
        pond.until("it gives up", lambda: not first.is_goose(), 30)
        pathlib.Path(f"{self.book}.ill").unlink()
        self.assertEqual(self.until_one_goose([first, *rest]).status()["cause_code"], "unhealthy")
        self.assertFalse(first.status()["healthy"])

    def test_that_fail_leave_a_lone_goose_unhealthy_until_one_succeeds(self):
        node = self.run_one("--health", self.hook('[ -e $BOOK.well ]'))
        pond.until("it may not give up", lambda: "no other node can be the goose" in node.words(),
                   30)
        status = node.status()
        self.assertEqual((status["mode"], status["healthy"]), ("goose", False))
        pathlib.Path(f"{self.book}.well").touch()
        pond.until("it recovers", lambda: node.status()["healthy"], 30)


if __name__ == "__main__":
    pond.main()

"""`duckduckgoose run` and its hooks, with real processes: what CMD gets, and who ends it when."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

import pond

TEN_SECONDS = "10s"


def alive(pid):
    return pond.exists(int(pid))


class RunTest(pond.PondTest):
    def setUp(self):
        super().setUp()
        self.book = pathlib.Path(self.folder, "book")  # what commands and hooks write
        self.book.touch()

    def end_all(self):
        """Daemons outlive two that are killed at once, where the kernel does not end them."""
        for node in self.nodes:
            # A keeper that has lost its node ends by itself.
            if node.pid() not in (None, node.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(node.pid(), signal.SIGKILL)
        for node in self.nodes:
            if node.process:
                node.wait()

    def lines(self):
        return self.book.read_text().splitlines()

    def until_line(self, start, seconds=15):
        """The first line of the book that begins so."""
        return pond.until(f"a line {start!r}", lambda: next(
            (line for line in self.lines() if line.startswith(start)), None), seconds)

    def script(self, text):
        """The words of a CMD: a shell with $BOOK."""
        return ["sh", "-c", f"BOOK={self.book}\n{text}"]

    def hook(self, text):
        return f"BOOK={self.book}; {text}"

    def stays(self, more=""):
        """A CMD that stays, has told its process id, and has left a daemon behind."""
        return self.script(f"""{more}
            setsid sh -c 'sleep 1000 & echo "daemon $!" >>'$BOOK
            echo "start $DUCK_TOKEN $$" >>$BOOK
            while :; do sleep 0.02; done""")

    def started(self, times=1):
        """The process ids of CMD and of its daemon."""
        pond.until("CMD runs", lambda: sum(x.startswith("start ") for x in self.lines()) >= times)
        start = [line for line in self.lines() if line.startswith("start ")][times - 1]
        daemon = [line for line in self.lines() if line.startswith("daemon ")][times - 1]
        return int(start.split()[2]), int(daemon.split()[1])

    def run_one(self, *options, cmd=None, **variables):
        return self.node().start("run", *options, "--", *(cmd or self.stays()), **variables)

    def need(self, level):
        """Skips the test where nothing can be contained in this way."""
        code, _, err = pond.call("run", "--contain", level, "--once", "--port", "0", "--data",
                                 pathlib.Path(self.folder, f"try-{level}"), "--", "true")
        if code == pond.CONFIGURATION:
            self.skipTest(err.strip())
        self.assertEqual(code, 0, err)

    def pond_of_three(self, *options, cmd=None, **variables):
        """Three nodes that run it; the first one is the goose."""
        cmd = cmd or self.stays()
        first = self.run_one(*options, cmd=cmd, **variables)
        pond.until("it is the goose", first.is_goose)
        rest = [self.run_one(*options, cmd=cmd, DUCK_JOIN=first.address, **variables)
                for _ in range(2)]
        self.until_voters([first, *rest], 3)
        return [first, *rest]


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

    def test_has_signals_as_a_program_expects_them(self):
        node = self.run_one("--on-exit", "stop", cmd=["grep", "Sig[BI]", "/proc/self/status"])
        node.wait()
        self.assertIn("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", node.words())

    def test_gets_the_signals_that_are_meant_for_it(self):
        node = self.run_one(cmd=self.script("""
            for i in HUP QUIT USR1 USR2 WINCH; do trap "echo got $i >>$BOOK" $i; done
            echo ready >>$BOOK; while :; do sleep 0.02; done"""))
        self.until_line("ready")
        for name in ["HUP", "QUIT", "USR1", "USR2", "WINCH"]:
            node.signal(getattr(signal, f"SIG{name}"))
            self.until_line(f"got {name}")
        self.assertTrue(node.is_goose())

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
                ([self.folder], 127, self.folder),
                ([""], 127, '""')]:
            self.assert_refused(pond.call("run", "--", *words), code, *parts)

    def test_is_asked_for(self):
        self.assert_refused(pond.call("run"), pond.USAGE, "run -- CMD")
        self.assert_refused(pond.call("run", "--"), pond.USAGE, "run -- CMD")
        self.assert_refused(pond.call("run", "true"), pond.USAGE, "true")
        for options, part in [(["--no-keeper"], "--no-keeper"), (["--on-exit", "dance"], "dance"),
                              (["--contain", "x"], "pidns"), (["--grace", "5"], "5")]:
            self.assert_refused(pond.call("run", *options, "--", "true"), pond.USAGE, part)

    def test_must_end_before_the_lease(self):
        node = self.run_one("--grace", "5s")
        self.assert_ends(node, pond.CONFIGURATION, "--grace 5s needs a promise of 10s or more")
        fine = self.run_one("--grace", "5s", DUCK_PROMISE="10s")
        self.started()
        fine.kill()


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
        self.assertIn("the office is given up", self.book.read_text())

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
        for node in [first, *rest]:
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


class Death(RunTest):
    """CMD and its daemon are dead before another node is the goose, whoever dies."""

    HOOK = 'echo "on-duck $DUCK_CAUSE" >>$BOOK'

    def assert_dead(self, *pids):
        for pid in pids:
            self.assertFalse(alive(pid), pathlib.Path(f"/proc/{pid}/stat"))

    def goose_meets(self, harm, *options, **variables):
        """Does harm to a goose whose CMD runs; once there is another one all of it is dead."""
        first, *rest = self.pond_of_three(*options, **variables)
        pids = self.started()
        harm(first)
        self.until_one_goose(rest)
        self.assert_dead(*pids)
        return first, rest

    def test_of_the_node(self):
        for level in ("cgroup", "sweep", "pidns"):
            with self.subTest(level):
                self.need(level)
                self.book.write_text("")
                first, *rest = self.pond_of_three(
                    "--contain", level, "--on-duck", self.hook(self.HOOK), DUCK_PROMISE=TEN_SECONDS)
                self.assertEqual(first.status()["containment"], level)
                self.started()
                mine = self.marked(first)
                self.assertGreaterEqual(len(mine), 2, "CMD and its daemon")
                os.kill(first.pid(), signal.SIGKILL)
                new = self.until_one_goose(rest)
                self.assert_dead(*mine)
                self.assertEqual(new.status()["cause_code"], "proof_of_death")
                self.assertIn("on-duck its node died", self.book.read_text())
                self.assertEqual(first.wait(), 137)
                self.end_all()

    def marked(self, node):
        """All processes of this machine with the DUCK_RUN_ID of what the node has started."""
        environments = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    environments[int(entry.name)] = (entry / "environ").read_bytes().split(b"\0")
        mine = f"DUCK_ID={node.status()['id']}".encode()
        run = next(entry for env in environments.values() if mine in env
                   for entry in env if entry.startswith(b"DUCK_RUN_ID="))
        return [pid for pid, env in environments.items() if run in env]

    def test_of_the_keeper(self):
        first, *rest = self.pond_of_three("--on-duck", self.hook(self.HOOK),
                                          DUCK_PROMISE=TEN_SECONDS)
        command, daemon = self.started()
        node = first.pid()
        first.process.kill()
        self.until_one_goose(rest)
        self.assert_dead(command, daemon)
        self.assertIn("on-duck", self.book.read_text())
        pond.until("the node has stopped", lambda: not pond.exists(node))
        self.assertIn("killed all that the goose had started", first.words())

    def test_of_the_keeper_where_killing_takes_longer_than_the_grace(self):
        self.goose_meets(lambda goose: goose.process.kill(), "--grace", "0ms")

    def test_that_a_keeper_has_missed_to_hear_of(self):
        """Its line is full when the office is given up; it goes on before it is given up itself."""
        first, *rest = self.pond_of_three(DUCK_PROMISE="20s")
        command, daemon = self.started()
        first.signal(signal.SIGSTOP)
        for _ in range(400):
            self.ask(first, "/status?hold=1")
        with subprocess.Popen([pond.PROGRAM, "handover", "--node", first.address],
                              env=pond.environment(), stdout=subprocess.DEVNULL) as handover:
            time.sleep(0.3)  # for the node to tell the keeper, in vain
            first.signal(signal.SIGCONT)
            self.until_one_goose(rest, 30)
            handover.wait(30)
        self.assert_dead(command, daemon)

    def test_of_a_node_that_hangs(self):
        self.goose_meets(lambda goose: os.kill(goose.pid(), signal.SIGSTOP), DUCK_PROMISE="4s")

    def test_of_a_keeper_that_hangs(self):
        first, rest = self.goose_meets(lambda goose: goose.signal(signal.SIGSTOP),
                                       DUCK_PROMISE="4s")
        first.signal(signal.SIGCONT)
        pond.until("it is guarded again", lambda: first.status()["guarded"])
        self.until_one_goose([first, *rest])

    def test_of_both_at_once(self):
        self.need("pidns")
        first, *rest = self.pond_of_three("--contain", "pidns", cmd=self.stays("trap '' TERM"))
        mine = self.marked(first)
        self.assertGreaterEqual(len(mine), 2, "CMD and its daemon")
        first.kill()
        pond.until("the kernel has killed them", lambda: not any(map(alive, mine)))
        self.until_one_goose(rest)

    def test_of_the_lease(self):
        """Cut off from all others: CMD is told to end, and another node runs it only afterwards."""
        first, *rest = self.pond_of_three(DUCK_PROMISE="2s")
        command, daemon = self.started()
        for node in rest:
            os.kill(node.pid(), signal.SIGSTOP)
        pond.until("CMD is dead", lambda: not alive(command) and not alive(daemon))
        for node in rest:
            os.kill(node.pid(), signal.SIGCONT)
        self.until_one_goose([first, *rest], 30)
        self.started(2)


if __name__ == "__main__":
    pond.main()

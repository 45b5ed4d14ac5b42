"""The keeper, with real processes: what either does when the other is gone or stands still."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

import pond


def kill_node(node, number=signal.SIGKILL):
    os.kill(node.pid(), number)


def command_line(pid):
    """As ps(1) has it: without what is empty at the end."""
    return pathlib.Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


class Keeper(pond.PondTest):
    def cause_of(self, nodes, old):
        """The new goose, which is not `old`, and what it says of the change."""
        rest = [node for node in nodes if node is not old]
        status = self.until_one_goose(rest).status()
        return status["cause_code"], status["cause"]

    def test_tells_the_death_of_its_node(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        old = self.goose_of(nodes)
        self.assertTrue(old.status()["guarded"])
        began = time.monotonic()
        kill_node(old)
        code, cause = self.cause_of(nodes, old)
        took = time.monotonic() - began
        self.assertEqual(code, "proof_of_death", cause)
        self.assertIn(old.address, cause)
        self.assertLess(took, 5, "no promise was waited out")
        self.assertEqual(old.wait(), 128 + signal.SIGKILL)
        self.assertIn("other voters were told within", old.words())

    def test_tells_it_of_each_crash_of_the_same_node(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        for _ in range(3):
            old = self.goose_of(nodes)
            kill_node(old)
            self.assertEqual(self.cause_of(nodes, old)[0], "proof_of_death")
            old.wait()
            old.start()
            self.until_voters(nodes, 3)

    def test_kills_a_goose_that_hangs(self):
        nodes = self.cluster(3, DUCK_PROMISE="4s")
        old = self.goose_of(nodes)
        kill_node(old, signal.SIGSTOP)
        code, cause = self.cause_of(nodes, old)
        self.assertEqual(code, "proof_of_death", cause)
        self.assertEqual(old.wait(), 128 + signal.SIGKILL)
        self.assertIn("did not answer and was killed", old.words())

    def test_leaves_a_duck_alone_that_stands_still_for_a_while(self):
        nodes = self.cluster(3)
        duck = next(node for node in nodes if not node.is_goose())
        kill_node(duck, signal.SIGSTOP)
        time.sleep(1)  # nothing is to happen; a goose would be killed after a quarter of it
        kill_node(duck, signal.SIGCONT)
        self.until_voters(nodes, 3)
        self.assertTrue(duck.runs())

    def test_is_survived_by_a_node_that_hands_over_and_ends(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        old = self.goose_of(nodes)
        node = old.pid()
        old.signal(signal.SIGKILL)
        code, cause = self.cause_of(nodes, old)
        self.assertEqual(code, "unguarded", cause)
        pond.until("the node has ended", lambda: not pond.exists(node))
        self.assertIn("its keeper is dead", old.words())

    def test_that_stands_still_costs_the_office(self):
        nodes = self.cluster(3, DUCK_PROMISE="2s")
        old = self.goose_of(nodes)
        old.signal(signal.SIGSTOP)
        code, cause = self.cause_of(nodes, old)
        self.assertEqual(code, "unguarded", cause)
        pond.until("it says that nobody guards it", lambda: not old.status()["guarded"])
        old.signal(signal.SIGCONT)
        pond.until("it is guarded again", lambda: old.status()["guarded"])
        self.assertTrue(old.runs())

    def test_dies_with_its_node_and_the_promise_runs_out(self):
        nodes = self.cluster(3, DUCK_PROMISE="500ms")
        old = self.goose_of(nodes)
        old.kill()
        self.assertEqual(self.cause_of(nodes, old)[0], "promise_ran_out")

    def test_passes_on_the_signal_to_stop(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        old = self.goose_of(nodes)
        old.signal(signal.SIGTERM)
        self.assertEqual(self.cause_of(nodes, old)[0], "handover")
        self.assertEqual(old.wait(), 0)

    def test_waits_for_a_hold_before_it_tells(self):
        nodes = self.cluster(3, DUCK_PROMISE="4s")
        old = self.goose_of(nodes)
        began = time.monotonic()
        held = self.ask(old, "/status?hold=1500")["held_for_ms"]
        self.assertGreater(held, 1000)
        kill_node(old)
        code, cause = self.cause_of(nodes, old)
        self.assertGreaterEqual(1000 * (time.monotonic() - began), held)
        self.assertEqual(code, "proof_of_death", cause)

    def test_and_the_node_wait_for_a_hold_when_they_stop(self):
        nodes = self.cluster(3, DUCK_PROMISE="4s")
        old = self.goose_of(nodes)
        began = time.monotonic()
        held = self.ask(old, "/hold", b'{"ms":1000}')["held_for_ms"]
        self.assertGreater(held, 500)
        old.signal(signal.SIGTERM)
        pond.until("it drains", lambda: (old.status() or {}).get("draining"))
        self.assertEqual(self.ask(old, "/status?hold=1000")["held_for_ms"], 0)
        self.assertEqual(self.cause_of(nodes, old)[0], "handover")
        self.assertGreaterEqual(1000 * (time.monotonic() - began), held)

    def test_ends_at_once_for_who_has_no_patience_hold_or_not(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        old = self.goose_of(nodes)
        self.assertGreater(self.ask(old, "/status?hold=8000")["held_for_ms"], 5000)
        old.signal(signal.SIGINT)
        pond.until("it drains", lambda: (old.status() or {}).get("draining"))
        began = time.monotonic()
        old.signal(signal.SIGINT)
        self.assertEqual(old.wait(), 128 + signal.SIGINT)
        self.assertLess(time.monotonic() - began, 3 * pond.PATIENCE)

    def test_a_stop_lets_a_handover_finish_that_waits_for_a_hold(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        old = self.goose_of(nodes)
        self.assertGreater(self.ask(old, "/status?hold=1500")["held_for_ms"], 1000)
        handover = subprocess.Popen([pond.PROGRAM, "handover", "--node", old.address],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(handover.wait)
        # Not taken for a hold any more: the handover has arrived.
        pond.until("it gives no hold", lambda: not self.ask(old, "/status?hold=9")["held_for_ms"])
        old.signal(signal.SIGTERM)
        self.assertEqual(self.cause_of(nodes, old)[0], "handover")
        self.assertEqual(old.wait(), 0)

    def test_works_for_a_parent_that_ignores_its_children(self):
        handler = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            node = self.node()
            node.start(restore_signals=False)
        finally:
            signal.signal(signal.SIGCHLD, handler)
        pond.until("it is the goose", node.is_goose)
        kill_node(node)
        self.assertEqual(node.wait(), 128 + signal.SIGKILL)

    def test_finds_voters_that_dial_from_where_they_do_not_listen(self):
        first = self.first(DUCK_PROMISE="10s")
        nodes = [first] + [self.joined(first, DUCK_LISTEN="127.0.0.1") for _ in range(2)]
        self.until_voters(nodes, 3)
        kill_node(first)
        self.assertEqual(self.cause_of(nodes, first)[0], "proof_of_death")

    def test_a_duck_holds_nothing(self):
        node = self.first()
        duck = self.joined(node)
        pond.until("it knows the goose", lambda: (duck.status() or {}).get("goose"))
        self.assertEqual(self.ask(duck, "/status?hold=1000")["held_for_ms"], 0)

    def test_of_a_node_that_does_not_start_has_its_exit_code(self):
        first = self.first()
        second = self.node()
        second.start(DUCK_PORT=first.port)
        self.assert_ends(second, pond.IN_USE, first.port)

    def test_and_its_node_are_told_apart_in_a_list_of_processes(self):
        node = self.node()
        words = ["--log-level", "info", "--port", str(node.port), "--data", str(node.data)]
        node.start(*words)
        pond.until("it is the goose", node.is_goose)
        self.assertEqual(command_line(node.process.pid), [pond.PROGRAM, *words])
        self.assertEqual(command_line(node.pid()), ["ddg-node", *words])

    def test_with_a_short_name_gives_its_node_what_has_room(self):
        node = self.node()
        short = pathlib.Path(self.folder, "d")
        short.symlink_to(pond.PROGRAM)
        words = ["--data", str(node.data)]
        with contextlib.chdir(self.folder):
            node.start_as(["./d", *words], DUCK_PORT=node.port)
        pond.until("it is the goose", node.is_goose)
        room = len("\0".join(["./d", *words]))
        self.assertEqual("\0".join(command_line(node.pid())),
                         "\0".join(["ddg-node", *words])[:room])

    def test_can_be_done_without(self):
        node = self.first(DUCK_NO_KEEPER="yes")
        self.assertFalse(node.status()["guarded"])
        self.assertEqual(node.pid(), node.process.pid)


if __name__ == "__main__":
    pond.main()

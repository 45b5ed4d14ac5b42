"""Whoever dies or stands still: what the goose had started is dead before another is the goose."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

import pond
from running import RunTest, alive

TEN_SECONDS = "10s"


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

    def test_of_whoever_watches_hundreds(self):
        many = self.script("""for _ in $(seq 300); do setsid sleep 1000 & done
            echo "start" >>$BOOK; while :; do sleep 0.1; done""")
        for level in ("cgroup", "sweep", "pidns"):
            for whom in ("node", "keeper"):
                with self.subTest(f"{level}, {whom}"):
                    self.need(level)
                    self.book.write_text("")
                    first, *rest = self.pond_of_three("--contain", level, cmd=many,
                                                      DUCK_PROMISE=TEN_SECONDS)
                    self.until_line("start")
                    mine = pond.until("all can be seen", lambda: (
                        len(them := self.marked(first)) > 300 and them))
                    os.kill(first.pid() if whom == "node" else first.process.pid, signal.SIGKILL)
                    self.until_one_goose(rest)
                    self.assert_dead(*mine)
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
        new = self.until_one_goose(rest)
        self.assert_dead(command, daemon)
        self.assertIn(f"on-duck {first.address} lost its keeper\n", self.book.read_text())
        self.assertEqual(new.status()["cause_code"], "unguarded")
        self.assertEqual(new.status()["cause"],
                         f"{first.address} lost its keeper and handed over to {new.address}")
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
        new = self.until_one_goose(rest)
        self.assertIn("got no answer from its keeper", new.status()["cause"])
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
        pond.until("it says why", lambda: "could not renew its lease in time" in first.words())
        for node in rest:
            os.kill(node.pid(), signal.SIGCONT)
        self.until_one_goose([first, *rest], 30)
        self.started(2)

    def test_of_the_lease_while_the_keeper_stands_still(self):
        """It stands still so shortly that nobody could say that it does not answer."""
        first, *rest = self.pond_of_three(DUCK_PROMISE="2s")
        command, daemon = self.started()
        for node in rest:
            os.kill(node.pid(), signal.SIGSTOP)
        pond.until("hardly any lease is left",
                   lambda: (first.status().get("lease_ms") or 0) < 400)
        first.signal(signal.SIGSTOP)
        pond.until("CMD is dead", lambda: not alive(command) and not alive(daemon), 4)
        first.signal(signal.SIGCONT)
        for node in rest:
            os.kill(node.pid(), signal.SIGCONT)
        self.until_one_goose([first, *rest], 30)
        self.started(2)


if __name__ == "__main__":
    pond.main()

"""A node in Python beside nodes of the program: it listens, it votes, and it can be the goose."""

import json
import pathlib
import random
import sys

import websockets  # noqa: F401  # without it no duck would live

TESTS = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = TESTS.parent / "examples"
sys.path[:0] = [str(TESTS / "cli"), str(TESTS / "outside"), str(EXAMPLES)]
import asking  # noqa: E402
import history  # noqa: E402
import pond  # noqa: E402
import record  # noqa: E402
import rules  # noqa: E402

DUCK = EXAMPLES / "duck.py"
HOLD_MS_MAX = 100  # Of a promise of 400 ms; the one in Python knows of no holds.


class PythonDuck(pond.Node):
    """The example, with the face of a node of the program."""

    def __init__(self, folder, port):
        super().__init__(folder, port)
        self.more = []

    def start(self, *words, **variables):
        command = [sys.executable, "-B", DUCK, "--port", self.port, "--data", self.data]
        return self.start_as([*map(str, command), *self.more, *words], **variables)


class Duck(pond.PondTest):
    def python(self, to, *words):
        duck = self.node(PythonDuck)
        duck.more = ["--join", ",".join(it.address for it in to), *words]
        return duck.start()

    def test_listens_and_prints_each_change(self):
        first, second, third = nodes = self.cluster(3)
        duck = self.python([first])
        old = self.until_one_goose(nodes)
        pond.until("it has heard", lambda: f"{old.address} is the goose" in duck.words())
        self.assertEqual(duck.status()["goose"]["address"], old.address)
        old.kill()
        new = self.until_one_goose([it for it in nodes if it is not old])
        pond.until("it has heard of the next one",
                   lambda: f"{new.address} is the goose" in duck.words())
        self.assertEqual(new.status()["voters"], 3, "who only listens is never promoted")
        self.assertIn(third, nodes)
        self.assertIn(second, nodes)

    def test_goes_on_when_it_is_refused(self):
        duck = rules.Rules(record.Record(self.folder, "default", True), True, list)
        duck.receive({"id": "9f3c1a7be204d856"}, {"type": "rejected", "body": {"refusal": "clone"}})
        self.assertEqual(duck.out, [])

    def whole(self):
        """Two nodes of the program and one in Python, which all vote."""
        first = self.first(DUCK_PROMISE="400ms")
        second = self.joined(first)
        duck = self.python([first, second], "--voter")
        nodes = [first, second, duck]
        self.until_three_vote(nodes)
        return nodes

    def until_three_vote(self, nodes):
        def settled():
            statuses = [node.status() for node in nodes]
            known = {s["goose"]["id"] for s in statuses if s and s["goose"]}
            voters = {s.get("voters", 3) for s in statuses if s}
            linked = {s.get("voters_connected", 3) for s in statuses if s and s["mode"] == "goose"}
            return all(statuses) and len(known) == 1 and voters == {3} and linked == {3} and \
                all(s["goose"] for s in statuses)
        pond.until("three vote, and know one goose", settled, 30)

    def test_votes(self):
        first, second, duck = nodes = self.whole()
        old = self.until_one_goose(nodes)
        if old is not duck:
            other = second if old is first else first
            old.kill()  # of three, two are left: the one in Python has to vote
            self.assertIn(self.until_one_goose([other, duck]), (other, duck))
            old.start()
            self.until_three_vote(nodes)

    def test_is_bound_by_a_longer_promise_for_no_longer_than_that(self):
        first, _, duck = nodes = self.whole()
        def longest():
            return json.loads((duck.data / "duck.json").read_text(encoding="utf-8"))["promise_max"]
        for promise, microseconds in (("1s", 1_000_000), ("400ms", 400_000)):
            code, _, err = first.command("set", "promise", promise)
            self.assertEqual(code, 0, err)
            pond.until(f"{promise} is the longest", lambda: longest() == microseconds)
        self.until_one_goose(nodes)

    def test_tells_the_voters_its_configuration_when_it_knows_no_goose(self):
        duck = rules.Rules(record.Record(self.folder, "default", True), False, list)
        duck.enrol("default", "5b0e4c1d77aa9e20", {
            "term": 3, "version": 2, "promise_us": 50_000, "removed": [],
            "members": [{"id": "9f3c1a7be204d856", "address": "localhost:1", "may_lead": True}]})
        def told():
            duck.tick()
            return duck.out
        to, kind, body, has_config = pond.until("it tells", told)[0]
        self.assertEqual((to, kind, has_config), ("9f3c1a7be204d856", "notice", True))
        self.assertNotIn("leader", body)

    def test_is_the_goose_and_hands_over_when_it_is_stopped(self):
        first, second, duck = nodes = self.whole()
        def handed_over():
            if duck.is_goose():
                return True
            code, out, err = first.command("handover", "--to", duck.address)
            is_too_slow = code == 1 and "did not take over" in err  # another one was quicker
            self.assertTrue(is_too_slow or code in (0, pond.TRY_AGAIN), out + err)
            return False
        pond.until("it is the goose", handed_over, 30)
        self.assertIs(self.until_one_goose(nodes), duck)
        token = duck.status()["token"]
        duck.process.terminate()
        self.assertEqual(duck.wait(), 0, duck.words())
        new = self.until_one_goose([first, second])
        self.assertEqual(new.status()["cause_code"], "handover")
        self.assertGreater(new.status()["token"], token)

    def test_agrees_with_the_others_whoever_is_killed(self):
        chance = random.Random(7)
        nodes = self.whole()
        askers = asking.Askers(nodes, HOLD_MS_MAX)
        for _ in range(12):
            victim = chance.choice(nodes)
            victim.kill()
            self.until_one_goose([it for it in nodes if it is not victim])
            victim.start()
            self.until_three_vote(nodes)
        heard = askers.end()
        self.assertEqual(history.check(heard), [])
        self.assertGreater(len({it.token for it in heard if it.is_goose}), 3)


if __name__ == "__main__":
    pond.main()

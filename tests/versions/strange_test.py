"""A node without a protocol version in common with the others is refused, and everybody is told who
must be upgraded first."""

from releases import AFTER_NEXT, NEXT, NOW, ReleasesTest, pond

BRIDGE = "to a release that speaks 1 and 2"
VERSION = pond.call("version")[1].split()[1]
NEWER = f"it (next) speaks 2 to 3, this node ({VERSION}) 1; upgrade this node first, {BRIDGE}"
# That it is "next" it tells the others only.
OLDER = f"it ({VERSION}) speaks 1, this node ({VERSION}) 2 to 3; upgrade it first, {BRIDGE}"


def says(sentence, node):
    """Its status, if that is its cause."""
    status = node.status()
    return status if status and sentence in status["cause"] else None


class Strange(ReleasesTest):
    def test_a_voter_is_refused_and_returns_with_a_release_between(self):
        nodes = self.cluster_of(NOW, NOW, NOW)
        goose = self.until_one_goose(nodes)
        voter, other = [it for it in nodes if it is not goose]
        token = goose.status()["token"]
        self.ask_all_the_time(nodes)
        voter.stop()
        voter.restart_as(AFTER_NEXT)
        status = pond.until("it says why", lambda: says(OLDER, voter))
        self.assertEqual((status["mode"], status["cause_code"]), ("duck", "no_majority"))
        self.assertIn("2 of 3 voters unreachable", status["cause"])
        for node in (goose, other):
            pond.until(f"{node.address} says why", lambda it=node: NEWER in it.words())
            self.assertIn(f"{node.address}: no common protocol version: {OLDER}", voter.words())
        self.assertEqual(goose.status()["voters_connected"], 2)
        self.assertTrue(voter.runs(), "a node with a record does not end for what others say")
        voter.stop()
        voter.restart_as(NEXT)
        self.until_voters(nodes, 3)
        self.assertEqual(self.tokens_told(), [token], "nobody was deposed")

    def test_the_last_of_the_old_ones_is_told_to_follow(self):
        nodes = self.cluster_of(NOW, NOW, NOW)
        goose = self.until_one_goose(nodes)
        self.ask_all_the_time(nodes)
        new = [it for it in nodes if it is not goose]
        for node in new:
            node.stop()
            node.restart_as(AFTER_NEXT)
        self.assertIn(self.until_one_goose(new), new)
        status = pond.until("it says why", lambda: says(NEWER, goose))
        self.assertEqual(status["mode"], "duck")
        goose.stop()
        goose.restart_as(AFTER_NEXT)
        self.until_voters(nodes, 3)
        self.assertGreater(len(self.tokens_told()), 1)

    def test_a_fresh_node_ends(self):
        for there, comes, sentence in ((NOW, AFTER_NEXT, OLDER), (AFTER_NEXT, NOW, NEWER)):
            with self.subTest(comes=comes):
                first = self.machine(there).start()
                pond.until(f"{first.address} is the goose", first.is_goose)
                fresh = self.machine(comes).start(DUCK_JOIN=first.address)
                self.assert_ends(fresh, pond.PROTOCOL, first.address, sentence)
                other = NEWER if sentence is OLDER else OLDER
                pond.until("the other one says why", lambda it=first, why=other: why in it.words())
                self.assertEqual(first.status()["observers"], 0)

    def test_a_fresh_node_waits_for_a_target_that_is_silent(self):
        first = self.machine(NOW).start()
        pond.until(f"{first.address} is the goose", first.is_goose)
        silent = self.machine(AFTER_NEXT)
        fresh = self.machine(AFTER_NEXT).start(DUCK_JOIN=f"{first.address},{silent.address}")
        status = pond.until("it says why", lambda: says(OLDER, fresh))
        self.assertEqual(status["role"], "waiting")
        silent.start()  # founds a cluster of that name, and it can be understood
        pond.until("it has joined", lambda: (s := fresh.status()) and s["goose"])


if __name__ == "__main__":
    pond.main()

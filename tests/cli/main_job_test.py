"""The main job, as the ancestor's README has it: three processes elect one goose, lose it, elect
another, take the old one back as a duck, take newcomers in, and forget nothing."""

import time

import pond


class MainJob(pond.PondTest):
    def test_from_the_first_node_to_five_voters_and_back_from_nothing(self):
        nodes = self.three_as_in_the_readme()
        old = self.lose_the_goose_and_take_it_back(nodes)
        nodes = self.take_newcomers_in(nodes)
        self.assertFalse(old.is_goose())
        self.restart_all_without_join(nodes)

    def three_as_in_the_readme(self):
        first = self.node().start()
        # No wait for others: a bare start is goose at once.
        began = time.monotonic()
        self.assertEqual(first.command("wait", "--goose", "--timeout", "10s")[0], 0)
        self.assertLess(time.monotonic() - began, 5 * pond.PATIENCE)
        # Join through any node: the third through the second.
        second = self.joined(first)
        third = self.joined(second)
        nodes = [first, second, third]
        self.until_voters(nodes, 3)
        self.assertIs(self.until_one_goose(nodes), first)
        status = first.status()
        self.assertEqual(status["mode"], "goose")
        self.assertCountEqual(status["peers"], [second.address, third.address])
        self.assertEqual(second.status()["mode"], "duck")
        return nodes

    def lose_the_goose_and_take_it_back(self, nodes):
        old = self.until_one_goose(nodes)
        before = old.status()
        others = [node for node in nodes if node is not old]
        old.kill()
        new = self.goose_of(others)
        self.assertIs(self.until_one_goose(others), new)
        after = new.status()
        self.assertGreater(after["term"], before["term"])
        self.assertGreater(after["token"], before["token"])
        self.assertIn(after["cause_code"], ["promise_ran_out", "lost_majority"])
        self.assertTrue(after["cause"])
        # It returns without DUCK_JOIN, with its data, and disturbs nobody (P6).
        old.start()
        self.assertIs(self.until_one_goose(nodes), new)
        self.assertEqual(new.status()["term"], after["term"])
        self.assertEqual(old.status()["id"], before["id"])
        self.assertEqual(old.status()["mode"], "duck")
        return old

    def take_newcomers_in(self, nodes):
        goose = self.until_one_goose(nodes)
        term = goose.status()["term"]
        fourth = self.joined(nodes[1])
        pond.until("the fourth node is listed", lambda: len(goose.status()["peers"]) == 3)
        fifth = self.joined(fourth)
        nodes = nodes + [fourth, fifth]
        self.until_voters(nodes, 5)
        self.assertIs(self.until_one_goose(nodes), goose)
        self.assertEqual(goose.status()["term"], term, "new members depose no goose (P6)")
        self.assertEqual(goose.status()["tolerates"], 2)
        return nodes

    def restart_all_without_join(self, nodes):
        before = self.until_one_goose(nodes).status()
        ids = [node.status()["id"] for node in nodes]
        for node in nodes:
            node.kill()
        for node in nodes:
            node.start()
        self.until_voters(nodes, 5)
        after = self.until_one_goose(nodes).status()
        self.assertEqual([node.status()["id"] for node in nodes], ids)
        self.assertEqual(after["cluster_id"], before["cluster_id"])
        self.assertGreater(after["token"], before["token"])

    def test_without_a_majority_there_is_no_goose_and_the_node_says_why(self):
        nodes = self.cluster(3)
        goose = self.until_one_goose(nodes)
        for node in nodes:
            if node is not goose:
                node.kill()
        pond.until("the lonely goose is a duck", lambda: not goose.is_goose())
        status = pond.until(
            "it says why",
            lambda: (s := goose.status()) and s["cause_code"] == "no_majority" and s)
        self.assertIsNone(status["goose"])
        self.assertIn("2 of 3 voters", status["cause"])
        code, _, err = goose.command("wait", "--timeout", "200ms")
        self.assertEqual(code, pond.TRY_AGAIN)
        self.assertIn("no goose after 200ms: 2 of 3 voters", err)


if __name__ == "__main__":
    pond.main()

"""Operators change the cluster: remove, leave, handover, reset, init; each through any node."""

import json

import pond


class Remove(pond.PondTest):
    def test_a_duck_through_another_duck(self):
        nodes = self.cluster(3)
        goose = self.until_one_goose(nodes)
        gone, asked = [node for node in nodes if node is not goose]
        term = goose.status()["term"]
        code, out, err = asked.command("remove", gone.address)
        self.assertEqual(code, 0, out + err)
        status = pond.until("it knows",
                            lambda: (s := gone.status()) and s["role"] == "removed" and s)
        self.assertEqual(status["mode"], "duck")
        self.assertEqual(goose.status()["term"], term, "removing a duck deposes nobody (P6)")
        self.assertNotIn(gone.address, goose.status()["peers"])
        # Removing it again is no error.
        self.assertEqual(asked.command("remove", status["id"])[0], 0)
        # It never campaigns, also after a restart.
        gone.kill()
        gone.start()
        pond.until("it still knows", lambda: (s := gone.status()) and s["role"] == "removed")
        self.assertTrue(goose.is_goose())

    def test_the_goose_through_a_duck(self):
        nodes = self.cluster(3)
        old = self.until_one_goose(nodes)
        left = [node for node in nodes if node is not old]
        prefix = old.status()["id"][:6]
        code, out, err = left[0].command("remove", prefix)
        self.assertEqual(code, 0, out + err)
        new = self.until_one_goose(left)
        self.assertIsNot(new, old)
        pond.until("it knows", lambda: (s := old.status()) and s["role"] == "removed")
        self.assertFalse(old.is_goose())

    def test_comes_back_as_a_new_node_after_a_reset(self):
        nodes = self.cluster(3)
        goose = self.until_one_goose(nodes)
        gone = next(node for node in nodes if node is not goose)
        old_id = gone.status()["id"]
        self.assertEqual(goose.command("remove", old_id)[0], 0)
        gone.kill()
        code, out, err = pond.call("reset", "--data", gone.data)
        self.assertEqual(code, 0, err)
        self.assertIn("record.reset-1", out)
        self.assertTrue((gone.data / "record.reset-1").exists())
        gone.start(DUCK_JOIN=goose.address)
        self.until_voters(nodes, 3)
        self.assertNotEqual(gone.status()["id"], old_id)

    def test_of_nobody_is_refused(self):
        node = self.first()
        self.assert_refused(node.command("remove", "localhost:1"), 1, "localhost:1", node.address)
        self.assert_refused(node.command("remove", "0123456789abcdef"), 1, "0123456789abcdef")


class Leave(pond.PondTest):
    def test_is_the_removal_of_the_node_asked(self):
        nodes = self.cluster(3)
        goose = self.until_one_goose(nodes)
        gone = next(node for node in nodes if node is not goose)
        code, out, err = gone.command("leave")
        self.assertEqual(code, 0, out + err)
        pond.until("it knows", lambda: (s := gone.status()) and s["role"] == "removed")


class Handover(pond.PondTest):
    def test_goes_to_the_node_named_through_any_node(self):
        nodes = self.cluster(3)
        old = self.until_one_goose(nodes)
        new, asked = [node for node in nodes if node is not old]
        before = old.status()

        def handed_over():
            # On a busy machine another node may be quicker than the one named: "try again".
            code, out, err = asked.command("handover", "--to", new.address)
            self.assertIn(code, (0, pond.TRY_AGAIN), out + err)
            return code == 0
        pond.until("the office is with the node named", handed_over)
        self.assertIs(self.until_one_goose(nodes), new)
        after = new.status()
        self.assertEqual(after["cause_code"], "handover")
        self.assertGreater(after["term"], before["term"])
        self.assertEqual(after["voters"], 3, "the old goose stays a member")

    def test_goes_to_the_node_that_was_named_each_time(self):
        # Others wait promise/20 for the one named; a busy machine may take long to save its vote.
        nodes = self.cluster(5, DUCK_PROMISE="2s")
        for number in range(10):
            goose = self.until_one_goose(nodes)
            to = nodes[number % 5]
            code, out, err = nodes[0].command("handover", "--to", to.address)
            self.assertEqual(code, 0, f"from {goose.address} to {to.address}: {out}{err}")
            self.assertIs(self.until_one_goose(nodes), to)

    def test_to_a_node_that_does_not_answer_is_refused_and_changes_nothing(self):
        nodes = self.cluster(3)
        goose = self.until_one_goose(nodes)
        gone, asked = [node for node in nodes if node is not goose]
        term = goose.status()["term"]
        gone.kill()
        self.assert_refused(asked.command("handover", "--to", gone.address), pond.TRY_AGAIN,
                            gone.address, "does not answer")
        gone.start()
        self.assertEqual(self.until_one_goose(nodes).status()["term"], term)

    def test_goes_to_somebody_if_nobody_is_named(self):
        nodes = self.cluster(3)
        old = self.until_one_goose(nodes)
        code, out, err = old.command("handover")
        self.assertEqual(code, 0, out + err)
        self.assertIsNot(self.until_one_goose(nodes), old)

    def test_to_nobody_is_refused(self):
        node = self.first()
        self.assert_refused(node.command("handover", "--to", "localhost:1"), 1, "localhost:1")


class Members(pond.PondTest):
    def test_lists_those_that_do_not_vote_too(self):
        nodes = self.cluster(4)
        code, out, err = nodes[0].command("members")
        self.assertEqual(code, 0, err)
        lines = out.splitlines()
        self.assertEqual(lines[0].split(), ["NODE", "ID", "ROLE", "VOTER", "HEARD", "VERSION"])
        self.assertEqual(len(lines), 5)
        self.assertEqual(sum("  no  " in line for line in lines), 1, "one of them does not vote")
        code, out, _ = nodes[1].command("members", "--json")
        self.assertEqual(code, 0)
        self.assertEqual(len(json.loads(out)["members"]), 4)


class Witness(pond.PondTest):
    def test_votes_and_never_leads(self):
        first = self.first()
        second = self.joined(first)
        witness = self.joined(first, DUCK_WITNESS="1")
        nodes = [first, second, witness]
        self.until_voters(nodes, 3)
        self.until_one_goose(nodes).kill()
        left = [node for node in nodes if node.runs()]
        self.assertIs(self.goose_of(left), second)
        self.assertEqual(witness.status()["role"], "witness")


if __name__ == "__main__":
    pond.main()

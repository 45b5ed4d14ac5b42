"""Operators change the cluster: remove, leave, handover, reset, init; each through any node."""

import concurrent.futures
import json
import socket
import urllib.error
import urllib.request

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
        self.assert_refused(node.command("handover", "--to", ""), pond.USAGE, "--to needs a NODE")


class Invite(pond.PondTest):
    def test_of_many_who_say_nothing_leaves_room_for_others(self):
        node = self.first()
        pond.until("it is the goose", node.is_goose)
        with socket.create_server(("127.0.0.1", 0)) as mute:  # Connects, and says no hello.
            address = f"127.0.0.1:{mute.getsockname()[1]}"

            def invite(_number):
                request = urllib.request.Request(
                    f"http://{node.address}/members", json.dumps({"address": address}).encode(),
                    {"Content-Type": "application/json"})
                try:
                    return urllib.request.urlopen(request, timeout=20 * pond.PATIENCE).status
                except urllib.error.HTTPError as error:
                    with error:
                        return error.code
            many = 256  # As many as a goose bears at a time.
            with concurrent.futures.ThreadPoolExecutor(many) as pool:
                self.assertEqual(set(pool.map(invite, range(many))), {409})
        code, out, err = node.command("set", "voters", "3")
        self.assertEqual(code, 0, out + err)


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


class Set(pond.PondTest):
    def configuration(self, node):
        return json.loads(pond.call("record", "--json", "--data", node.data)[1])["config"]

    def test_changes_a_setting_through_any_node_and_for_good(self):
        nodes = self.cluster(3)
        for setting, value, key, expected in (
                ("promise", "300ms", "promise_us", 300_000),
                ("promise", "2s", "promise_us", 2_000_000),
                ("replace-after", "5s", "replace_after_us", 5_000_000),
                ("shrink-after", "90s", "shrink_after_us", 90_000_000)):
            for asked in nodes[:2]:
                with self.subTest(setting=setting, value=value, asked=asked.address):
                    code, out, err = asked.command("set", setting, value)
                    self.assertEqual(code, 0, err)
                    self.assertIn(f"{value}", out)
                    for node in nodes:
                        pond.until(f"{key} = {expected}", lambda it=node: expected == (
                            c := self.configuration(it), c | c["limits"])[1][key])
        term = self.until_one_goose(nodes).status()["term"]
        self.assertEqual(term, 1, "nobody has lost the office by it")
        self.end_all()
        for node in nodes:
            node.start()
        self.until_voters(nodes, 3)
        self.assertEqual(self.configuration(nodes[0])["promise_us"], 2_000_000)

    def test_of_fewer_voters_demotes_and_of_more_promotes(self):
        nodes = self.cluster(5)
        for voters in (3, 1, 5):
            code, out, err = nodes[0].command("set", "voters", voters)
            self.assertEqual(code, 0, err)
            self.assertIn(f"at most {voters} nodes vote", out)
            self.until_voters(nodes, voters)

    def test_of_the_time_to_shrink_lets_two_dead_go_whom_nobody_can_replace(self):
        nodes = self.cluster(5)
        goose = self.until_one_goose(nodes)
        self.assertEqual(goose.command("set", "shrink-after", "1s")[0], 0)
        *dead, _, _ = [node for node in nodes if node is not goose]
        for node in dead:
            node.kill()
        self.until_voters([node for node in nodes if node not in dead], 3)
        self.assertIn("no observer can take their places", goose.words())
        for node in dead:
            node.start()
        self.until_voters(nodes, 5)

    def test_is_refused_with_the_rule(self):
        node = self.first()
        for words, parts in ((("promise", "1"), ("promise", "no unit")),
                             (("promise", "1ms"), ("promise_ms: 1", "50", "60000")),
                             (("promise", "100500us"), ("whole milliseconds",)),
                             (("voters", "2"), ("odd",)), (("voters", "x"), ("1 to 63",)),
                             (("replace-after", "1ms"), ("1000",)),
                             (("ducks", "5"), ("shrink-after",)),
                             (("promise",), ("VALUE",)), ((), ("SETTING",))):
            with self.subTest(words=words):
                self.assert_refused(node.command("set", *words), pond.USAGE, "set", *parts)

    def test_without_a_majority_is_not_in_force(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        goose = self.until_one_goose(nodes)
        for node in nodes:
            if node is not goose:
                node.kill()
        code, out, err = goose.command("set", "promise", "5s")
        self.assertEqual(code, pond.TRY_AGAIN, out + err)


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

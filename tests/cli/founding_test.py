"""Nodes with one and the same setting found one cluster, and never a second one (F1 to F3)."""

import shutil
import signal
import time

import pond


class Founding(pond.PondTest):
    def slots(self, count):
        """Nodes that are to found a cluster together, not started, and what they are told."""
        nodes = [self.node() for _ in range(count)]
        self.setting = {"DUCK_JOIN": ",".join(it.address for it in nodes), "DUCK_EXPECT": count}
        return nodes

    def start(self, *nodes, **variables):
        for node in nodes:
            node.start(**(self.setting | variables))

    def founded(self, count=3):
        nodes = self.slots(count)
        self.start(*nodes)
        self.until_voters(nodes, count)
        return nodes

    def until_waits(self, node, *parts):
        pond.until(f"{node.address} waits for {parts}",
                   lambda: all(str(part) in node.words() for part in parts))

    def cluster_ids(self, nodes):
        return {node.status()["cluster_id"] for node in nodes}

    def test_by_three_at_once(self):
        nodes = self.founded()
        self.assertEqual(len(self.cluster_ids(nodes)), 1)
        goose = self.until_one_goose(nodes)
        self.assertEqual(goose.status()["cause_code"], "founded")
        self.assertEqual(set(goose.status()["peers"]),
                         {it.address for it in nodes if it is not goose})

    def test_by_one_and_by_five(self):
        for count in (1, 5):
            with self.subTest(nodes=count):
                self.founded(count)
                self.end_all()

    def test_when_the_last_one_comes_and_soon(self):
        first, second, last = nodes = self.slots(3)
        self.start(first, second)
        self.until_waits(first, "waits to found cluster default with all 3", last.address)
        time.sleep(1)  # so long that they would ask again only in a second
        self.assertFalse(any(it.status()["goose"] for it in (first, second)))
        self.start(last)
        began = time.monotonic()
        self.until_one_goose(nodes)
        self.assertLess(time.monotonic() - began, 1 * pond.PATIENCE)

    def test_with_witnesses(self):
        leader, *witnesses = nodes = self.slots(3)
        self.start(leader)
        self.start(*witnesses, DUCK_WITNESS=1)
        self.until_voters(nodes, 3)
        self.assertIs(self.until_one_goose(nodes), leader)

    def test_waits_for_those_that_were_told_something_else(self):
        for variables, why in (({"DUCK_EXPECT": ""}, "was not told --expect 3"),
                               ({"DUCK_PROMISE": "2s"}, "was told another promise")):
            with self.subTest(told=variables):
                first, second, odd = self.slots(3)
                self.start(first, second)
                self.start(odd, **variables)
                wanted = f"{odd.address} ({why}); sees {second.address}"
                pond.until(wanted, lambda: wanted in (first.status() or {}).get("cause", ""))
                self.until_waits(first, wanted)
                self.assertIsNone(first.status()["goose"])
                self.end_all()

    def test_is_not_for_a_node_without_an_address_among_them(self):
        slots = self.slots(3)
        stranger = self.node()
        self.start(stranger, *slots[:2])
        self.start(slots[2])
        self.until_voters(slots, 3)
        pond.until("the stranger joins",
                   lambda: stranger.status() and stranger.status()["goose"] is not None)
        self.assertEqual(self.cluster_ids([*slots, stranger]), self.cluster_ids(slots[:1]))
        self.assertEqual(stranger.status()["role"], "observer")

    def test_goes_on_after_a_restart_of_all(self):
        nodes = self.founded()
        ids, token = self.cluster_ids(nodes), self.until_one_goose(nodes).status()["token"]
        self.end_all()
        self.start(*nodes)
        self.until_voters(nodes, 3)
        self.assertEqual(self.cluster_ids(nodes), ids)
        self.assertGreater(self.until_one_goose(nodes).status()["token"], token)

    def test_is_never_repeated_by_one_with_a_lost_disk(self):
        nodes = self.founded()
        ids, lost = self.cluster_ids(nodes), nodes[0]
        before = lost.status()["id"]
        lost.kill()
        shutil.rmtree(lost.data)
        self.start(lost)
        pond.until("it is back", lambda: lost.status() and lost.status()["goose"])
        self.assertNotEqual(lost.status()["id"], before)
        self.assertEqual(self.cluster_ids(nodes), ids)
        # F7: nobody waits half a minute for the voter that was there before.
        pond.until("it votes again", lambda: lost.status()["role"] == "follower")
        self.until_voters(nodes, 3)

    def test_is_no_reason_to_leave_a_cluster_whose_voters_are_all_others_now(self):
        """A duck sleeps meanwhile; one that an operator has removed as well."""
        nodes = self.founded()
        self.assertEqual(nodes[0].command("set", "voters", 3)[0], 0)
        duck, removed = self.node(), self.node()
        self.start(duck, removed, DUCK_EXPECT="")
        ids = [pond.until("it has joined", lambda: (it.status() or {}).get("role") == "observer"
                          and it.status()["id"]) for it in (duck, removed)]
        self.assertEqual(nodes[0].command("remove", ids[1])[0], 0)
        pond.until("it knows", lambda: removed.status()["role"] == "removed")
        for it in (duck, removed):
            it.kill()
        for lost in nodes:
            lost.kill()
            shutil.rmtree(lost.data)
            self.start(lost)
            self.until_voters(nodes, 3)
        self.start(duck, removed, DUCK_EXPECT="")
        pond.until("it is back", lambda: duck.status() and duck.status()["goose"])
        pond.until("it is out", lambda: (removed.status() or {}).get("role") == "removed")
        self.assertEqual([it.status()["id"] for it in (duck, removed)], ids)

    def test_under_a_name_that_all_were_told_later(self):
        nodes = self.slots(3)
        self.start(*nodes[:2])
        self.until_waits(nodes[0], "waits to found cluster default")
        self.end_all()
        self.start(*nodes, DUCK_CLUSTER="prod")
        self.until_voters(nodes, 3)
        self.assertEqual({it.status()["cluster"] for it in nodes}, {"prod"})

    def test_by_all_with_lost_disks_makes_a_new_cluster_with_larger_tokens(self):
        nodes = self.founded()
        ids, token = self.cluster_ids(nodes), self.until_one_goose(nodes).status()["token"]
        self.end_all()
        for node in nodes:
            shutil.rmtree(node.data)
        self.start(*nodes)
        self.until_voters(nodes, 3)
        self.assertNotEqual(self.cluster_ids(nodes), ids)
        self.assertGreater(self.until_one_goose(nodes).status()["token"], token)

    def test_by_all_when_the_last_voter_loses_its_disk_after_the_others_have_joined_again(self):
        nodes = self.slots(3)
        self.start(*nodes, DUCK_PROMISE="300ms")
        self.until_voters(nodes, 3)
        ids, last = self.cluster_ids(nodes), self.until_one_goose(nodes)
        token = last.status()["token"]
        others = [node for node in nodes if node is not last]
        self.end_all()
        for node in others:
            shutil.rmtree(node.data)
        self.start(*nodes, DUCK_PROMISE="300ms")
        pond.until("the others have joined again", lambda: all(
            (it.status() or {}).get("cluster_id") in ids for it in others))
        last.kill()
        shutil.rmtree(last.data)
        self.start(last, DUCK_PROMISE="300ms")
        self.until_voters(nodes, 3)
        self.assertNotEqual(self.cluster_ids(nodes), ids)
        self.assertGreater(self.until_one_goose(nodes).status()["token"], token)

    def test_is_refused_where_the_setting_cannot_be_followed(self):
        for join, expect, parts in (
                ("a:1,b:1", "3", ("--expect 3", "all 3", "has 2")),
                ("", "3", ("--expect 3", "all 3", "has 0")),
                ("a:1,b:1", "2", ("DUCK_EXPECT", "2", "1, 3 or 5")),
                ("a:1,b:1", "7", ("DUCK_EXPECT", "7", "1, 3 or 5")),
                ("a:1,b:1", "three", ("DUCK_EXPECT", "three", "1, 3 or 5"))):
            with self.subTest(join=join, expect=expect):
                node = self.node().start(DUCK_JOIN=join, DUCK_EXPECT=expect)
                self.assert_ends(node, pond.USAGE, *parts)
                self.assertFalse((node.data / "record").exists())

    def test_from_an_address_that_it_recognises_itself(self):
        nodes = self.slots(3)
        for node in nodes:
            node.start("--listen", "0.0.0.0", "--insecure", **self.setting)
        self.until_voters(nodes, 3)
        self.assertEqual({it.status()["address"] for it in nodes}, {it.address for it in nodes})
        self.nodes[0].signal(signal.SIGTERM)
        self.assertEqual(self.nodes[0].wait(), 0)
        nodes[0].start("--listen", "0.0.0.0", "--insecure", **self.setting)
        self.until_voters(nodes, 3)
        self.assertEqual(nodes[0].status()["address"], nodes[0].address)

    # It is no member any more, and still the same slot.
    def test_from_an_address_that_it_recognised_before_it_was_demoted(self):
        nodes = self.slots(3)
        for node in nodes:
            node.start("--listen", "0.0.0.0", "--insecure", **self.setting)
        self.until_voters(nodes, 3)
        code, _, err = nodes[0].command("set", "voters", 1)
        self.assertEqual(code, 0, err)
        self.until_voters(nodes, 1)
        duck = next(it for it in nodes if not it.is_goose())
        duck.signal(signal.SIGTERM)
        self.assertEqual(duck.wait(), 0)
        duck.start("--listen", "0.0.0.0", "--insecure", **self.setting)
        back = pond.until("it is back", lambda: (duck.status() or {}).get("cluster_id")
                          and duck.status())
        self.assertEqual((back["role"], back["address"]), ("observer", duck.address))


if __name__ == "__main__":
    pond.main()

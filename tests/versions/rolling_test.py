"""A cluster is upgraded, and taken back, as docs/upgrading.md says."""

import os

from releases import AFTER_NEXT, NEXT, NOW, ReleasesTest, pond


class Rolling(ReleasesTest):
    def replace_all(self, nodes, release, version):
        """One node after the other, the goose last; each waits until the one before is back."""
        goose = self.until_one_goose(nodes)
        for node in [it for it in nodes if it is not goose] + [goose]:
            self.assertEqual(node.stop(), 0)
            self.until_one_goose([it for it in nodes if it is not node])
            node.restart_as(release)
            pond.until(f"{node.address} is ready", node.is_ready)
            self.until_voters(nodes, 3)
        for node in nodes:
            for other in self.ask(node, "/members")["members"]:
                if other["address"] != node.address:
                    self.assertEqual(other["version"], version)

    def test_an_upgrade_and_the_way_back_change_the_goose_once_each(self):
        nodes = self.cluster_of(NOW, NOW, NOW)
        self.ask_all_the_time(nodes)
        self.replace_all(nodes, NEXT, "next")
        self.assertIn(b"next.field 7", (nodes[0].data / "record").read_bytes())
        self.replace_all(nodes, NOW, self.until_one_goose(nodes).status()["version"])
        self.assertNotIn(b"next.field 7", (nodes[0].data / "record").read_bytes())
        self.assertEqual(len(self.tokens_told()), 3)

    def test_two_releases_on_is_reached_by_way_of_the_one_between(self):
        nodes = self.cluster_of(NOW, NOW, NOW)
        self.ask_all_the_time(nodes)
        self.replace_all(nodes, NEXT, "next")
        self.replace_all(nodes, AFTER_NEXT, "next")
        for node in nodes:
            self.assertEqual(node.status()["protocol"], {"min": 2, "max": 3})
        self.assertEqual(len(self.tokens_told()), 3)

    def test_a_record_of_a_newer_format_is_refused_and_left_as_it_is(self):
        nodes = self.cluster_of(NOW, NOW, NOW)
        goose = self.until_one_goose(nodes)
        node = next(it for it in nodes if it is not goose)
        old_id = node.status()["id"]
        node.stop()
        node.restart_as(NEXT | {"NEXT_FORMAT": "3"})
        self.until_voters(nodes, 3)
        node.stop()
        record = node.data / "record"
        text, before = record.read_bytes(), os.stat(record)
        self.assertTrue(text.startswith(b"duckduckgoose record format 3\n"))
        node.restart_as(NOW)
        sentence = ("it has format 3, written by duckduckgoose next", "start that version",
                    "reset --data")
        self.assert_ends(node, pond.CONFIGURATION, record, *sentence)
        self.assert_refused(pond.call("record", "--data", node.data), pond.CONFIGURATION, *sentence)
        after = os.stat(record)
        self.assertEqual(record.read_bytes(), text)
        self.assertEqual((after.st_ino, after.st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        # Both ways out that the sentence names.
        node.restart_as(NEXT | {"NEXT_FORMAT": "3"})
        self.until_voters(nodes, 3)
        self.assertEqual(node.status()["id"], old_id)
        node.stop()
        self.assertEqual(pond.call("reset", "--data", node.data)[0], 0)
        node.release = NOW
        node.start(DUCK_JOIN=goose.address)
        self.until_voters(nodes, 3)
        self.assertNotEqual(node.status()["id"], old_id)


if __name__ == "__main__":
    pond.main()

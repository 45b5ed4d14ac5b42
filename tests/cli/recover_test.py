"""`duckduckgoose recover`: one node goes on when the majority of its cluster is lost."""

import pathlib
import shutil

import pond


class Recover(pond.PondTest):
    def lost(self):
        """Three nodes that have stopped, of which all but the first have lost their disks."""
        nodes = self.cluster(3)
        self.token = self.until_one_goose(nodes).status()["token"]
        self.cluster_id = nodes[0].status()["cluster_id"]
        self.end_all()
        for node in nodes[1:]:
            shutil.rmtree(node.data)
        return nodes

    def recover(self, node, *words, typed=""):
        return pond.call("recover", "--data", node.data, *words, typed=typed)

    def test_makes_a_cluster_of_one_that_others_join(self):
        left, *others = self.lost()
        code, out, err = self.recover(left, typed="default\n")
        self.assertEqual(code, 0, err)
        for part in (self.cluster_id, others[0].address, "reset", "Type the cluster's name"):
            self.assertIn(part, out)
        left.start()
        pond.until("it is the goose", left.is_goose)
        status = left.status()
        self.assertNotEqual(status["cluster_id"], self.cluster_id)
        self.assertGreaterEqual(status["token"], self.token + 2**20)
        for node in others:
            node.start(DUCK_JOIN=left.address)
        self.until_voters([left, *others], 3)

    def test_takes_the_name_as_an_option(self):
        left = self.lost()[0]
        code, _, err = self.recover(left, "--confirm", "default")
        self.assertEqual(code, 0, err)

    def test_without_the_right_name_changes_nothing(self):
        left = self.lost()[0]
        before = (left.data / "record").read_bytes()
        for words, typed in (((), ""), ((), "yes\n"), (("--confirm", "pond"), "default\n")):
            with self.subTest(words=words, typed=typed):
                code, _, err = self.recover(left, *words, typed=typed)
                self.assertEqual(code, pond.USAGE)
                self.assertIn("default", err)
                self.assertEqual((left.data / "record").read_bytes(), before)

    def test_of_a_cluster_that_lives_is_refused(self):
        nodes = self.cluster(3)
        stopped = next(node for node in nodes if not node.is_goose())
        code, _, err = self.recover(stopped, "--confirm", "default")
        self.assertEqual(code, pond.IN_USE, err)
        stopped.kill()
        code, _, err = self.recover(stopped, "--confirm", "default")
        self.assertEqual(code, pond.CONFIGURATION)
        self.assertIn("not lost", err)
        stopped.start()
        self.until_voters(nodes, 3)

    def test_where_enough_voters_answer_is_refused_also_without_a_goose(self):
        nodes = self.cluster(3, DUCK_PROMISE="10s")
        first, second, _ = nodes
        self.end_all()
        second.start()
        pond.until("it answers", second.status)
        code, _, err = self.recover(first, "--confirm", "default")
        self.assertEqual(code, pond.CONFIGURATION)
        self.assertIn("2 of 3 voters are there", err)

    def test_of_what_is_no_lost_cluster_is_refused(self):
        alone = self.first()
        alone.kill()
        code, _, err = self.recover(alone, "--confirm", "default")
        self.assertEqual(code, pond.CONFIGURATION)
        self.assertIn("one voter, which is this node", err)
        nobody = self.node()
        code, _, err = self.recover(nobody, "--confirm", "default")
        self.assertEqual(code, pond.CONFIGURATION)
        self.assertIn("no record", err)

    def test_of_a_directory_that_is_not_there_makes_none(self):
        missing = f"{self.folder}/no/such"
        for path in (missing, "/proc/no/such"):
            self.assert_refused(pond.call("recover", "--data", path, "--confirm", "default"),
                                pond.CONFIGURATION, f"no record in {path}", "--data")
            self.assertEqual(pond.call("record", "--data", path)[0], 1)
            self.assertEqual(pond.call("reset", "--data", path)[0], 0)
        self.assertFalse(pathlib.Path(missing).parent.exists())

    def test_leaves_those_that_come_back_alone(self):
        """A voter of the old cluster that was not lost after all: it says so, and nobody merges."""
        nodes = self.cluster(3)
        self.end_all()
        left, back, _ = nodes
        self.assertEqual(self.recover(left, "--confirm", "default")[0], 0)
        left.start()
        pond.until("it is the goose", left.is_goose)
        back.start()
        pond.until("it says so", lambda: (s := back.status()) and
                   s["cause_code"] == "foreign_cluster")
        pond.until("the goose says so, too",
                   lambda: f"{back.address} is in another cluster with the name default"
                   in (left.status() or {}).get("cause", ""))
        self.assertTrue(left.is_goose())
        self.assertIsNone(back.status()["goose"])


if __name__ == "__main__":
    pond.main()

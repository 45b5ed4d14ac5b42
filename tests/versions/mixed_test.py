"""Nodes of this release and the next one are one cluster, whoever founded it and whoever leads."""

import os
import signal

from releases import NEXT, NOW, RUDE_NEXT, Machine, ReleasesTest, pond

ENOUGH = 10  # frames that somebody does not know


def others(nodes, node):
    return [it for it in nodes if it is not node]


class Mixed(ReleasesTest):
    def test_two_of_this_release_take_in_one_of_the_next(self):
        self.live_together(self.cluster_of(NOW, NOW, RUDE_NEXT))

    def test_two_of_the_next_release_take_in_one_of_this(self):
        self.live_together(self.cluster_of(RUDE_NEXT, RUDE_NEXT, NOW))

    def test_one_of_the_next_release_takes_in_two_of_this(self):
        nodes = self.cluster_of(NEXT, NOW, NOW)
        self.assertTrue(nodes[0].is_goose())

    def test_they_found_a_cluster_together(self):
        nodes = [self.machine(release) for release in (NOW, RUDE_NEXT, NOW)]
        for node in nodes:
            node.start(DUCK_JOIN=",".join(it.address for it in nodes), DUCK_EXPECT="3")
        self.until_voters(nodes, 3)
        self.assertEqual(len({node.status()["cluster_id"] for node in nodes}), 1)

    def test_what_is_new_is_said_to_those_only_who_know_it(self):
        old, goose, duck = nodes = self.cluster_of(NOW, NEXT, NEXT)
        self.hand_over(nodes, goose, old)
        self.until_told([(goose, duck, "sends"), (duck, goose, "sends")])
        for node in nodes:
            self.assertNotIn("does not know gossip", node.words())

    def live_together(self, nodes):
        self.ask_all_the_time(nodes)
        for goose in nodes:
            self.hand_over(nodes, goose, goose)
            self.hear_what_is_not_known(nodes, goose)
        self.pass_the_office_round(nodes)
        self.change_a_setting_through_each(nodes)
        # In this order nobody waits for one that has just started, and may not vote yet.
        for end in (self.kill_it_alone, pond.Node.kill, Machine.stop):
            for node in nodes:
                self.end_as_goose(nodes, node, end)
        self.assertGreater(len(self.tokens_told()), 4 * len(nodes))

    @staticmethod
    def until_told(wanted):
        """Nodes of the next release say so often more what others do about gossip."""
        lines = [(by, f"{of.address} {what} gossip") for by, of, what in wanted]
        before = [by.words().count(line) for by, line in lines]

        def told():
            return all(by.words().count(line) > ENOUGH + count
                       for (by, line), count in zip(lines, before))
        pond.until(f"{[line for _, line in lines]}", told, 30)

    def hear_what_is_not_known(self, nodes, goose):
        """Frames that a node does not know cost neither a link nor the office."""
        term, words = goose.status()["term"], [node.words() for node in nodes]
        links = [(goose, duck) for duck in others(nodes, goose)]
        self.until_told([(by, of, "does not know" if of.release is NOW else "sends")
                         for by, of in links + [link[::-1] for link in links]
                         if by.release is not NOW])
        self.assertIs(self.until_one_goose(nodes), goose)
        self.assertEqual(goose.status()["term"], term)
        for node, before in zip(nodes, words):
            self.assertNotIn("no link to", node.words()[len(before):])

    def pass_the_office_round(self, nodes):
        """To each, asked for through each of the others."""
        for to in nodes:
            for through in others(nodes, to):
                # From the third, so that `through` is a duck and the office really moves.
                third = next(it for it in others(nodes, to) if it is not through)
                self.hand_over(nodes, third, third)
                self.hand_over(nodes, to, through)

    def change_a_setting_through_each(self, nodes):
        for at, node in enumerate(nodes):
            code, out, err = node.command("set", "replace-after", f"{20 + at}s")
            self.assertEqual(code, 0, out + err)

    def kill_it_alone(self, node):
        """Its keeper proves its death to the others, of whatever release they are."""
        os.kill(node.pid(), signal.SIGKILL)
        node.wait()
        last_words = node.words().split("\n")[-2]
        self.assertIn("was killed (signal 9); other voters were told within", last_words)

    def end_as_goose(self, nodes, node, end):
        """Makes it the goose, ends it, and starts it again."""
        self.hand_over(nodes, node, node)
        token = node.status()["token"]
        end(node)
        new = self.until_one_goose(others(nodes, node))
        self.assertGreater(new.status()["token"], token)
        node.start()
        self.until_voters(nodes, len(nodes))


if __name__ == "__main__":
    pond.main()

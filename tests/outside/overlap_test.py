"""Shows overlap.py lines that may be so, and ones that may not."""

import itertools
import random
import unittest

from overlap import Line, check, ends, parse


def start(token, at, owner="a", pid=1):
    return Line(token, owner, pid, "start", at)


def beat(token, at, owner="a", pid=1):
    return Line(token, owner, pid, "beat", at)


class Overlap(unittest.TestCase):
    def assert_fine(self, *lines):
        for order in itertools.permutations(lines):
            self.assertEqual(check(order), [])

    def assert_wrong(self, what, token, *lines):
        for order in itertools.permutations(lines):
            found = check(order)
            self.assertEqual([it.token for it in found if what in it.what], [token], found)

    def test_nothing_and_one_command(self):
        self.assert_fine()
        self.assert_fine(start(7, 1), beat(7, 2), beat(7, 3, pid=2))

    def test_one_after_the_other(self):
        self.assert_fine(start(7, 1), beat(7, 2), start(8, 3, "b"), beat(8, 4, "b"))

    def test_tokens_may_be_left_out_and_commands_started_again(self):
        self.assert_fine(start(7, 1), beat(7, 2), start(7, 3), start(9, 4, "b"), beat(9, 5, "b"))

    def test_a_beat_after_a_newer_start(self):
        self.assert_wrong("overlap", 7, start(7, 1), start(8, 2, "b"), beat(7, 3))

    def test_a_beat_at_the_same_time_as_a_newer_start(self):
        self.assert_wrong("overlap", 7, start(7, 1), beat(7, 3), start(8, 3, "b"))

    def test_it_is_any_process_of_the_older_one(self):
        self.assert_wrong("overlap", 7, start(7, 1), beat(7, 2), start(8, 3, "b"),
                          beat(7, 4, pid=5), beat(8, 5, "b"))

    def test_any_newer_one_and_not_the_next_alone(self):
        self.assert_wrong("overlap", 7, start(7, 1), start(9, 3, "c"), beat(7, 4),
                          start(8, 5, "b"), beat(9, 2, "c"))

    def test_one_that_outlives_several_newer_ones_counts_once(self):
        self.assert_wrong("overlap", 7, start(7, 1), start(8, 2, "b"), start(9, 3, "c"),
                          beat(7, 4))

    def test_a_start_after_a_newer_one(self):
        self.assert_wrong("a start after", 7, start(8, 1, "b"), start(7, 2))
        self.assert_wrong("a start after", 7, start(7, 1), start(8, 2, "b"), start(7, 3))

    def test_a_token_is_of_one_node(self):
        self.assert_wrong("two nodes", 7, start(7, 1), start(7, 2, "b"))
        self.assert_wrong("two nodes", 7, start(7, 1), beat(7, 2, "b"), start(7, 3))

    def test_how_long_both_lived(self):
        lines = [start(7, 1_000_000), start(8, 2_000_000, "b"), beat(7, 5_000_000)]
        self.assertIn("3.0 ms", check(lines)[0].what)

    def test_the_lines_that_decide_do_so_with_later_ones_too(self):
        for seed in range(500):
            chance = random.Random(seed)
            times = chance.sample(range(100), 12)
            lines = [Line(chance.randrange(3), chance.choice("ab"), chance.randrange(3),
                          chance.choice(("start", "beat")), at) for at in times]
            kept = ends([*ends(lines[:6]), *lines[6:]])
            self.assertEqual(check(kept), check(lines))

    def test_a_log_whose_last_line_is_not_whole(self):
        self.assertEqual(list(parse("7 a 1 start 5 forks\n7 a 2 be")),
                         [Line(7, "a", 1, "start", 5, "forks")])
        self.assertEqual(list(parse("")), [])


if __name__ == "__main__":
    unittest.main()

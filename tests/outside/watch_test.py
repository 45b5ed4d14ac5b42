"""Shows watch.py what a client may hear, and what it makes of that."""

import unittest

import history
from watch import Watch


class Told(Watch):
    """Hears in each round what the test says: the times at which geese answered."""

    def __init__(self, *rounds):
        super().__init__(lambda: list(range(3)), seed=1)
        for self.heard in rounds:
            self.ask_all()

    def ask(self, node):
        return dict(self.heard).get(node)


class Gaps(unittest.TestCase):
    def test_there_is_none_while_each_round_has_a_goose(self):
        watch = Told({0: 1.0}, {1: 2.0}, {2: 3.0})
        self.assertEqual((watch.gaps, watch.watched_s(), watch.share()), ([], 2.0, 1))

    def test_one_lasts_from_goose_to_goose(self):
        watch = Told({0: 1.0}, {0: 2.0}, {}, {}, {1: 5.0}, {1: 11.0})
        self.assertEqual(watch.gaps, [(2.0, 5.0)])
        self.assertEqual(watch.longest_gap_s(), 3.0)
        self.assertEqual(watch.share(), 0.7)

    def test_the_time_before_the_first_goose_is_none(self):
        self.assertEqual(Told({}, {}, {0: 3.0}, {0: 4.0}).share(), 1)

    def test_the_first_of_a_round_ends_it_and_the_last_begins_the_next(self):
        self.assertEqual(Told({0: 1.0, 2: 1.5}, {}, {1: 3.0, 2: 3.5}).gaps, [(1.5, 3.0)])

    def test_one_that_does_not_end_counts(self):
        watch = Told({0: 1.0}, {})
        watch.end()
        self.assertEqual(len(watch.gaps), 1)
        self.assertLess(watch.share(), 0.01)

    def test_no_goose_at_all_is_no_share(self):
        watch = Told({}, {})
        watch.end()
        self.assertEqual(watch.share(), 0)

    def test_two_geese_are_a_contradiction(self):
        watch = Told()
        watch.answers += [history.Answer("a", 0, 1, True, 7), history.Answer("b", 2, 3, True, 8),
                          history.Answer("a", 4, 5, True, 7)]
        self.assertTrue(watch.contradictions())


if __name__ == "__main__":
    unittest.main()

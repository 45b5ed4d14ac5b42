"""Shows history.py histories that can be true, and ones that cannot."""

import unittest

from history import Answer, check


def goose(node, sent, heard, token, held=0):
    return Answer(node, sent, heard, True, token, held)


def duck(node, sent, heard, token, held=0):
    return Answer(node, sent, heard, False, token, held)


class History(unittest.TestCase):
    def assert_true(self, *answers):
        self.assertEqual(check(answers), [])

    def assert_wrong(self, what, *answers):
        for order in (answers, answers[::-1]):
            found = check(order)
            self.assertTrue(any(what in it for it in found), f"{what} is not among {found}")

    def test_nothing_and_one_goose_can_be_true(self):
        self.assert_true()
        self.assert_true(goose("a", 0, 1, 7), duck("b", 0, 1, 7), goose("a", 2, 3, 7))

    def test_two_geese_in_turn(self):
        self.assert_true(goose("a", 0, 1, 7), goose("b", 2, 3, 8))
        self.assert_wrong("goes back", goose("a", 0, 1, 8), goose("b", 2, 3, 7))

    def test_who_was_asked_meanwhile_may_have_been_before_or_after(self):
        self.assert_true(goose("a", 0, 3, 8), goose("b", 1, 2, 7))
        self.assert_true(goose("a", 0, 3, 7), goose("b", 1, 2, 8))

    def test_the_newest_of_many_that_have_ended_counts(self):
        self.assert_wrong("goes back", goose("a", 0, 1, 9), goose("b", 0, 2, 8),
                          goose("c", 3, 4, 8))

    def test_a_goose_that_answers_again_after_another_one(self):
        self.assert_wrong("goes back", goose("a", 0, 1, 7), goose("b", 2, 3, 8),
                          goose("a", 4, 5, 7))

    def test_a_token_is_of_one_node(self):
        self.assert_wrong("one token", goose("a", 0, 1, 7), goose("b", 2, 3, 7))

    def test_no_other_inside_a_hold(self):
        self.assert_wrong("inside a hold", goose("a", 0, 0.1, 7, held=5), goose("b", 2, 3, 8))
        self.assert_wrong("inside a hold", goose("a", 0, 0.1, 7, held=5), goose("c", 0.2, 4.9, 9),
                          goose("b", 5.1, 6, 9.5))

    def test_a_hold_is_of_its_own_node_and_ends(self):
        self.assert_true(goose("a", 0, 0.1, 7, held=5), goose("a", 2, 3, 7),
                         goose("b", 5.1, 6, 8))

    def test_a_claim_that_reaches_out_of_the_hold_may_be_true_outside(self):
        self.assert_true(goose("a", 0, 0.1, 7, held=5), goose("b", 2, 5.1, 8))
        self.assert_true(goose("a", 1, 2, 7, held=5), goose("b", 0.5, 1.9, 6))

    def test_a_hold_that_was_heard_too_late_holds_nothing(self):
        self.assert_true(goose("a", 0, 4, 7, held=3), goose("b", 4.5, 5, 8))

    def test_a_duck_gives_no_hold(self):
        self.assert_wrong("a duck holds", duck("a", 0, 1, 7, held=1))

    def test_of_many_holds_each_counts(self):
        self.assert_wrong("inside a hold", goose("a", 0, 0.1, 7, held=1),
                          goose("a", 0.2, 0.3, 7, held=9), goose("a", 0.4, 0.5, 7, held=1),
                          goose("b", 3, 4, 8))


if __name__ == "__main__":
    unittest.main()

#include "membership/upkeep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "pond.hpp"

namespace duckduckgoose::membership {
namespace {

/// One line of a table: the voters and observers (pond.hpp says how they are written), and the
/// change that follows with its reason; "" for none.
struct Case {
  const char* what;
  const char* voters;
  const char* observers;
  const char* expected;
  int limit = 5;
  std::vector<std::uint64_t> removals = {};  ///< Asked for by an operator.
  std::vector<std::uint64_t> removed = {};
  const char* former = nullptr;  ///< Set while a change is in flight.
};

Pond pond_of(const Case& line) {
  Pond made = pond(line.voters, line.observers);
  made.config.limits.voters = line.limit;
  for (const NodeId id : ids(line.removed)) made.config.mark_removed(id, RemovedBy::upkeep);
  made.office.removals = ids(line.removals);
  if (line.former != nullptr) {
    made.office.in_flight = InFlight{pond(line.former, "").config.members};
  }
  return made;
}

std::string word_of(const std::optional<Upkeep>& upkeep) {
  if (!upkeep) return "";
  std::string by;
  if (const auto* drop = std::get_if<DropVoter>(&upkeep->edit); drop != nullptr && drop->removed) {
    by = *drop->removed == RemovedBy::upkeep ? " by upkeep" : " by operator";
  }
  return to_text(upkeep->edit, Numbers{}) + by + ": " + std::string{to_text(upkeep->why)};
}

void check(std::initializer_list<Case> table) {
  for (const Case& line : table) {
    const Pond made = pond_of(line);
    EXPECT_EQ(word_of(next_change(made.config, made.office)), line.expected) << line.what;
  }
}

// DESIGN 6: observers that acknowledged a round of this term are promoted in pairs, from 1 to 3 and
// from 3 to 5, when two live ones are there.
TEST(Upkeep, promotes_observers_in_pairs) {
  check({
      {"alone", "1", "", ""},
      {"one observer is no pair", "1", "2", ""},
      {"two are", "1", "2 3", "add voter 2: pair_is_there"},
      {"back to back", "1 2", "3", "add voter 3: number_is_even"},
      {"three and one", "1 2 3", "4", ""},
      {"three and two", "1 2 3", "4 5", "add voter 4: pair_is_there"},
      {"four and one", "1 2 3 4", "5", "add voter 5: number_is_even"},
      {"five are enough", "1 2 3 4 5", "6 7", ""},
      {"seven wanted", "1 2 3 4 5", "6 7", "add voter 6: pair_is_there", 7},
      {"three wanted", "1 2 3", "4 5", "", 3},
      {"one wanted", "1", "2 3", "", 1},
      {"an even limit is the odd one below", "1 2 3", "4 5", "", 4},
      {"of three nobody may be silent but one", "1 2 3~5s", "4 5", "add voter 4: pair_is_there"},
      {"... or without a link", "1 2 3u", "4 5", "add voter 4: pair_is_there"},
      {"... let alone two", "1 2~5s 3u", "4 5", ""},
  });
}

TEST(Upkeep, promotes_only_observers_that_answer) {
  check({
      {"one is silent", "1", "2 3~400ms", ""},
      {"one was slow", "1", "2 3~200ms", ""},
      {"both are prompt", "1", "2~199ms 3~199ms", "add voter 2: pair_is_there"},
      {"nothing acknowledged in this term", "1", "2 3?", ""},
      {"no link", "1", "2 3u", ""},
      {"the first two that answer", "1", "2~9s 3 4?  5", "add voter 3: pair_is_there"},
  });
}

// Mutant 48. DESIGN 6: the id of a removed node is never promoted again, whoever removed it.
TEST(Upkeep, never_promotes_a_removed_id) {
  check({
      {"one of two is removed", "1", "2 3", "", 5, {}, {3}},
      {"another takes the place", "1", "2 3 4", "add voter 3: pair_is_there", 5, {}, {2}},
      {"not to make the number odd either",
       "1 2",
       "3",
       "demote voter 2: number_is_even",
       5,
       {},
       {3}},
      {"nor for a dead one", "1 2 3~31s", "4", "", 5, {}, {4}},
      {"nor as successor", "1", "2", "", 5, {1}, {2}},
      {"nor while its removal is asked for",
       "1 2",
       "3",
       "demote voter 2: number_is_even",
       5,
       {3},
       {}},
  });
}

// Mutant 52. DESIGN 6: two is never a resting state; of two voters with no live observer the leader
// demotes the other. Four goes on to five or back to three.
TEST(Upkeep, never_rests_at_an_even_number) {
  check({
      {"two, alone", "1 2", "", "demote voter 2: number_is_even"},
      {"two, an observer that is slow", "1 2", "3~250ms", "demote voter 2: number_is_even"},
      {"four, alone", "1 2 3 4", "", "demote voter 4: number_is_even"},
      {"four, one silent", "1 2 3~340ms 4", "", "demote voter 3: voter_is_silent"},
      {"four, one silent, an observer", "1 2 3~340ms 4", "5", "add voter 5: number_is_even"},
      {"four, two silent: no bet on a newcomer", "1 2 3~340ms 4~350ms", "5",
       "demote voter 4: voter_is_silent"},
      {"four, one dead", "1 2 3~31s 4", "", "remove voter 3 by upkeep: dead_leaves_even"},
      {"four, three wanted", "1 2 3 4", "5", "demote voter 4: number_is_even", 3},
      {"six", "1 2 3 4 5 6", "7", "demote voter 6: number_is_even"},
      {"the leader itself stays", "1 2~600ms", "", "demote voter 2: voter_is_silent"},
  });
}

// F7: a new id at the address of a voter that does not answer replaces it at once.
TEST(Upkeep, replaces_a_voter_at_whose_address_a_new_node_is) {
  check({
      {"at once", "1 2 3!u", "4@n3", "remove voter 3 by upkeep: lost_disk"},
      {"silent, though linked", "1 2 3!~334ms", "4@n3", "remove voter 3 by upkeep: lost_disk"},
      {"then it is made up for", "1 2", "4@n3", "add voter 4: number_is_even"},
      {"not while it answers", "1 2 3!", "4@n3", ""},
      {"not for a node from elsewhere", "1 2 3!u", "4", ""},
      {"not where the leader has met nobody else", "1 2 3u", "4@n3", ""},
      {"not where too few would answer", "1 2u 3!u", "4@n3", ""},
      {"not for a witness where two are to lead", "1 2w 3!u", "4w@n3", ""},
      {"but for a leader", "1 2w 3!u", "4@n3", "remove voter 3 by upkeep: lost_disk"},
      {"not for a removed one", "1 2 3!u", "4@n3", "", 5, {}, {4}},
  });
}

// FAULTS, membership: a voter added that dies at once. Of two voters the lease of the leader hangs
// on the second: it is dropped, or its addition undone, a third of a promise after its last word.
TEST(Upkeep, drops_the_second_voter_before_it_takes_the_majority_along) {
  check({
      {"in force, a moment ago", "1 2~332ms", "3~9s", "demote voter 2: number_is_even"},
      {"in force, silent", "1 2~334ms", "", "demote voter 2: voter_is_silent"},
      {"even where an observer is there", "1 2~334ms", "3", "demote voter 2: voter_is_silent"},
      {"in force, its link is lost", "1 2u", "3", "demote voter 2: voter_is_silent"},
      {"in flight, its link is lost",
       "1 2ou",
       "",
       "undo the last change: majority_is_silent",
       5,
       {},
       {},
       "1"},
      {"in flight, answers", "1 2o~332ms", "", "", 5, {}, {}, "1"},
      {"in flight, silent",
       "1 2o~334ms",
       "",
       "undo the last change: newcomer_is_silent",
       5,
       {},
       {},
       "1"},
      {"in flight, whoever else is there",
       "1 2o~334ms",
       "3 4",
       "undo the last change: newcomer_is_silent",
       5,
       {},
       {},
       "1"},
      {"the fourth",
       "1 2 3 4o~334ms",
       "5",
       "undo the last change: newcomer_is_silent",
       5,
       {},
       {},
       "1 2 3"},
  });
}

TEST(Upkeep, waits_for_a_change_in_flight) {
  check({
      {"no second change", "1 2o", "3", "", 5, {}, {}, "1"},
      {"not even for an operator", "1 2 3o", "4 5", "", 5, {4}, {}, "1 2"},
      {"a drop that cannot come into force: the dropped one answers still",
       "1 2o~334ms",
       "3",
       "undo the last change: majority_is_silent",
       5,
       {},
       {},
       "1 2 3"},
      {"... or not: nothing helps", "1 2o~334ms", "3~5s", "", 5, {}, {}, "1 2 3"},
      {"another voter than the new one is silent", "1 2~2s 3 4o", "", "", 5, {}, {}, "1 2 3"},
      {"... and the new one",
       "1 2~2s 3 4o~400ms",
       "",
       "undo the last change: newcomer_is_silent",
       5,
       {},
       {},
       "1 2 3"},
      {"a newcomer that loses its link may be back at once", "1 2 3ou", "", "", 5, {}, {}, "1 2"},
      {"... and too few are left", "1 2~2s 3~1s 4o~400ms", "", "", 5, {}, {}, "1 2 3"},
  });
}

// Rule 7 (a), mutant 26: a majority has acknowledged exactly the present configuration.
TEST(Upkeep, changes_nothing_before_a_majority_is_in_the_configuration) {
  check({
      {"of two, one is not", "1 2o", "3", ""},
      {"of three, one", "1 2 3o", "4 5", "add voter 4: pair_is_there"},
      {"of three, two", "1 2o 3o", "4 5", ""},
      {"of five, three", "1 2 3o 4o 5o", "", "", 3},
      {"a new leader that has heard of nobody", "1 2? 3?", "4 5", ""},
  });
}

// Rule 7 (b), mutant 43: the lease would hold under the next configuration.
TEST(Upkeep, changes_nothing_that_too_few_would_carry) {
  check({
      {"drop of the one that answers", "1 2 3~2s", "", "", 5, {2}},
      {"drop of the one that does not",
       "1 2 3~2s",
       "",
       "remove voter 3 by operator: removal_was_asked",
       5,
       {3}},
      {"a dead one of three, another silent", "1 2~400ms 3~31s", "4", ""},
      {"a dead one of five, another silent", "1 2 3 4~400ms 5~31s", "6",
       "remove voter 5 by upkeep: dead_is_replaced"},
      {"no pair while too few answer", "1 2~400ms 3~400ms", "4 5", ""},
      {"four, and too few answer for five and for three", "1 2~400ms 3~400ms 4~500ms", "5", ""},
      {"a lower limit, two silent", "1 2 3 4~400ms 5~500ms", "", "demote voter 5: limit_is_lower",
       3},
      {"a lower limit, three silent", "1 2 3~400ms 4~400ms 5~500ms", "", "", 3},
  });
}

// DESIGN 6: a voter dead for replace_after is replaced by a live observer: remove, then add.
TEST(Upkeep, replaces_the_dead) {
  check({
      {"not yet", "1 2 3~29s", "4", ""},
      {"now", "1 2 3~30s", "4", "remove voter 3 by upkeep: dead_is_replaced"},
      {"then", "1 2", "4", "add voter 4: number_is_even", 5, {}, {3}},
      {"nobody is there", "1 2 3~30s", "", ""},
      {"before a pair is promoted", "1 2 3~30s", "4 5",
       "remove voter 3 by upkeep: dead_is_replaced"},
      {"the longest dead first", "1 2 3~31s 4~32s 5", "6",
       "remove voter 4 by upkeep: dead_is_replaced"},
      {"the newcomer died meanwhile: two never rest", "1 2", "4~400ms",
       "demote voter 2: number_is_even"},
      {"never answered this leader", "1 2 3?u~30s", "4",
       "remove voter 3 by upkeep: dead_is_replaced"},
  });
}

// DESIGN 6: with none to replace it, dead voters are dropped two at a time after shrink_after, to
// an odd number, never below 3.
TEST(Upkeep, drops_two_dead_voters_when_nobody_replaces_them) {
  check({
      {"three: never below", "1 2 3~9min", "", ""},
      {"five, one dead", "1 2 3 4 5~9min", "", ""},
      {"five, two dead, not yet", "1 2 3 4~119s 5~9min", "", ""},
      {"five, two dead", "1 2 3 4~120s 5~9min", "", "remove voter 5 by upkeep: dead_are_many"},
      {"then", "1 2 3 4~120s", "", "remove voter 4 by upkeep: dead_leaves_even", 5, {}, {5}},
      {"then", "1 2 3", "", "", 5, {}, {4, 5}},
      {"seven, two dead", "1 2 3 4 5 6~3min 7~3min", "", "remove voter 6 by upkeep: dead_are_many",
       7},
      {"seven, three dead: the third stays", "1 2 3 4 5~3min", "", "", 7},
      {"one came back in between: five again is as good", "1 2 3 4", "5",
       "add voter 5: number_is_even"},
  });
}

// DESIGN 6: never fewer than two voters that may lead while three or more vote, by its own doing.
TEST(Upkeep, keeps_two_that_may_lead) {
  check({
      {"two witnesses and one leader cannot fail over", "1", "2w 3w", ""},
      {"one witness is fine: the other goes first", "1", "2w 3", "add voter 3: pair_is_there"},
      {"two witnesses beside two leaders", "1 2 3w", "4w 5w", "add voter 4: pair_is_there"},
      {"one witness, and one too many", "1 2w", "3w", "demote voter 2: number_is_even"},
      {"the witness of four goes", "1 2w 3 4", "", "demote voter 2: number_is_even"},
      {"a dead leader is not replaced by a witness", "1 2~31s 3w", "4w", ""},
      {"but by a leader", "1 2~31s 3w", "4w 5", "remove voter 2 by upkeep: dead_is_replaced"},
      {"a leader takes the place", "1 3w", "4w 5", "add voter 5: number_is_even"},
      {"a dead witness is replaced by a witness", "1 2 3w~31s", "4w",
       "remove voter 3 by upkeep: dead_is_replaced"},
      {"two dead leaders of three stay", "1 2~3min 3~3min 4w 5w", "", ""},
      {"a dead leader and a dead witness", "1 2 3~3min 4w~3min 5w", "",
       "remove voter 3 by upkeep: dead_are_many"},
      {"of three that may lead one may be replaced by a witness", "1 2~3min 3~3min 4w 5w", "6w",
       "remove voter 2 by upkeep: dead_is_replaced"},
      {"four, a dead leader that is one of two: a witness goes", "1 2~31s 3w 4w", "",
       "demote voter 4: number_is_even"},
  });
}

// DESIGN 6: removal by an operator; another voter is demoted or an observer promoted so that the
// number stays odd.
TEST(Upkeep, removes_what_an_operator_asks_for) {
  check({
      {"a voter of three", "1 2 3", "", "remove voter 3 by operator: removal_was_asked", 5, {3}},
      {"then another is demoted", "1 2", "", "demote voter 2: number_is_even", 5, {3}, {3}},
      {"... or promoted", "1 2", "4", "add voter 4: number_is_even", 5, {3}, {3}},
      {"one of two", "1 2", "3", "remove voter 2 by operator: removal_was_asked", 5, {2}},
      {"one of four is the step back",
       "1 2 3 4",
       "5",
       "remove voter 3 by operator: removal_was_asked",
       5,
       {3}},
      {"before the dead",
       "1 2 3 4~31s 5",
       "6",
       "remove voter 3 by operator: removal_was_asked",
       5,
       {3}},
      {"a dead one", "1 2 3~31s", "4", "remove voter 3 by operator: removal_was_asked", 5, {3}},
      {"an observer", "1", "2 3", "bar 2: removal_was_asked", 5, {2}},
      {"what is done is skipped", "1", "2 3 4", "bar 4: removal_was_asked", 5, {2, 4}, {2}},
      {"needed for now: an observer makes room",
       "1 2 3~2s",
       "4",
       "add voter 4: removal_needs_a_voter",
       5,
       {2}},
      {"... at once", "1 2 3~2s 4", "", "remove voter 2 by operator: removal_was_asked", 5, {2}},
      {"... but not above the limit", "1 2 3~2s", "4", "", 3, {2}},
      {"... and not where it would not help",
       "1 2 3 4~2s 5~2s",
       "6",
       "remove voter 4 by operator: removal_was_asked",
       7,
       {4}},
  });
}

// DESIGN 6: removing the leader: it hands over first. It never drops itself.
TEST(Upkeep, lets_the_leader_go) {
  check({
      {"nobody could follow", "1", "", "", 5, {1}},
      {"a witness could not", "1", "2w", "", 5, {1}},
      {"an observer may", "1", "2", "add voter 2: removal_needs_a_successor", 5, {1}},
      {"even where one voter is wanted",
       "1",
       "2",
       "add voter 2: removal_needs_a_successor",
       1,
       {1}},
      {"then it hands over: two rest so long", "1 2", "3", "", 5, {1}},
      {"unless the successor falls silent",
       "1 2~334ms",
       "",
       "demote voter 2: voter_is_silent",
       5,
       {1}},
      {"four: it hands over", "1 2 3 4", "5", "", 5, {1}},
      {"four, one silent: not before",
       "1 2 3~400ms 4",
       "",
       "demote voter 3: voter_is_silent",
       5,
       {1}},
      {"three: it hands over", "1 2 3", "4 5", "", 5, {1}},
      {"two witnesses cannot follow",
       "1 2w 3w",
       "4",
       "add voter 4: removal_needs_a_successor",
       3,
       {1}},
      {"nobody answers who could follow: the rest goes on",
       "1 2~2s 3w",
       "4 5",
       "add voter 4: pair_is_there",
       5,
       {1}},
  });
}

TEST(Upkeep, keeps_to_a_lower_limit) {
  check({
      {"the highest id", "1 2 3 4 5", "", "demote voter 5: limit_is_lower", 3},
      {"the silent first", "1 2 3~400ms 4 5", "", "demote voter 3: limit_is_lower", 3},
      {"the witness first", "1 2w 3 4 5", "", "demote voter 2: limit_is_lower", 3},
      {"down to one", "1 2 3", "", "demote voter 3: limit_is_lower", 1},
      {"no number at all is one", "1 2 3", "", "demote voter 3: limit_is_lower", 0},
  });
}

TEST(Upkeep, notes_a_new_address) {
  check({
      {"met elsewhere", "1 2@b9 3", "", "2 is now at b9: address_is_new"},
      {"known", "1 2 3", "", ""},
      {"only of voters", "1 2 3", "4@b9", ""},
      {"only over a link", "1 2u@b9 3", "", ""},
      {"after everything else", "1 2@b9 3", "4 5", "add voter 4: pair_is_there"},
  });
}

// A promise may be longer than replace_after: while it may still bind, its giver is not dead.
TEST(Upkeep, takes_nobody_for_dead_within_a_promise) {
  Pond made = pond("1 2 3~31s", "4");
  made.config.promise = std::chrono::seconds{60};
  EXPECT_EQ(word_of(next_change(made.config, made.office)), "");
  made = pond("1 2 3~60s", "4");
  made.config.promise = std::chrono::seconds{60};
  EXPECT_EQ(word_of(next_change(made.config, made.office)),
            "remove voter 3 by upkeep: dead_is_replaced");
}

TEST(Upkeep, does_nothing_about_a_change_that_cannot_be_undone) {
  Pond made = pond("1 2o~400ms", "");
  made.office.in_flight = InFlight{std::nullopt};
  EXPECT_EQ(word_of(next_change(made.config, made.office)), "");
}

// P8: a reason in one line, with names and numbers.
TEST(Upkeep, says_why) {
  const auto line = [](const Case& it) {
    const Pond made = pond_of(it);
    return to_text(next_change(made.config, made.office).value(), made.config, made.office,
                   Numbers{});
  };
  EXPECT_EQ(line({"", "1", "2 3", ""}), "add voter 2: two observers answer: from 1 to 3 voters");
  EXPECT_EQ(line({"", "1 2 3~31s", "4", ""}),
            "remove voter 3: silent for 31s, and an observer can take its place");
  EXPECT_EQ(line({"", "1 2o~334ms", "", "", 5, {}, {}, "1"}),
            "undo the last change: 2, just added, is silent for 334ms");
  EXPECT_EQ(line({"", "1 2o~334ms", "3", "", 5, {}, {}, "1 2 3"}),
            "undo the last change: only 1 of 2 voters answer");
  EXPECT_EQ(line({"", "1 2 3 4 5", "", "", 3}), "demote voter 5: 5 voters, at most 3 wanted");
}

}  // namespace
}  // namespace duckduckgoose::membership

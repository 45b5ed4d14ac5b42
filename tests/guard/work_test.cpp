#include <gtest/gtest.h>

#include "scene.hpp"

namespace duckduckgoose::guard {
namespace {

/// A goose whose lease ends at 1,000 ms runs a command with a grace of 250 ms.
Scene working() {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(10ms, as_goose(1000ms));
  keeper.give(20ms, WorkBegan{250ms});
  return keeper;
}

TEST(Work, is_let_run_as_long_as_the_lease_is_renewed) {
  Scene keeper = working();
  for (Duration now = 100ms; now < 3s; now += 200ms) {
    EXPECT_EQ(keeper.give(now, as_goose(now + 950ms)), "");
  }
}

// DESIGN 9: dead before the lease ends, with the grace before that.
TEST(Work, is_dead_before_a_lease_ends_that_is_not_renewed) {
  Scene keeper = working();
  for (Duration now = 200ms; now < 730ms; now += 200ms) keeper.give(now, as_goose(1000ms));
  EXPECT_EQ(keeper.give(729ms, as_goose(1000ms)), "");
  EXPECT_EQ(keeper.run(800ms), "[730] end work");
  keeper.give(900ms, as_goose(1000ms));
  EXPECT_EQ(keeper.run(999ms), "[980] kill work");
}

// From SIGTERM on the tenure is over, even if renewals come.
TEST(Work, is_not_saved_by_a_late_renewal) {
  Scene keeper = working();
  for (Duration now = 200ms; now < 740ms; now += 180ms) keeper.give(now, as_goose(1000ms));
  EXPECT_EQ(keeper.give(740ms, as_goose(1700ms)), "[730] end work");
  keeper.give(900ms, as_goose(1850ms));
  EXPECT_EQ(keeper.run(1100ms), "[980] kill work");
}

// At once: others wait, and nobody could kill it if the keeper died as well.
TEST(Work, is_killed_with_the_node) {
  Scene keeper = working();
  EXPECT_EQ(keeper.give(100ms, NodeEnded{}), "end work, kill work");
  EXPECT_EQ(keeper.give(101ms, WorkEnded{}), "over, release");
}

// Mutant 34: not while a grandchild of the command lives.
TEST(Work, keeps_the_release_back_until_all_of_it_is_dead) {
  Scene keeper = working();
  EXPECT_EQ(keeper.give(100ms, NodeEnded{}), "end work, kill work");
  EXPECT_EQ(keeper.run(10s), "");
}

// SURFACE 5: in uninterruptible sleep. Then never a Release, and nobody waits for ever.
TEST(Work, that_cannot_be_killed_is_left_and_nothing_is_released) {
  Scene keeper = working();
  keeper.give(100ms, NodeEnded{});
  EXPECT_EQ(keeper.run(1h), "[10100] end");
}

TEST(Work, is_killed_with_a_node_that_hangs) {
  Scene keeper = working();
  EXPECT_EQ(keeper.run(300ms), "[260] kill node, end work, kill work");
}

// A planned stop has its own limit: the lease is renewed meanwhile.
TEST(Work, may_take_its_time_when_the_stop_is_planned) {
  Scene keeper = working();
  EXPECT_EQ(keeper.give(100ms, EndWork{at(2s)}), "end work");
  for (Duration now = 200ms; now < 1900ms; now += 200ms) {
    EXPECT_EQ(keeper.give(now, as_goose(now + 950ms)), "");
  }
  EXPECT_EQ(keeper.run(2s), "[2000] kill work");
}

TEST(Work, of_a_planned_stop_is_dead_before_the_lease_ends_all_the_same) {
  Scene keeper = working();
  keeper.give(100ms, EndWork{at(8s)});
  for (Duration now = 200ms; now < 980ms; now += 200ms) keeper.give(now, as_goose(1000ms));
  EXPECT_EQ(keeper.run(999ms), "[980] kill work");
}

// A goose that is deposed: the lease that it had still binds the others, and its work has no
// longer.
TEST(Work, ends_when_the_node_is_no_goose_any_more) {
  Scene keeper = working();
  EXPECT_EQ(keeper.give(200ms, as_duck()), "end work");
  EXPECT_EQ(keeper.run(5s), "[450] kill work");
}

TEST(Work, has_what_is_left_of_the_lease_when_the_node_is_deposed_late) {
  Scene keeper = working();
  for (Duration now = 200ms; now < 500ms; now += 200ms) keeper.give(now, as_goose(800ms));
  EXPECT_EQ(keeper.give(620ms, as_duck()), "[530] end work");
  EXPECT_EQ(keeper.run(5s), "[780] kill work");
}

TEST(Work, that_ends_by_itself_needs_no_signal) {
  Scene keeper = working();
  EXPECT_EQ(keeper.give(100ms, WorkEnded{}), "over");
  EXPECT_EQ(keeper.give(110ms, NodeEnded{}), "release");
}

// The keeper's own lateness may cost a node its patience, never the work its death.
TEST(Work, is_killed_by_a_keeper_that_was_late) {
  Scene keeper = working();
  EXPECT_EQ(keeper.give_alone(990ms, Tick{}), "end work, kill work");
}

TEST(Work, is_killed_at_once_for_an_impatient_operator) {
  Scene keeper = working();
  EXPECT_EQ(keeper.give(100ms, EndNow{}), "kill node, end work, kill work");
}

/// The same, with a program that puts things in order in the end.
Scene working_with_last_act() {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(10ms, as_goose(1000ms));
  keeper.give(20ms, WorkBegan{.grace = 250ms, .has_last_act = true});
  return keeper;
}

TEST(LastAct, comes_when_the_rest_is_dead_and_before_the_release) {
  Scene keeper = working_with_last_act();
  EXPECT_EQ(keeper.give(100ms, NodeEnded{}), "end work, kill work");
  EXPECT_EQ(keeper.give(110ms, WorkEnded{}), "last act");
  EXPECT_EQ(keeper.give(120ms, WorkEnded{}), "over, release");
}

TEST(LastAct, has_half_of_the_grace_left_by_a_command_that_does_not_end) {
  Scene keeper = working_with_last_act();
  EXPECT_EQ(keeper.give(100ms, as_duck()), "end work");
  EXPECT_EQ(keeper.give(226ms, WorkEnded{}), "[225] kill work; last act");
  EXPECT_EQ(keeper.give(240ms, WorkEnded{}), "over");
}

// SURFACE 5: if it fails or must be killed: no Release, the promise runs out.
TEST(LastAct, that_fails_keeps_the_release_back_for_a_promise) {
  Scene keeper = working_with_last_act();
  keeper.give(100ms, NodeEnded{});
  keeper.give(110ms, WorkEnded{});
  EXPECT_EQ(keeper.give(120ms, WorkEnded{.well = false}), "over badly");
  EXPECT_EQ(keeper.run(1200ms), "[1120] release");
}

TEST(LastAct, that_must_be_killed_keeps_the_release_back_for_a_promise) {
  Scene keeper = working_with_last_act();
  keeper.give(100ms, NodeEnded{});
  EXPECT_EQ(keeper.give(110ms, WorkEnded{}), "last act");
  EXPECT_EQ(keeper.give(351ms, WorkEnded{.well = false}), "[350] kill work; over badly");
  EXPECT_EQ(keeper.run(1400ms), "[1351] release");
}

TEST(LastAct, for_which_no_time_is_left_keeps_the_release_back_for_a_promise) {
  Scene keeper = working_with_last_act();
  EXPECT_EQ(keeper.give(100ms, EndNow{}), "kill node, end work, kill work");
  keeper.give(101ms, NodeEnded{});
  EXPECT_EQ(keeper.give(110ms, WorkEnded{}), "over badly, end");
}

TEST(LastAct, of_a_planned_stop_has_half_a_grace_before_the_limit) {
  Scene keeper = working_with_last_act();
  EXPECT_EQ(keeper.give(100ms, EndWork{at(2s)}), "end work");
  for (Duration now = 200ms; now < 1850ms; now += 50ms) {
    EXPECT_EQ(keeper.give(now, as_goose(now + 950ms)), "");
  }
  EXPECT_EQ(keeper.give(1880ms, as_goose(2830ms)), "[1875] kill work");
  EXPECT_EQ(keeper.give(1890ms, WorkEnded{}), "last act");
  EXPECT_EQ(keeper.give(1900ms, WorkEnded{}), "over");
}

}  // namespace
}  // namespace duckduckgoose::guard

#include <gtest/gtest.h>

#include "scene.hpp"

namespace duckduckgoose::guard {
namespace {

// docs/keeper.md, docs/run.md.
TEST(Guard, has_the_times_that_are_documented) {
  EXPECT_EQ(patience_with_goose(1s), 250ms);
  EXPECT_EQ(patience_with_goose(50ms), 25ms);
  EXPECT_EQ(grace_default(1s), 250ms);
  EXPECT_EQ(grace_max(1s), 500ms);
  EXPECT_EQ(release_time(1s), 500ms);
  EXPECT_EQ(release_time(promise_min), 50ms);
}

// DESIGN 9: proof of death is the only thing that ends a promise early.
TEST(Guard, releases_when_the_node_is_dead) {
  Scene keeper;
  EXPECT_EQ(keeper.give(0ms, Voters{2}), "");
  EXPECT_EQ(keeper.give(10ms, as_goose(900ms)), "");
  EXPECT_EQ(keeper.give(50ms, NodeEnded{}), "release");
}

TEST(Guard, ends_when_one_has_answered_and_no_other_will) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(1ms, NodeEnded{});
  EXPECT_EQ(keeper.give(2ms, Answered{}), "");
  EXPECT_EQ(keeper.give(2ms, Settled{}), "");
  EXPECT_EQ(keeper.give(3ms, Settled{}), "end");
}

TEST(Guard, does_not_wait_long_for_voters_that_cannot_be_reached) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(1ms, NodeEnded{});
  keeper.give(2ms, Settled{});
  keeper.give(2ms, Settled{});
  EXPECT_EQ(keeper.run(1s), "[501] end");
}

TEST(Guard, has_nobody_to_tell_where_nobody_else_votes) {
  Scene keeper;
  keeper.give(0ms, as_goose(900ms));
  EXPECT_EQ(keeper.give(1ms, NodeEnded{}), "end");
}

TEST(Guard, has_nothing_to_tell_of_a_node_that_has_released_itself) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(1ms, Farewell{});
  EXPECT_EQ(keeper.give(2ms, NodeEnded{}), "end");
}

// A node that has not spoken yet is loading its record, or waits for a name server.
TEST(Guard, lets_a_node_start_for_as_long_as_it_takes) {
  Scene keeper;
  EXPECT_EQ(keeper.give(0ms, Voters{2}), "");
  EXPECT_FALSE(keeper.wake_at());
}

TEST(Guard, is_patient_with_a_goose_that_nobody_could_follow) {
  Scene keeper;
  keeper.give(10ms, as_goose(1000ms));
  EXPECT_EQ(keeper.run(20s), "[10010] kill node");
}

TEST(Guard, kills_a_goose_that_hangs) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(100ms, as_goose(1080ms));
  EXPECT_EQ(keeper.run(349ms), "");
  EXPECT_EQ(keeper.run(5s), "[350] kill node");
  EXPECT_EQ(keeper.give(5s, NodeEnded{}), "release");
}

// Mutant 34. SIGKILL that is not answered is no proof: the promise has to run out.
TEST(Guard, releases_nothing_before_the_node_is_dead) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(100ms, as_goose(1080ms));
  EXPECT_EQ(keeper.run(1h), "[350] kill node");
}

TEST(Guard, has_more_patience_with_a_duck) {
  Scene keeper;
  keeper.give(0ms, as_duck());
  EXPECT_EQ(keeper.run(1min), "[10000] kill node");
}

TEST(Guard, leaves_a_node_alone_that_goes_on_speaking) {
  Scene keeper;
  for (Duration now = 0ms; now < 2s; now += 200ms) {
    EXPECT_EQ(keeper.give(now, as_goose(now + 900ms)), "");
  }
}

// Mutant 49: a keeper that was late itself knows nothing of others' silence.
TEST(Guard, kills_nobody_when_it_was_late_itself) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(100ms, as_goose(1080ms));  // silent from 350 ms on
  EXPECT_EQ(keeper.give_alone(500ms, Tick{}), "");
  EXPECT_EQ(keeper.run(5s), "[750] kill node");
}

TEST(Guard, a_little_late_is_on_time) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(100ms, as_goose(1080ms));
  EXPECT_EQ(keeper.run(349ms), "");
  EXPECT_EQ(keeper.give_alone(399ms, Tick{}), "kill node");
}

// A pause of the whole machine that ends just after the goose should have spoken: only the keeper's
// own lateness tells it from a node that hangs.
TEST(Guard, kills_nobody_after_a_pause_of_any_length) {
  for (Duration pause = 10ms; pause < 1s; pause += 10ms) {
    Scene keeper;
    keeper.give(0ms, Voters{2});
    keeper.give(100ms, as_goose(1080ms));
    keeper.give(160ms, as_goose(1080ms));
    const Duration end = 165ms + pause;
    EXPECT_EQ(keeper.give_alone(end, Tick{}), "") << pause / 1ms;
    EXPECT_EQ(keeper.run(end + 60ms), "") << pause / 1ms;  // within this the node has beaten
  }
}

TEST(Guard, gives_a_goose_some_time_however_short_the_promise) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(100ms, Beat{.promise = 50ms, .lease_end = at(148ms)});
  EXPECT_EQ(keeper.run(5s), "[125] kill node");
}

// Mutant 49: a save that ends before the lease does never gets a goose killed; nor does one that
// outlives it, for then the node is none any more.
TEST(Guard, waits_for_a_save_however_long_the_lease_lasts) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(100ms, as_goose(1000ms));
  keeper.give(110ms, Saving{at(1080ms)});
  EXPECT_EQ(keeper.run(5s), "");
  EXPECT_EQ(keeper.give(5s, Saved{}), "");
  EXPECT_EQ(keeper.run(9s), "[5250] kill node");
}

TEST(Guard, does_not_wait_for_a_save_for_ever) {
  Scene keeper;
  keeper.give(100ms, as_goose(1000ms));
  keeper.give(110ms, Saving{at(1080ms)});
  EXPECT_EQ(keeper.run(1min), "[10110] kill node");
}

TEST(Guard, waits_for_a_save_until_a_long_lease_ends) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(100ms, Beat{.promise = 1min, .lease_end = at(59s)});
  keeper.give(3s, Saving{at(59s)});
  EXPECT_EQ(keeper.run(58s), "");
  EXPECT_EQ(keeper.run(1min), "[59000] kill node");
}

// A candidate that saves its own vote is no goose yet.
TEST(Guard, waits_for_the_save_of_a_duck) {
  Scene keeper;
  keeper.give(0ms, as_duck());
  keeper.give(1s, Saving{});
  EXPECT_EQ(keeper.run(9s), "");
  EXPECT_EQ(keeper.give(9s, Saved{}), "");
  EXPECT_EQ(keeper.run(18s), "");
}

// Mutant 50: a hold is waited out, in whatever tenure it was given.
TEST(Guard, waits_for_the_end_of_a_hold) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(1ms, as_goose(900ms));
  keeper.give(2ms, Held{at(700ms)});
  keeper.give(3ms, as_duck());
  keeper.give(4ms, as_goose(950ms));
  keeper.give(5ms, Held{at(200ms)});
  EXPECT_EQ(keeper.give(10ms, NodeEnded{}), "");
  EXPECT_EQ(keeper.run(5s), "[700] release; [1200] end");
}

// It is told of a hold before the answer leaves the node, but may read it after it has learnt of
// the death.
TEST(Guard, waits_for_a_hold_that_it_reads_late) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(1ms, Held{at(50ms)});
  EXPECT_EQ(keeper.give(10ms, NodeEnded{}), "");
  EXPECT_EQ(keeper.give(11ms, Held{at(300ms)}), "");
  EXPECT_EQ(keeper.run(5s), "[300] release; [800] end");
}

TEST(Guard, kills_at_once_for_an_impatient_operator) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(1ms, as_goose(900ms));
  EXPECT_EQ(keeper.give(10ms, EndNow{}), "kill node");
  EXPECT_EQ(keeper.give(11ms, NodeEnded{}), "release");
}

// To end without a Release is always safe: the promise runs out.
TEST(Guard, waits_for_no_hold_with_an_impatient_operator) {
  Scene keeper;
  keeper.give(0ms, Voters{2});
  keeper.give(1ms, as_goose(900ms));
  keeper.give(2ms, Held{at(800ms)});
  EXPECT_EQ(keeper.give(10ms, EndNow{}), "kill node");
  EXPECT_EQ(keeper.give(11ms, NodeEnded{}), "end");
}

TEST(Guard, waits_for_nothing_with_a_very_impatient_operator) {
  Scene keeper;
  keeper.give(1ms, as_goose(900ms));
  EXPECT_EQ(keeper.give(10ms, EndNow{}), "kill node");
  EXPECT_EQ(keeper.give(11ms, EndNow{}), "end");
}

}  // namespace
}  // namespace duckduckgoose::guard

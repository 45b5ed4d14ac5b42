#include "sim/configurations.hpp"

#include <gtest/gtest.h>

#include "sim/names.hpp"

namespace duckduckgoose::sim {
namespace {

Configuration config(Stamp stamp, std::initializer_list<std::size_t> places) {
  Configuration made;
  made.stamp = stamp;
  for (const std::size_t place : places) made.add({id_of(place, 0), "", true});
  return made;
}

TEST(Majorities, of_neighbours_always_meet) {
  const Stamp any{Term{1}, 1};
  EXPECT_FALSE(majorities_may_miss(config(any, {0}), config(any, {0, 1})));
  EXPECT_FALSE(majorities_may_miss(config(any, {0, 1, 2}), config(any, {0, 1, 2, 3})));
  EXPECT_FALSE(majorities_may_miss(config(any, {0, 1, 2, 3, 4}), config(any, {0, 1, 2, 3})));
}

TEST(Majorities, of_two_steps_apart_may_miss_each_other) {
  const Stamp any{Term{1}, 1};
  EXPECT_TRUE(majorities_may_miss(config(any, {0}), config(any, {0, 1, 2})));
  EXPECT_TRUE(majorities_may_miss(config(any, {0, 1, 2}), config(any, {2, 3, 4})));
  EXPECT_TRUE(majorities_may_miss(config(any, {0, 1, 2}), config(any, {0, 1, 2, 3, 4})));
}

TEST(Configurations, refuses_two_that_bear_one_stamp) {
  Configurations history;
  EXPECT_FALSE(history.saved(id_of(0, 0), config({Term{1}, 2}, {0, 1, 2})));
  EXPECT_TRUE(history.saved(id_of(1, 0), config({Term{1}, 2}, {0, 1})));
}

TEST(Configurations, refuses_a_change_before_the_last_one_is_on_a_majority) {
  Configurations history;
  const auto first = config({Term{1}, 2}, {0, 1, 2});
  const auto second = config({Term{1}, 3}, {0, 1, 2, 3});
  const auto third = config({Term{1}, 4}, {0, 1, 2, 3, 4});
  for (const std::size_t place : {0U, 1U, 2U}) EXPECT_FALSE(history.saved(id_of(place, 0), first));
  EXPECT_FALSE(history.changes(Term{1}, first, second));
  EXPECT_FALSE(history.saved(id_of(0, 0), second));
  EXPECT_TRUE(history.changes(Term{1}, second, third));
}

TEST(Configurations, lets_a_leader_take_back_a_change_that_nobody_has) {
  Configurations history;
  const auto first = config({Term{1}, 2}, {0, 1, 2});
  const auto second = config({Term{1}, 3}, {0, 1, 2, 3});
  const auto undone = config({Term{1}, 4}, {0, 1, 2});
  for (const std::size_t place : {0U, 1U, 2U}) EXPECT_FALSE(history.saved(id_of(place, 0), first));
  EXPECT_FALSE(history.changes(Term{1}, first, second));
  EXPECT_FALSE(history.saved(id_of(0, 0), second));
  EXPECT_FALSE(history.changes(Term{1}, second, undone));
}

TEST(Configurations, refuses_two_voters_at_once_and_another_term) {
  Configurations history;
  const auto first = config({Term{1}, 2}, {0});
  EXPECT_FALSE(history.saved(id_of(0, 0), first));
  EXPECT_TRUE(history.changes(Term{1}, first, config({Term{1}, 3}, {0, 1, 2})));
  EXPECT_TRUE(history.changes(Term{2}, first, config({Term{1}, 3}, {0})));
}

// OPODIS 2021: two configurations that can both elect must have majorities that meet.
TEST(Configurations, refuses_two_that_could_elect_without_each_other) {
  Configurations history;
  EXPECT_FALSE(history.saved(id_of(0, 0), config({Term{1}, 2}, {0, 1, 2})));
  EXPECT_FALSE(history.saved(id_of(1, 0), config({Term{1}, 2}, {0, 1, 2})));
  EXPECT_TRUE(history.saved(id_of(3, 0), config({Term{2}, 3}, {2, 3, 4})));
}

TEST(Configurations, counts_no_lost_disk_as_a_voter) {
  Configurations history;
  EXPECT_FALSE(history.saved(id_of(0, 0), config({Term{1}, 2}, {0, 1, 2})));
  EXPECT_FALSE(history.saved(id_of(1, 0), config({Term{1}, 2}, {0, 1, 2})));
  history.lost(id_of(0, 0));
  history.lost(id_of(1, 0));
  EXPECT_FALSE(history.saved(id_of(3, 0), config({Term{2}, 3}, {2, 3, 4})));
  EXPECT_EQ(history.newest()->stamp, (Stamp{Term{2}, 3}));
}

}  // namespace
}  // namespace duckduckgoose::sim

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flock.hpp"
#include "pond.hpp"

/// Upkeep by real leaders: the core accepts what next_change() proposes, and the leader stays in
/// office.
namespace duckduckgoose::membership {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;

TEST(Office, nobody_else_looks_after_the_voters) {
  Flock flock;
  const NodeId second = flock.join();
  EXPECT_FALSE(office_of(flock.core(second), flock.now()));
  EXPECT_TRUE(office_of(*flock.leader(), flock.now()));
}

TEST(Office, leaves_the_voters_alone_while_it_gives_the_office_up) {
  Flock flock;
  Raft leader = *flock.leader();
  (void)leader.step(flock.now(), WorkBegan{});
  (void)leader.step(flock.now(), StandAside{flock.now() + 1s});
  (void)leader.step(flock.now(), Drain{ReleaseReason::stopped, {}, Ticket{1}});
  EXPECT_NE(leader.leader(), nullptr);
  EXPECT_FALSE(office_of(leader, flock.now()));
}

TEST(Office, lets_a_new_leader_first_make_the_configuration_its_own) {
  Flock flock;
  flock.join();
  flock.join();
  flock.run(100ms);
  flock.kill(NodeId{1});
  for (int i = 0; i < 3000 && flock.leader() == nullptr; ++i) flock.run(1ms);
  ASSERT_NE(flock.leader(), nullptr);
  EXPECT_FALSE(flock.leader()->has_claimed_configuration());
  EXPECT_TRUE(office_of(*flock.leader(), flock.now())->in_flight);
  flock.run(150ms);
  EXPECT_TRUE(flock.leader()->has_claimed_configuration());
  EXPECT_FALSE(office_of(*flock.leader(), flock.now())->in_flight);
}

TEST(Office, promotes_the_second_and_third_node_back_to_back) {
  Flock flock;
  flock.join();
  flock.run(1s);
  EXPECT_THAT(flock.voters(), ElementsAre(1));
  flock.join();
  flock.run(100ms);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 3));
  EXPECT_THAT(flock.reasons(), ElementsAre(Why::pair_is_there, Why::number_is_even));
  flock.join();
  flock.join();
  flock.run(100ms);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 3, 4, 5));
}

TEST(Office, undoes_the_addition_of_a_voter_that_dies_at_once) {
  Flock flock;
  const auto tenure = flock.leader()->leadership().mine;
  flock.join();
  flock.kill_on_change(Why::pair_is_there);
  flock.join();
  flock.run(5s);
  ASSERT_NE(flock.leader(), nullptr);
  EXPECT_EQ(flock.leader()->leadership().mine, tenure);
  EXPECT_THAT(flock.voters(), ElementsAre(1));
  EXPECT_THAT(flock.reasons(), ElementsAre(Why::pair_is_there, Why::newcomer_is_silent));
}

TEST(Office, takes_a_removal_back_that_cannot_come_into_force) {
  Flock flock;
  const auto tenure = flock.leader()->leadership().mine;
  flock.join();
  flock.join();
  flock.run(100ms);
  flock.reasons();
  flock.freeze(NodeId{2});
  flock.remove(NodeId{3});
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2));
  flock.run(5s);
  ASSERT_NE(flock.leader(), nullptr);
  EXPECT_EQ(flock.leader()->leadership().mine, tenure);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 3));
  EXPECT_THAT(flock.reasons(), ElementsAre(Why::removal_was_asked, Why::majority_is_silent));
}

TEST(Office, goes_back_to_one_when_one_of_three_is_removed) {
  Flock flock;
  const auto tenure = flock.leader()->leadership().mine;
  flock.join();
  flock.join();
  flock.run(100ms);
  flock.remove(NodeId{3});
  EXPECT_THAT(flock.voters(), ElementsAre(1));
  EXPECT_THAT(flock.reasons(), ElementsAre(Why::pair_is_there, Why::number_is_even,
                                           Why::removal_was_asked, Why::number_is_even));
  EXPECT_EQ(flock.leader()->leadership().mine, tenure);
}

TEST(Office, replaces_a_dead_voter_and_drops_two) {
  Flock flock;
  const auto tenure = flock.leader()->leadership().mine;
  for (int i = 0; i < 5; ++i) flock.join();
  flock.run(1s);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 3, 4, 5));
  flock.kill(NodeId{3});
  flock.run(29s);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 3, 4, 5));
  flock.run(2s);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 4, 5, 6));
  flock.reasons();
  flock.kill(NodeId{4});
  flock.kill(NodeId{6});
  flock.run(119s);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 4, 5, 6));
  flock.run(2s);
  EXPECT_THAT(flock.voters(), ElementsAre(1, 2, 5));
  EXPECT_THAT(flock.reasons(), ElementsAre(Why::dead_are_many, Why::dead_leaves_even));
  flock.run(10min);
  EXPECT_EQ(flock.leader()->leadership().mine, tenure);
  EXPECT_THAT(flock.reasons(), ElementsAre());
}

TEST(Office, lets_the_only_voter_go_after_a_handover) {
  Flock flock;
  flock.join();
  flock.run(200ms);
  flock.remove(NodeId{1});
  flock.run(200ms);
  ASSERT_NE(flock.leader(), nullptr);
  EXPECT_EQ(flock.leader()->self().id, NodeId{2});
  EXPECT_THAT(flock.voters(), ElementsAre(2));
  EXPECT_EQ(flock.leader()->record().config.removed_by(NodeId{1}), RemovedBy::operator_);
  EXPECT_FALSE(flock.core(NodeId{1}).is_voter());
  EXPECT_THAT(flock.reasons(), ElementsAre(Why::removal_needs_a_successor, Why::removal_was_asked));
}

TEST(Office, lets_one_leader_of_three_go_after_a_handover) {
  Flock flock;
  for (int i = 0; i < 3; ++i) flock.join();
  flock.run(200ms);
  flock.reasons();
  flock.remove(NodeId{1});
  flock.run(200ms);
  ASSERT_NE(flock.leader(), nullptr);
  EXPECT_THAT(flock.voters(), ElementsAre(2, 3, 4));
  EXPECT_THAT(flock.reasons(), ElementsAre(Why::removal_was_asked, Why::number_is_even));
}

// Else the next leader, which may not have heard that they shall go, makes one of them its heir.
TEST(Office, lets_others_go_before_the_leader) {
  const auto next = [](std::string_view voters, std::string_view observers,
                       const std::vector<std::uint64_t>& removals) {
    Pond made = pond(voters, observers);
    made.office.removals = ids(removals);
    const auto change = next_change(made.config, made.office);
    return change ? to_text(change->edit, Numbers{}) : std::string{};
  };
  EXPECT_EQ(next("1 2 3", "4 5", {1, 2}), "remove voter 2");
  EXPECT_EQ(next("1 2 3 4", "5", {1, 4}), "remove voter 4");
  EXPECT_EQ(next("1 2 3", "4 5", {1, 5}), "bar 5");
  EXPECT_EQ(next("1 2 3", "4 5", {1}), "");
}

TEST(Office, lets_the_leader_go_when_what_is_under_way_is_in_force) {
  const auto due = [](std::string_view voters, std::optional<InFlight> in_flight) {
    Pond made = pond(voters, "");
    made.office.removals = ids({1});
    made.office.in_flight = std::move(in_flight);
    return handover_due(made.config, made.office);
  };
  EXPECT_EQ(due("1 2 3", {}), NodeId{2});
  EXPECT_EQ(due("1 2 3", InFlight{}), std::nullopt);
  EXPECT_EQ(due("1 2o 3o", {}), std::nullopt);
}

// What a command answers at once when a removal makes no sense.
TEST(Office, says_what_cannot_be_removed) {
  Flock flock;
  const auto why_not = [&](std::uint64_t number) {
    const Raft& leader = *flock.leader();
    return why_not_remove(leader.record().config, *office_of(leader, flock.now()), NodeId{number});
  };
  EXPECT_EQ(why_not(1), Outcome::last_leader);
  EXPECT_EQ(why_not(2), Outcome::unknown_node);
  flock.join();
  flock.run(200ms);
  EXPECT_EQ(why_not(1), std::nullopt);
  EXPECT_EQ(why_not(2), std::nullopt);
  flock.remove(NodeId{2});
  EXPECT_EQ(why_not(1), Outcome::last_leader);
  EXPECT_EQ(why_not(2), std::nullopt);
}

}  // namespace
}  // namespace duckduckgoose::membership

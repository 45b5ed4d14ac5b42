#include "wire/cause.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::wire {
namespace {

using namespace std::chrono_literals;

constexpr NodeId a{1};
constexpr NodeId b{2};
constexpr NodeId c{3};

/// Calls the nodes A, B and C.
class Letters final : public Names {
 public:
  [[nodiscard]] std::string name_of(NodeId id) const override {
    return std::string(1, static_cast<char>('A' + static_cast<int>(id.value) - 1));
  }
};

std::string told(const Cause& cause, std::optional<NodeId> goose = a) {
  return std::string{code_of(cause)} + ": " + sentence_of(cause, goose, Letters{});
}

Cause handover(ReleaseReason reason) {
  return {.code = CauseCode::handover, .previous = b, .release = reason, .electors = {a, c}};
}

TEST(Cause, a_handover_says_what_its_goose_had_in_mind) {
  EXPECT_EQ(told(handover(ReleaseReason::stopped)),
            "handover: B was stopped by its operator and handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::handover)), "handover: B handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::removed)),
            "removed: B was to leave the cluster and handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::unhealthy)),
            "unhealthy: B found itself unhealthy and handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::command_failed)),
            "command_failed: B could not keep its command running and handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::command_ended)),
            "handover: B ended with its command and handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::keeper_silent)),
            "unguarded: B got no answer from its keeper and handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::keeper_dead)),
            "unguarded: B lost its keeper and handed over to A");
  EXPECT_EQ(told(handover(ReleaseReason::lease_ran_low)),
            "lease_ran_low: B could not renew its lease in time and handed over to A");
}

TEST(Cause, until_somebody_follows_it_says_why_the_last_goose_left) {
  EXPECT_EQ(told(handover(ReleaseReason::stopped), std::nullopt),
            "handover: B was stopped by its operator");
  EXPECT_EQ(told(handover(ReleaseReason::handover), std::nullopt),
            "handover: B gave the office up");
  EXPECT_EQ(told({.code = CauseCode::founded}, std::nullopt),
            "founded: the cluster was founded and has had no goose yet");
  EXPECT_EQ(
      told({.code = CauseCode::lost_majority, .previous = a, .heard = 1, .of = 3}, std::nullopt),
      "lost_majority: A heard from only 1 of 3 voters");
}

TEST(Cause, an_election_names_who_elected) {
  EXPECT_EQ(
      told(
          {.code = CauseCode::promise_ran_out, .previous = b, .quiet = 1004ms, .electors = {a, c}}),
      "promise_ran_out: nothing heard from B for 1.0 s; elected by A, C");
  EXPECT_EQ(told({.code = CauseCode::lost_majority,
                  .previous = b,
                  .heard = 1,
                  .of = 3,
                  .electors = {a, c}}),
            "lost_majority: B heard from only 1 of 3 voters; elected by A, C");
  EXPECT_EQ(told({.code = CauseCode::founded, .electors = {a, b, c}}),
            "founded: A is the first goose of the cluster; elected by A, B, C");
  EXPECT_EQ(told({.code = CauseCode::founded, .electors = {a}}), "founded: A founded the cluster");
}

TEST(Cause, other_reasons) {
  EXPECT_EQ(told({}, std::nullopt), "none_yet: no goose was seen yet");
  EXPECT_EQ(told({.code = CauseCode::proof_of_death,
                  .previous = b,
                  .release = ReleaseReason::dead,
                  .electors = {a, c}}),
            "proof_of_death: B died; its keeper released the lease; elected by A, C");
  EXPECT_EQ(told({.code = CauseCode::newer_term, .previous = b, .electors = {a, c}}),
            "newer_term: B met a higher term, from an election that was lost; elected by A, C");
  EXPECT_EQ(told({.code = CauseCode::promise_ran_out, .quiet = 500ms, .electors = {a}}),
            "promise_ran_out: no goose was known; elected by A");
}

std::string told(const NoGoose& why) { return std::string{code_of(why)} + ": " + sentence_of(why); }

TEST(NoGoose, says_what_is_missing) {
  EXPECT_EQ(told(WaitingToFound{"waits for a node of cluster default: localhost:4001 (refused)"}),
            "waiting_to_found: waits for a node of cluster default: localhost:4001 (refused)");
  EXPECT_EQ(told(WaitingToFound{}), "waiting_to_found: waits for a cluster to join");
  EXPECT_EQ(told(NoMajority{3, {{"B", "refused"}, {"C", "no answer for 5 s"}}}),
            "no_majority: 2 of 3 voters unreachable: B (refused), C (no answer for 5 s)");
  EXPECT_EQ(told(NoMajority{1, {{"B", "refused"}}}),
            "no_majority: 1 of 1 voter unreachable: B (refused)");
}

TEST(NoGoose, says_how_long_a_promise_still_binds) {
  EXPECT_EQ(told(Promised{.left = 700ms, .restarted_ago = Duration{300ms}}),
            "promised: restarted 300 ms ago; may vote in 700 ms");
  EXPECT_EQ(told(Promised{.left = 700ms, .to = "B"}),
            "promised: has promised B to vote for nobody else for 700 ms");
}

TEST(NoGoose, other_reasons) {
  EXPECT_EQ(told(ForeignCluster{"localhost:4002", "default", ClusterId{1}, ClusterId{2}}),
            "foreign_cluster: localhost:4002 is in another cluster with the name default: "
            "0000000000000001, this node is in 0000000000000002");
  EXPECT_EQ(told(DiskFailed{"fsync of record.new: No space left on device"}),
            "disk_failed: the disk refused the record: fsync of record.new: No space left on "
            "device");
  EXPECT_EQ(told(StandingAside{42s, "its command fails again and again"}),
            "standing_aside: stands aside for 42 s, because its command fails again and again; no "
            "other node has taken the office");
  EXPECT_EQ(told(Electing{Term{8}}), "electing: an election is under way in term 8");
}

}  // namespace
}  // namespace duckduckgoose::wire

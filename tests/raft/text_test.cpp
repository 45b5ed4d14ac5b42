#include <gtest/gtest.h>

#include "scene.hpp"

namespace duckduckgoose::test {
namespace {

struct Short : Names {
  [[nodiscard]] std::string name_of(NodeId id) const override {
    return "n" + std::to_string(id.value);
  }
};

TEST(Text, of_values) {
  EXPECT_EQ(to_text(NodeId{0x9f3c1a7be204d856}), "9f3c1a7be204d856");
  EXPECT_EQ(to_text(NodeId{5}), "0000000000000005");
  EXPECT_EQ(to_text(Stamp{Term{7}, 4}), "7.4");
  EXPECT_EQ(to_text(Duration{2s}), "2s");
  EXPECT_EQ(to_text(Duration{250ms}), "250ms");
  EXPECT_EQ(to_text(Duration{1500us}), "1500us");
  EXPECT_EQ(to_text(Duration{0}), "0ms");
}

TEST(Text, of_messages) {
  const auto line = [](const Sender& sender, Body body) {
    return to_text(message(sender, std::move(body)), Short{});
  };
  const Release release{life(n3), Term{4}, ReleaseReason::stopped, n1};
  EXPECT_EQ(line({}, Heartbeat{Round{3}, 250ms, {}}),
            "n2 -> n1 term 1 config 1.1 heartbeat 3 promise 250ms");
  EXPECT_EQ(line({}, VoteRequest{true, Term{2}, Round{3}, 1s, release}),
            "n2 -> n1 term 1 config 1.1 asks for a pre-vote in term 2 promise 1s with release of "
            "n3 up to "
            "term 4: stopped, successor n1");
  EXPECT_EQ(line({}, VoteReply{false, Term{1}, Round{3}, Ballot::vote_is_given}),
            "n2 -> n1 term 1 config 1.1 vote in term 1: the vote is given");
  EXPECT_EQ(line({.to = NodeId{}}, Notice{}), "n2 -> all term 1 config 1.1 notice: nobody leads");
  EXPECT_EQ(line({}, Rejected{Refusal::old_copy}),
            "n2 -> n1 term 1 config 1.1 rejects: an old copy of the data");
}

TEST(Text, of_causes) {
  const Cause cause{
      .code = CauseCode::promise_ran_out, .previous = n2, .quiet = 1s, .electors = {n1, n3}};
  EXPECT_EQ(to_text(cause, Short{}), "promise ran out of n2 after 1s, elected by n1, n3");
  const Cause lost{.code = CauseCode::lost_majority, .previous = n1, .heard = 1, .of = 3};
  EXPECT_EQ(to_text(lost, Short{}), "lost majority of n1, heard 1 of 3");
}

TEST(Text, of_events) {
  EXPECT_EQ(to_text(Event{Tick{}}), "tick");
  EXPECT_EQ(to_text(Event{LinkUp{life(n2), 1, "localhost:4002", true}}, Short{}),
            "link to n2 at localhost:4002");
  EXPECT_EQ(to_text(Event{LinkDown{n2}}, Short{}), "no link to n2");
  EXPECT_EQ(to_text(Event{ChangeRequest{DropVoter{n2, RemovedBy::operator_}, {}}}, Short{}),
            "asked to remove voter n2");
  EXPECT_EQ(to_text(Event{ChangeRequest{ChangeSettings{.promise = 2s}, {}}}),
            "asked to set promise 2s");
  EXPECT_EQ(to_text(Event{Hold{300ms}}), "asked to hold 300ms");
  EXPECT_EQ(to_text(Event{Drain{.reason = ReleaseReason::stopped}}), "asked to drain: stopped");
}

}  // namespace
}  // namespace duckduckgoose::test

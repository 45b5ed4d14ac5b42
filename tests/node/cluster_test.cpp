#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "pond.hpp"

namespace duckduckgoose::node::testing {
namespace {

using ::testing::HasSubstr;
using wire::ShownRole;

// F5: a bare start on loopback is the goose at once.
TEST(Cluster, a_bare_start_is_goose_alone) {
  Pond pond;
  pond.start("a");
  ASSERT_TRUE(pond.until([&] { return pond.goose() == "a"; }));
  const wire::Status status = pond.status("a");
  EXPECT_EQ(status.role, ShownRole::leader);
  EXPECT_EQ(status.cause_code, "founded");
  EXPECT_EQ(status.voters, 1U);
  EXPECT_TRUE(status.peers.empty());
}

// Section 6: two is never a resting state, so the second stays an observer, and the third makes
// three voters.
TEST(Cluster, three_nodes_make_three_voters) {
  Pond pond;
  pond.start("a");
  pond.start("b", {"a"});
  ASSERT_TRUE(pond.until([&] { return pond.agree() && pond.status("a").observers == 1U; }));
  EXPECT_EQ(pond.status("a").voters, 1U);
  EXPECT_EQ(pond.status("b").role, ShownRole::observer);
  pond.start("c", {"a"});
  ASSERT_TRUE(pond.until([&] { return pond.agree() && pond.status("c").voters == 3U; }));
  EXPECT_EQ(pond.goose(), "a");
  EXPECT_EQ(pond.status("b").role, ShownRole::follower);
}

// F2: join through any node, not only the goose; and P6: nobody who joins deposes it.
TEST(Cluster, newcomers_join_through_a_duck) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const auto term = pond.status("a").term;
  pond.start("d", {"b"});
  pond.start("e", {"d"});
  ASSERT_TRUE(pond.until([&] { return pond.status("a").voters == 5U && pond.agree(); }));
  pond.start("f", {"e"});
  ASSERT_TRUE(pond.until([&] { return pond.status("a").observers == 1U && pond.agree(); }));
  EXPECT_EQ(pond.status("f").role, ShownRole::observer);
  EXPECT_EQ(pond.goose(), "a");
  EXPECT_EQ(pond.status("f").term, term);
}

TEST(Cluster, kills_of_the_goose_elect_another_and_the_old_one_returns_as_a_duck) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const wire::Status before = pond.status("a");
  const std::string id = pond.id("a");
  pond.kill("a");
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  const std::string second = pond.goose();
  const wire::Status after = pond.status(second);
  EXPECT_GT(after.term->value, before.term->value);
  EXPECT_GT(after.token->value, before.token->value);
  EXPECT_EQ(after.cause_code, "promise_ran_out");
  EXPECT_THAT(after.cause, HasSubstr(before.address));

  pond.restart("a");
  ASSERT_TRUE(pond.until([&] { return pond.names().size() == 3 && pond.agree(); }));
  EXPECT_EQ(pond.goose(), second);
  EXPECT_EQ(pond.id("a"), id);
  EXPECT_EQ(pond.status("a").starts, 2U);
}

// F1: whoever has a record resumes, whatever it was told to join.
TEST(Cluster, all_restart_without_being_told_whom_to_join) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const auto token = pond.status("a").token;
  for (const char* name : {"a", "b", "c"}) pond.kill(name);
  for (const char* name : {"a", "b", "c"}) pond.restart(name);
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  const wire::Status status = pond.status(pond.goose());
  EXPECT_EQ(status.voters, 3U);
  EXPECT_GT(status.token->value, token->value);
}

// P3: majority or nothing.
TEST(Cluster, a_goose_without_a_majority_is_none_and_says_why) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond.kill("b");
  pond.kill("c");
  ASSERT_TRUE(pond.until([&] { return pond.goose().empty(); }));
  ASSERT_TRUE(pond.until([&] { return pond.status("a").cause_code == "no_majority"; }));
  EXPECT_THAT(pond.status("a").cause, HasSubstr("2 of 3 voters unreachable"));
  EXPECT_THAT(pond.status("a").cause, HasSubstr("(refused)"));
  pond.restart("b");
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
}

TEST(Cluster, a_stop_hands_over_and_stays_a_member) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const std::string address = pond["a"].address();
  const Instant began = net::Loop::now();
  pond.stop("a");
  EXPECT_EQ(pond.ended("a"), (Failure{0, ""}));
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  EXPECT_LT(net::Loop::now() - began, 450ms) << "a promise would have run out";
  const wire::Status status = pond.status(pond.goose());
  EXPECT_EQ(status.voters, 3U);
  EXPECT_EQ(status.cause_code, "handover");
  EXPECT_THAT(status.cause, HasSubstr(address + " was stopped by its operator and handed over to"));
  pond.restart("a");
  ASSERT_TRUE(pond.until([&] { return pond.names().size() == 3 && pond.agree(); }));
}

// P2 and P6 under a partition: the cut-off goose is none any more, and its return changes nothing.
TEST(Cluster, a_cut_off_goose_gives_way_and_comes_back_as_a_duck) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond["a"].cut_off(true);
  ASSERT_TRUE(pond.until([&] { return pond.goose() == "b" || pond.goose() == "c"; }));
  EXPECT_EQ(pond.status("a").mode, wire::Mode::duck);
  const std::string second = pond.goose();
  const auto term = pond.status(second).term;
  pond["a"].cut_off(false);
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  EXPECT_EQ(pond.goose(), second);
  EXPECT_EQ(pond.status(second).term, term);
}

// All that it knows of the voters is out of date then.
TEST(Cluster, a_node_that_was_cut_off_until_all_voters_were_replaced_finds_back) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const std::string limits = R"({"voters":3,"replace_after_ms":1000})";
  ASSERT_EQ(pond.ask("a", "POST", "/settings", limits).status, 200U);
  for (const char* name : {"d", "e", "f"}) pond.start(name, {pond["a"].address()});
  ASSERT_TRUE(pond.until([&] { return pond.agree() && pond.status("c").observers == 3U; }));
  /// Three vote, `gone` does not, and all others know it.
  const auto is_replaced = [&](NodeId gone, const std::vector<std::string>& others) {
    return std::ranges::all_of(others, [&](const std::string& name) {
      const wire::Status status = pond.status(name);
      const auto is_it = [&](const wire::MemberStatus& it) { return it.id == gone && it.voter; };
      return status.voters == 3U && std::ranges::none_of(status.members, is_it);
    });
  };
  const NodeId a = pond["a"].id();
  const NodeId b = pond["b"].id();
  const NodeId c = pond["c"].id();
  pond["c"].cut_off(true);
  ASSERT_TRUE(pond.until([&] { return is_replaced(c, {"a", "b", "d", "e", "f"}); }));
  pond.kill("a");
  ASSERT_TRUE(pond.until([&] { return is_replaced(a, {"b", "d", "e", "f"}); }));
  pond.kill("b");
  ASSERT_TRUE(pond.until([&] { return is_replaced(b, {"d", "e", "f"}); }));
  pond["c"].cut_off(false);
  EXPECT_TRUE(pond.until([&] { return pond.agree(); }));
}

// A cut-off duck must not depose anybody when it comes back (thesis 9.6).
TEST(Cluster, a_cut_off_duck_comes_back_without_an_election) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const auto term = pond.status("a").term;
  pond["c"].cut_off(true);
  ASSERT_TRUE(pond.until([&] { return pond.status("c").cause_code == "no_majority"; }));
  pond["c"].cut_off(false);
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  EXPECT_EQ(pond.goose(), "a");
  EXPECT_EQ(pond.status("c").term, term);
}

// One link for each pair, however often two nodes dial each other at the same time.
TEST(Cluster, nodes_that_return_together_do_not_flap) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  for (int round = 0; round < 5; ++round) {
    for (const char* name : {"b", "c"}) pond[name].cut_off(true);
    for (const char* name : {"b", "c"}) pond[name].cut_off(false);
    const auto linked = [&] {
      for (const char* name : {"a", "b", "c"}) {
        if (pond.status(name).voters_connected != 3U) return false;
      }
      return pond.agree();
    };
    ASSERT_TRUE(pond.until(linked));
    const auto sequence = pond.status("b").sequence;
    pond.run_for(100ms);
    EXPECT_EQ(pond.status("b").sequence, sequence) << pond.log("b");
  }
}

}  // namespace
}  // namespace duckduckgoose::node::testing

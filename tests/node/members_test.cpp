#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pond.hpp"
#include "store/directory.hpp"
#include "store/system_files.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::node::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using wire::ShownRole;

TEST(Members, a_duck_is_removed_through_any_node_and_knows_it) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const std::string gone = pond.id("c");
  const auto answer = pond.ask("b", "DELETE", "/members/" + gone);
  EXPECT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(pond.until([&] { return pond.status("c").role == ShownRole::removed; }));
  EXPECT_EQ(pond.status("c").cause_code, "removed");
  EXPECT_THAT(pond.status("c").cause, HasSubstr("duckduckgoose reset"));
  EXPECT_EQ(pond.status("a").voters, 1U) << "two never rest";
  EXPECT_EQ(pond.goose(), "a");
  // Removing a removed id is 200.
  EXPECT_EQ(pond.ask("a", "DELETE", "/members/" + gone).status, 200U);
}

TEST(Members, a_removed_node_never_campaigns_and_never_votes_again) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const std::string gone = pond.id("c");
  ASSERT_EQ(pond.ask("a", "DELETE", "/members/" + gone).status, 200U);
  pond.start("d", {"a"});
  ASSERT_TRUE(pond.until([&] { return pond.status("a").voters == 3U; }));
  EXPECT_FALSE(pond.status("c").role == ShownRole::follower);
  pond.kill("a");
  ASSERT_TRUE(pond.until([&] { return pond.goose() == "b" || pond.goose() == "d"; }));
  EXPECT_EQ(pond.status("c").role, ShownRole::removed);
  pond.kill("c");
  pond.restart("c");
  ASSERT_TRUE(pond.until([&] {
    return pond.status("c").goose.has_value() || pond.status("c").role == ShownRole::removed;
  }));
  EXPECT_EQ(pond.status("c").role, ShownRole::removed);
}

TEST(Members, the_goose_is_removed_through_a_duck_and_hands_over_first) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const auto answer = pond.ask("b", "DELETE", "/members/" + pond.id("a"));
  EXPECT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(pond.until([&] { return pond.status("a").role == ShownRole::removed; }));
  const std::string next = pond.goose();
  ASSERT_TRUE(next == "b" || next == "c") << next;
  EXPECT_EQ(pond.status(next).cause_code, "removed");
  EXPECT_THAT(pond.status(next).cause, HasSubstr("handed over"));
}

TEST(Members, the_goose_is_removed_through_itself) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const auto answer = pond.ask("a", "POST", "/leave", "{}");
  EXPECT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(pond.until([&] { return pond.status("a").role == ShownRole::removed; }));
  EXPECT_TRUE(pond.goose() == "b" || pond.goose() == "c");
}

TEST(Members, an_observer_is_barred) {
  Pond pond;
  pond.found({"a", "b"}, 1);
  const auto answer = pond.ask("a", "DELETE", "/members/" + pond.id("b"));
  EXPECT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(pond.until([&] { return pond.status("b").role == ShownRole::removed; }));
  pond.start("c", {"a"});
  ASSERT_TRUE(pond.until([&] { return pond.status("a").observers == 1U; }));
  pond.run_for(300ms);
  EXPECT_EQ(pond.status("a").voters, 1U) << "a removed id was promoted again";
}

TEST(Members, what_cannot_be_removed_is_refused_with_a_reason) {
  Pond pond;
  pond.found({"a"}, 1);
  const auto last = pond.ask("a", "DELETE", "/members/" + pond.id("a"));
  EXPECT_EQ(last.status, 409U);
  EXPECT_THAT(last.body, HasSubstr("last voter that may lead"));
  EXPECT_EQ(pond.ask("a", "DELETE", "/members/00000000000000ff").status, 404U);
  EXPECT_EQ(pond.ask("a", "DELETE", "/members/nobody").status, 404U);
}

// 409: a voter that the change needs is silent.
TEST(Members, a_removal_that_would_cost_the_majority_is_refused) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const std::string silent = pond["c"].address();
  pond.kill("c");
  const auto answer = pond.ask("a", "DELETE", "/members/" + pond.id("b"));
  EXPECT_EQ(answer.status, 409U) << answer.body;
  EXPECT_THAT(answer.body, AllOf(HasSubstr("voters_silent"), HasSubstr(silent)));
  EXPECT_EQ(pond.goose(), "a");
}

TEST(Members, no_goose_no_change) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond.kill("b");
  pond.kill("c");
  ASSERT_TRUE(pond.until([&] { return pond.goose().empty(); }));
  const auto answer = pond.ask("a", "POST", "/handover", R"({"to":null})");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_THAT(answer.body, HasSubstr("no_goose"));
}

TEST(Handover, goes_to_whom_it_was_told) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const auto term = pond.status("a").term;
  const auto answer =
      pond.ask("b", "POST", "/handover", R"({"to":")" + pond["c"].address() + R"("})");
  EXPECT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  EXPECT_EQ(pond.goose(), "c");
  EXPECT_EQ(pond.status("c").term->value, term->value + 1);
  EXPECT_EQ(pond.status("c").cause_code, "handover");
  const auto again = pond.ask("b", "POST", "/handover", R"({"to":")" + pond.id("c") + R"("})");
  EXPECT_EQ(again.status, 200U) << again.body;
  EXPECT_EQ(pond.goose(), "c");
}

TEST(Handover, goes_to_anybody_once) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const auto term = pond.status("a").term;
  const auto answer = pond.ask("a", "POST", "/handover", R"({"to":null})");
  EXPECT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  EXPECT_NE(pond.goose(), "a");
  EXPECT_EQ(pond.status(pond.goose()).term->value, term->value + 1);
}

TEST(Handover, to_nobody_is_refused) {
  Pond pond;
  pond.found({"a", "b"}, 1);
  const auto nobody = pond.ask("a", "POST", "/handover", "{}");
  EXPECT_EQ(nobody.status, 409U) << nobody.body;
  EXPECT_EQ(pond.ask("a", "POST", "/handover", R"({"to":"localhost:1"})").status, 404U);
  EXPECT_EQ(pond.ask("a", "POST", "/handover", R"({"to":5})").status, 400U);
  const auto observer = pond.ask("a", "POST", "/handover", R"({"to":")" + pond.id("b") + R"("})");
  EXPECT_EQ(observer.status, 409U) << observer.body;
  EXPECT_EQ(pond.goose(), "a");
}

// The ancestor's call: a node that waits in vain is told where to join.
TEST(Invitation, a_fresh_node_is_invited_through_a_duck) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond.start("d", {"localhost:1"});
  ASSERT_TRUE(pond.until([&] { return pond.status("d").cause.contains("refused"); }));
  EXPECT_EQ(pond.status("d").role, ShownRole::waiting);
  EXPECT_EQ(pond.status("d").cause_code, "waiting_to_found");
  const auto answer = pond.ask("b", "GET", "/joincluster/" + pond["d"].address());
  EXPECT_EQ(answer.status, 200U) << answer.body;
  ASSERT_TRUE(pond.until([&] { return pond.names().size() == 4 && pond.agree(); }));
}

TEST(Invitation, others_are_refused) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond.start("lone");
  const std::string body = R"({"address":")" + pond["lone"].address() + R"("})";
  const auto other = pond.ask("a", "POST", "/members", body);
  EXPECT_EQ(other.status, 409U) << other.body;
  const auto nobody = pond.ask("a", "POST", "/members", R"({"address":"localhost:1"})");
  EXPECT_EQ(nobody.status, 409U) << nobody.body;
  EXPECT_THAT(nobody.body, HasSubstr("refused"));
  EXPECT_EQ(pond.ask("a", "POST", "/members", R"({"address":"localhost"})").status, 400U);
  const auto known =
      pond.ask("a", "POST", "/members", R"({"address":")" + pond["b"].address() + R"("})");
  EXPECT_EQ(known.status, 200U) << known.body;
  ASSERT_EQ(pond.ask("a", "DELETE", "/members/" + pond.id("c")).status, 200U);
  const auto removed =
      pond.ask("a", "POST", "/members", R"({"address":")" + pond["c"].address() + R"("})");
  EXPECT_EQ(removed.status, 409U) << removed.body;
  EXPECT_THAT(removed.body, HasSubstr("`duckduckgoose reset` there"));
}

// Section 6: dropped by upkeep for being dead, it takes a new id by itself and becomes an observer.
TEST(Members, a_node_that_upkeep_has_dropped_comes_back_as_a_new_one) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const NodeId old = pond["c"].id();
  pond.kill("c");
  {
    store::SystemFiles files;
    auto directory = store::Directory::open(files, pond.folder.path("c"));
    Record record = **directory->load();
    record.config.drop(old);
    record.config.mark_removed(old, RemovedBy::upkeep);
    record.config.stamp.version += 100;
    record.saves += 1;
    ASSERT_TRUE(directory->save(record));
  }
  pond.restart("c");
  ASSERT_TRUE(pond.until([&] { return pond["c"].id() != old && pond.agree(); }));
  EXPECT_EQ(pond.status("c").starts, 1U);
  EXPECT_THAT(pond.log("c"), HasSubstr("goes on as"));
}

}  // namespace
}  // namespace duckduckgoose::node::testing

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pond.hpp"

namespace duckduckgoose::node::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ThreeNodes : public ::testing::Test {
 protected:
  void SetUp() override { pond.found({"a", "b", "c"}, 3); }
  Pond pond;
};

TEST_F(ThreeNodes, answer_status) {
  const auto goose = pond.ask("a", "GET", "/status");
  EXPECT_EQ(goose.status, 200U);
  EXPECT_THAT(goose.body, StartsWith(R"({"mode":"goose","peers":["localhost:)"));
  const auto read = wire::parse_status(goose.body);
  ASSERT_TRUE(read) << read.error().reason;
  EXPECT_EQ(read->peers.size(), 2U);
  EXPECT_EQ(read->members.size(), 3U);
  EXPECT_EQ(read->tolerates, 1U);
  EXPECT_EQ(read->voters_connected, 3U);
  EXPECT_GT(*read->lease_ms, 0U);
  EXPECT_LE(*read->lease_ms, 500U);
  EXPECT_FALSE(read->guarded);
  EXPECT_EQ(read->containment, "none");
  EXPECT_FALSE(read->confirmed.has_value());

  const auto duck = wire::parse_status(pond.ask("b", "GET", "/status").body);
  ASSERT_TRUE(duck);
  EXPECT_EQ(duck->mode, wire::Mode::duck);
  EXPECT_EQ(duck->goose->id, read->id);
  EXPECT_EQ(duck->token, read->token);
  EXPECT_FALSE(duck->lease_ms.has_value());
}

TEST_F(ThreeNodes, confirm_by_a_majority_on_goose_and_duck) {
  for (const char* name : {"a", "b"}) {
    const auto answer = pond.ask(name, "GET", "/status?confirm=quorum");
    EXPECT_EQ(answer.status, 200U) << answer.body;
    EXPECT_THAT(answer.body, ::testing::EndsWith(R"("confirmed":true})"));
  }
  EXPECT_EQ(pond.ask("a", "GET", "/status?confirm=maybe").status, 400U);
}

// I7: without a majority nothing is confirmed.
TEST_F(ThreeNodes, confirm_fails_without_a_majority) {
  pond.kill("b");
  pond.kill("c");
  const auto answer = pond.ask("a", "GET", "/status?confirm=quorum");
  EXPECT_EQ(answer.status, 503U) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("no_quorum"));
}

TEST_F(ThreeNodes, hold_what_is_left_of_the_lease_at_most) {
  const auto held = [this](const std::string& name, const std::string& wanted) {
    const auto answer = pond.ask(name, "GET", "/status?hold=" + wanted);
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return wire::parse_status(answer.body)->held_for_ms;
  };
  EXPECT_EQ(held("a", "100"), 100U);
  EXPECT_EQ(held("a", "0"), 0U);
  EXPECT_GT(held("a", "99999999999"), 250U);
  EXPECT_LT(held("a", "99999999999"), 490U);  // the promise is 500 ms
  EXPECT_EQ(held("b", "100"), 0U);
  const auto posted = pond.ask("a", "POST", "/hold", R"({"ms":100})");
  EXPECT_THAT(posted.body, ::testing::EndsWith(R"("held_for_ms":100})"));
}

TEST_F(ThreeNodes, hold_nothing_for_who_asks_wrongly_or_only_looks) {
  for (const char* wanted : {"", "-1", "1.5", "1s", "18446744073709551616"}) {
    const auto answer = pond.ask("a", "GET", "/status?hold=" + std::string{wanted});
    EXPECT_EQ(answer.status, 400U) << wanted;
    EXPECT_THAT(answer.body, HasSubstr("whole number of milliseconds"));
  }
  EXPECT_EQ(pond.ask("a", "POST", "/hold", "{}").status, 400U);
  EXPECT_EQ(pond.ask("a", "GET", "/hold").status, 405U);
}

TEST_F(ThreeNodes, tell_load_balancers) {
  EXPECT_EQ(pond.ask("a", "GET", "/goose").status, 200U);
  EXPECT_EQ(pond.ask("a", "GET", "/duck").status, 503U);
  EXPECT_EQ(pond.ask("b", "GET", "/duck").status, 200U);
  const auto no = pond.ask("b", "GET", "/goose");
  EXPECT_EQ(no.status, 503U);
  EXPECT_THAT(no.body, HasSubstr("the goose is " + pond["a"].address()));
  EXPECT_EQ(pond.ask("b", "GET", "/goose?redirect").status, 307U);
  EXPECT_EQ(pond.ask("a", "GET", "/goose?redirect").status, 200U);
  pond.kill("b");
  pond.kill("c");
  ASSERT_TRUE(pond.until([&] { return pond.goose().empty(); }));
  EXPECT_EQ(pond.ask("a", "GET", "/goose").status, 503U);
  EXPECT_EQ(pond.ask("a", "GET", "/duck").status, 503U);
  // Readiness latches: a goose lost later does not unset it.
  EXPECT_EQ(pond.ask("a", "GET", "/readyz").status, 200U);
}

TEST_F(ThreeNodes, list_members_by_pages) {
  pond.start("d", {"b"});
  ASSERT_TRUE(pond.until([&] { return pond.status("a").observers == 1U; }));
  const auto first = wire::parse_members(pond.ask("a", "GET", "/members?limit=3").body);
  ASSERT_TRUE(first) << first.error().reason;
  EXPECT_EQ(first->members.size(), 3U);
  ASSERT_TRUE(first->next);
  const std::string after = wire::to_json(*first);
  const auto second = wire::parse_members(
      pond.ask("a", "GET", "/members?limit=3&after=" + after.substr(after.rfind('"') - 16, 16))
          .body);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->members.size(), 1U);
  EXPECT_FALSE(second->next);
  EXPECT_EQ(pond.ask("a", "GET", "/members?limit=0").status, 400U);
  EXPECT_EQ(pond.ask("a", "GET", "/members?limit=501").status, 400U);
  EXPECT_EQ(pond.ask("a", "GET", "/members?after=7").status, 400U);
}

TEST(Api, probes) {
  Pond pond;
  pond.start("a", {"localhost:1"});
  EXPECT_EQ(pond.ask("a", "GET", "/ping").body, "pong!");
  EXPECT_EQ(pond.ask("a", "GET", "/healthz").status, 200U);
  EXPECT_EQ(pond.ask("a", "GET", "/readyz").status, 503U);
  EXPECT_EQ(pond.ask("a", "GET", "/duck").status, 503U);
  EXPECT_EQ(pond.ask("a", "GET", "/status").status, 200U);
}

TEST(Api, wrong_paths_and_methods) {
  Pond pond;
  pond.found({"a"}, 1);
  EXPECT_EQ(pond.ask("a", "GET", "/nothing").status, 404U);
  EXPECT_EQ(pond.ask("a", "GET", "/members/").status, 404U);
  EXPECT_EQ(pond.ask("a", "POST", "/status", "{}").status, 405U);
  EXPECT_EQ(pond.ask("a", "GET", "/handover").status, 405U);
  EXPECT_EQ(pond.ask("a", "GET", "/members/0000000000000001").status, 405U);
  EXPECT_EQ(pond.ask("a", "POST", "/members", "{").status, 400U);
  EXPECT_EQ(pond.ask("a", "GET", "/joincluster/nowhere").status, 400U);
}

// Mode and lease are judged against the clock when the bytes are formed: never a lease longer than
// it is.
TEST(Api, a_lease_is_never_said_to_be_longer_than_it_is) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  for (int i = 0; i < 20; ++i) {
    const auto status = wire::parse_status(pond.ask("a", "GET", "/status").body);
    ASSERT_TRUE(status);
    EXPECT_LE(*status->lease_ms, 495U) << "longer than the promise less the drift";
  }
}

}  // namespace
}  // namespace duckduckgoose::node::testing

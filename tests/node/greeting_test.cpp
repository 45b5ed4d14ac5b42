#include "node/greeting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duckduckgoose::node {
namespace {

using ::testing::HasSubstr;

wire::Hello hello(std::uint64_t id, std::optional<std::uint64_t> cluster = 7) {
  wire::Hello it;
  it.incarnation = {.id = NodeId{id}, .starts = 3, .nonce = id * 100};
  if (cluster) it.cluster_id = ClusterId{*cluster};
  return it;
}

const RefuseIt& refusal(const Greeting& greeting) { return std::get<RefuseIt>(greeting); }

TEST(Greeting, binds_nodes_of_one_cluster) {
  EXPECT_TRUE(std::holds_alternative<BindIt>(greet(hello(1), hello(2))));
}

TEST(Greeting, welcomes_a_fresh_node_and_hears_as_one) {
  EXPECT_TRUE(std::holds_alternative<WelcomeIt>(greet(hello(1), hello(2, std::nullopt))));
  EXPECT_TRUE(std::holds_alternative<HearIt>(greet(hello(1, std::nullopt), hello(2))));
  EXPECT_TRUE(
      std::holds_alternative<HearIt>(greet(hello(1, std::nullopt), hello(2, std::nullopt))));
}

TEST(Greeting, knows_itself_from_a_clone) {
  EXPECT_TRUE(std::holds_alternative<ItIsMyself>(greet(hello(1), hello(1))));
  wire::Hello clone = hello(1);
  clone.incarnation.nonce = 5;
  const Greeting greeting = greet(hello(1), clone);
  EXPECT_THAT(refusal(greeting).to_peer, HasSubstr("copies of one data directory"));
}

TEST(Greeting, refuses_another_cluster_and_marks_one_of_the_same_name) {
  const Greeting same_name = greet(hello(1), hello(2, 8));
  EXPECT_TRUE(refusal(same_name).is_foreign);
  EXPECT_THAT(refusal(same_name).here, HasSubstr("default (0000000000000008)"));
  wire::Hello other = hello(2, 8);
  other.cluster = "prod";
  EXPECT_FALSE(refusal(greet(hello(1), other)).is_foreign);
}

TEST(Greeting, refuses_who_looks_for_somebody_else) {
  wire::Hello lost = hello(2);
  lost.to = NodeId{9};
  EXPECT_THAT(refusal(greet(hello(1), lost)).to_peer,
              HasSubstr("this is node 0000000000000001, not 0000000000000009"));
  lost.to = NodeId{1};
  EXPECT_TRUE(std::holds_alternative<BindIt>(greet(hello(1), lost)));
}

TEST(Greeting, hears_the_keeper_of_a_node_of_the_cluster_only) {
  wire::Hello keeper = hello(2);
  keeper.keeper = true;
  EXPECT_TRUE(std::holds_alternative<HearProof>(greet(hello(1), keeper)));
  keeper.cluster_id = ClusterId{8};
  EXPECT_TRUE(std::holds_alternative<RefuseIt>(greet(hello(1), keeper)));
  keeper = hello(2);
  keeper.keeper = true;
  keeper.to = NodeId{9};
  EXPECT_TRUE(std::holds_alternative<RefuseIt>(greet(hello(1), keeper)));
}

// Section 7: none in common: one sentence that names both, and who must be upgraded first.
TEST(Greeting, refuses_a_protocol_that_it_does_not_speak) {
  wire::Hello old = hello(1);
  old.version = "0.3.1";
  wire::Hello newer = hello(2);
  newer.protocol = {.min = 8, .max = 9};
  newer.version = "0.9.0";
  const RefuseIt at_old = refusal(greet(old, newer));
  EXPECT_EQ(at_old.code, Close::protocol_error);
  EXPECT_TRUE(at_old.is_other_protocol);
  EXPECT_EQ(at_old.here,
            "no common protocol version: it (0.9.0) speaks 8 to 9, this node (0.3.1) 1; upgrade "
            "this node first, to a release that speaks 1 and 2");
  EXPECT_EQ(at_old.to_peer,
            "no common protocol version: this node speaks 1, you 8 to 9; upgrade this node "
            "first, to one that speaks 1 and 2");
  const RefuseIt at_newer = refusal(greet(newer, old));
  EXPECT_EQ(at_newer.here,
            "no common protocol version: it (0.3.1) speaks 1, this node (0.9.0) 8 to 9; upgrade "
            "it first, to a release that speaks 1 and 2");
  EXPECT_EQ(at_newer.to_peer,
            "no common protocol version: this node speaks 8 to 9, you 1; upgrade your node "
            "first, to one that speaks 1 and 2");
}

// RFC 6455 5.5.1: a reason has at most 123 bytes; what is beyond is cut off.
TEST(Greeting, refuses_a_protocol_in_as_many_words_as_a_good_bye_holds) {
  wire::Hello old = hello(1);
  old.protocol = {.min = 12, .max = 13};
  wire::Hello newer = hello(2);
  newer.protocol = {.min = 97, .max = 99};
  EXPECT_LE(refusal(greet(old, newer)).to_peer.size(), 123U);
  EXPECT_LE(refusal(greet(newer, old)).to_peer.size(), 123U);
}

}  // namespace
}  // namespace duckduckgoose::node

#include "wire/record_json.hpp"

#include <gtest/gtest.h>

#include "examples.hpp"

namespace duckduckgoose::wire {
namespace {

TEST(RecordJson, shows_all_of_a_record) {
  Record record;
  record.saves = 41;
  record.node = {node_a, 1795478400116, true};
  record.starts = 3;
  record.cluster = {"default", cluster_id};
  record.term = Term{7};
  record.voted_for = node_b;
  record.promise_max = std::chrono::seconds{1};
  record.config = example_config();
  record.config.removed.clear();
  record.config.members.resize(1);
  record.seen = {{life_b, 12}};
  record.addresses = {"127.0.0.1:4002"};
  EXPECT_EQ(
      to_json(record),
      R"({"saves":41,"node":{"id":"9f3c1a7be204d856","born":1795478400116,"may_lead":true},)"
      R"("starts":3,"cluster":{"name":"default","id":"5b0e4c1d77aa9e20"},"term":7,)"
      R"("voted_for":"b1b2c3d4e5f60718","promise_max_us":1000000,"config":{"term":7,"version":4,)"
      R"("token_base":1795478400116,"promise_us":1000000,"limits":{"voters":5,)"
      R"("replace_after_us":30000000,"shrink_after_us":120000000},)"
      R"("members":[{"id":"9f3c1a7be204d856","address":"localhost:4001","may_lead":true}],)"
      R"("removed":[]},"seen":[{"who":{"id":"b1b2c3d4e5f60718","starts":1,)"
      R"("nonce":"ffffffffffffffff"},"saves":12}],"addresses":["127.0.0.1:4002"]})");
}

TEST(RecordJson, a_fresh_record_has_no_cluster_to_show) {
  Record record;
  record.node.id = node_a;
  const std::string json = to_json(record);
  EXPECT_NE(json.find(R"("cluster":{"name":"default"},"term":0,"promise_max_us":0,"seen":[])"),
            std::string::npos)
      << json;
}

}  // namespace
}  // namespace duckduckgoose::wire

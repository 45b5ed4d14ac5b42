#include <gtest/gtest.h>

#include <bit>
#include <set>

#include "lives.hpp"
#include "store/fresh.hpp"

namespace duckduckgoose::store {
namespace {

TEST(Fresh, record_has_an_id_and_no_cluster) {
  const Record record = fresh_record("pond", false, 1'795'478'400'123).value();
  EXPECT_NE(record.node.id, NodeId{});
  EXPECT_EQ(record.node.born, 1'795'478'400'123U);
  EXPECT_FALSE(record.node.may_lead);
  EXPECT_EQ(record.cluster.name, "pond");
  EXPECT_TRUE(record.is_fresh());
  EXPECT_EQ(record.saves, 0U);
  EXPECT_EQ(record.starts, 0U);
  EXPECT_FALSE(record.voted_for);
  EXPECT_TRUE(record.config.members.empty());
}

TEST(Fresh, record_can_be_saved_as_the_first) {
  PretendedDisk disk;
  auto directory = Directory::open(disk, data_path);
  ASSERT_EQ(directory->load().value(), std::nullopt);
  const Record record = started_again(fresh_record("default", true, 1).value());
  ASSERT_TRUE(directory->save(record));
  EXPECT_EQ(directory->load().value(), record);
}

// Nothing that two nodes could share goes into an id: same name, same millisecond, and no address
// at all.
TEST(Fresh, m37_ids_of_nodes_alike_in_all_else_differ) {
  std::set<std::uint64_t> ids;
  int bits = 0;
  for (int node = 0; node < 1000; ++node) {
    Record record = fresh_record("default", true, 1'795'478'400'123).value();
    ids.insert(record.node.id.value);
    bits += std::popcount(record.node.id.value);
    record.node.id = NodeId{};
    Record blank;
    blank.node = {.id = NodeId{}, .born = 1'795'478'400'123, .may_lead = true};
    ASSERT_EQ(record, blank);
  }
  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_NEAR(bits, 32'000, 1'000);  // 8 standard deviations
}

TEST(Fresh, m37_id_stays_when_the_address_changes) {
  PretendedDisk disk;
  auto directory = Directory::open(disk, data_path);
  ASSERT_TRUE(directory->load());
  Record record = started_again(fresh_record("default", true, 1).value());
  const NodeId id = record.node.id;
  for (const char* address : {"localhost:4001", "localhost:4002", "duck.example:4001"}) {
    record.config.members = {{.id = id, .address = address, .may_lead = true}};
    record.addresses = {address};
    ASSERT_TRUE(directory->save(record));
    EXPECT_EQ(directory->load().value()->node.id, id);
    record = started_again(*directory->load().value());
  }
}

}  // namespace
}  // namespace duckduckgoose::store

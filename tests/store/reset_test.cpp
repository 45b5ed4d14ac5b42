#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lives.hpp"

namespace duckduckgoose::store {
namespace {

using How = PretendedDisk::Fault::How;
using testing::HasSubstr;

constexpr const char* record_path = "/var/lib/duck/record";

Expected<std::optional<std::string>> reset(PretendedDisk& disk) {
  auto directory = Directory::open(disk, data_path);
  if (!directory) return std::unexpected(directory.error());
  return directory->reset();
}

TEST(Reset, keeps_the_record_aside_and_says_where) {
  PretendedDisk disk = disk_after(2);
  const std::string text = disk.text_at(record_path);
  EXPECT_EQ(reset(disk).value(), "/var/lib/duck/record.reset-1");
  EXPECT_EQ(disk.text_at("/var/lib/duck/record.reset-1"), text);
  EXPECT_EQ(load(disk).value(), std::nullopt);
}

TEST(Reset, overwrites_no_earlier_one) {
  PretendedDisk disk = disk_after(1);
  ASSERT_TRUE(reset(disk));
  ASSERT_FALSE(live(disk, 2).error);
  EXPECT_EQ(reset(disk).value(), "/var/lib/duck/record.reset-2");
  EXPECT_TRUE(disk.has("/var/lib/duck/record.reset-1"));
}

TEST(Reset, of_a_directory_without_a_record_keeps_nothing) {
  PretendedDisk disk = disk_after(0);
  EXPECT_EQ(reset(disk).value(), std::nullopt);
  EXPECT_EQ(load(disk).value(), std::nullopt);
}

TEST(Reset, is_the_way_out_of_a_damaged_record) {
  PretendedDisk disk = disk_after(1);
  disk.text_at(record_path) = "nonsense";
  ASSERT_FALSE(load(disk));
  EXPECT_EQ(reset(disk).value(), "/var/lib/duck/record.reset-1");
  EXPECT_EQ(disk.text_at("/var/lib/duck/record.reset-1"), "nonsense");
  EXPECT_EQ(load(disk).value(), std::nullopt);
}

TEST(Reset, is_the_way_out_of_a_vanished_record) {
  PretendedDisk disk = disk_after(1);
  disk.remove_at(record_path);
  ASSERT_FALSE(load(disk));
  EXPECT_EQ(reset(disk).value(), std::nullopt);
  EXPECT_EQ(load(disk).value(), std::nullopt);
}

TEST(Reset, leaves_a_directory_that_a_new_node_can_use_at_once) {
  PretendedDisk disk = disk_after(1);
  auto directory = Directory::open(disk, data_path);
  ASSERT_TRUE(directory->reset());
  EXPECT_EQ(directory->load().value(), std::nullopt);
  EXPECT_TRUE(directory->save(saved_record(1)));
  EXPECT_EQ(directory->load().value(), saved_record(1));
}

TEST(Reset, that_fails_or_is_cut_off_leaves_the_old_record_or_none) {
  const PretendedDisk disk = disk_after(1);
  const std::optional<Record> before = load(disk).value();
  for (const How how : {How::power_off, How::error, How::error_behind}) {
    bool reached_the_end = false;
    for (int call = 1; !reached_the_end; ++call) {
      PretendedDisk failing = disk;
      failing.plan({.call = call, .how = how});
      const auto done = reset(failing);
      reached_the_end = !failing.was_hit();
      std::vector<PretendedDisk> all = failing.after_power_cut();
      all.push_back(failing.after_kill());
      for (const PretendedDisk& left : all) {
        const auto found = load(left);
        ASSERT_TRUE(found) << found.error().sentence;
        ASSERT_TRUE(!*found || (*found == before && !done));
      }
    }
  }
}

TEST(Reset, of_a_directory_with_too_many_kept_records_is_refused) {
  PretendedDisk disk = disk_after(1);
  for (int number = 1; number <= Directory::resets_max; ++number) {
    ASSERT_TRUE(reset(disk));
    ASSERT_FALSE(live(disk, 1).error);
  }
  const auto refused = reset(disk);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().sentence, HasSubstr("remove the files /var/lib/duck/record.reset-*"));
}

}  // namespace
}  // namespace duckduckgoose::store

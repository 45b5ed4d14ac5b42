#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lives.hpp"

namespace duckduckgoose::store {
namespace {

using How = PretendedDisk::Fault::How;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int saves_made = 4;  ///< In each life: some whole, some hot, in any order.

/// Lets each call of one life fail in turn, in each way.
template <class Judge>
int at_every_call(const PretendedDisk& disk, Judge judge) {
  int failed = 0;
  for (const How how : {How::error, How::error_behind, How::no_write}) {
    for (const std::errc error : {std::errc::io_error, std::errc::no_space_on_device}) {
      for (int call = 1;; ++call) {
        PretendedDisk failing = disk;
        failing.plan({.call = call, .how = how, .error = error});
        const Life life = live(failing, saves_made);
        if (!failing.was_hit()) break;
        ++failed;
        judge(failing, life);
        if (testing::Test::HasFailure()) return failed;
      }
    }
  }
  return failed;
}

TEST(FailingCall, leaves_the_old_record_or_the_new_one) {
  for (const int saves : {0, 1}) {
    const PretendedDisk disk = disk_after(saves);
    const std::optional<Record> before = load(disk).value();
    const int failed = at_every_call(disk, [&](const auto& failing, const Life& life) {
      std::vector<PretendedDisk> left = failing.after_power_cut();
      left.push_back(failing.after_kill());
      for (const PretendedDisk& one : left) {
        const auto found = load(one);
        ASSERT_TRUE(found) << found.error().sentence;
        ASSERT_TRUE(is_allowed(*found, life, before));
      }
    });
    EXPECT_GT(failed, 100);
  }
}

// The process that comes after it reads what the page cache says, and saves: that must be good
// again.
TEST(FailingCall, spoils_no_save_of_the_next_process) {
  for (const int saves : {0, 1}) {
    at_every_call(disk_after(saves), [&](const auto& failing, const Life&) {
      PretendedDisk next = failing.after_kill();
      const Life second = live(next, 1);
      ASSERT_FALSE(second.error) << second.error->sentence;
      for (PretendedDisk& left : next.after_power_cut()) {
        ASSERT_EQ(load(left).value(), second.saved);
        left.remove_at("/var/lib/duck/record");
        ASSERT_FALSE(load(left)) << "nobody missed the record";
      }
    });
  }
}

TEST(FailingCall, is_named_in_a_sentence_that_says_what_to_do) {
  at_every_call(disk_after(1), [&](const PretendedDisk&, const Life& life) {
    if (!life.error) return;  // closing what was only read, or a lock file that is not there
    const std::string& sentence = life.error->sentence;
    EXPECT_EQ(life.error->kind, StoreErrorKind::disk);
    EXPECT_THAT(sentence, StartsWith("cannot "));
    EXPECT_THAT(sentence, HasSubstr("/var"));
    EXPECT_THAT(sentence, AnyOf(HasSubstr("Input/output error"), HasSubstr("No space left")));
    EXPECT_THAT(sentence, AnyOf(HasSubstr("check the disk"), HasSubstr("free some space")));
  });
}

/// The numbers of the calls that all saves of a life make on `disk`, if their names begin so; what
/// is closed was synced before.
std::vector<int> calls_of_saves(PretendedDisk disk, const std::string& only = "") {
  live(disk, saves_made);
  const std::vector<std::string>& calls = disk.calls();
  std::vector<int> numbers;
  const auto first = std::ranges::find(calls, "open record.new") - calls.begin();
  for (auto at = first; at < std::ssize(calls); ++at) {
    const std::string& call = calls[static_cast<std::size_t>(at)];
    if (call != "close" && call.starts_with(only)) numbers.push_back(static_cast<int>(at) + 1);
  }
  return numbers;
}

TEST(FailingCall, of_a_save_is_always_noticed) {
  for (const int saves : {0, 1}) {
    const std::vector<int> numbers = calls_of_saves(disk_after(saves));
    EXPECT_GT(numbers.size(), 20U);
    for (const int call : numbers) {
      for (const How how : {How::error, How::error_behind}) {
        PretendedDisk failing = disk_after(saves);
        failing.plan({.call = call, .how = how});
        const Life life = live(failing, saves_made);
        ASSERT_TRUE(life.error) << "call " << call << " failed, and nobody saw it";
        EXPECT_EQ(life.attempted.size(), 1U);
      }
    }
  }
}

TEST(FailingCall, that_writes_only_a_part_is_no_failure) {
  const PretendedDisk disk = disk_after(1);
  for (int call = 1;; ++call) {
    PretendedDisk slow = disk;
    slow.plan({.call = call, .how = How::short_write});
    const Life life = live(slow, saves_made);
    if (!slow.was_hit()) break;
    ASSERT_FALSE(life.error) << life.error->sentence;
    for (const PretendedDisk& left : slow.after_power_cut()) {
      ASSERT_EQ(load(left).value(), life.saved);
    }
  }
}

/// After a failed fsync the kernel calls the lost pages clean, and the next fsync returns well.
TEST(FailingCall, m35_a_failed_fsync_is_never_retried_nor_believed) {
  std::vector<int> syncs = calls_of_saves(disk_after(0), "fsync");
  ASSERT_EQ(syncs.size(), 6U);  // file and names, twice, and the mark that the first save leaves
  const std::vector<int> hot_syncs = calls_of_saves(disk_after(0), "fdatasync");
  ASSERT_EQ(hot_syncs.size(), 2U);
  syncs.insert(syncs.end(), hot_syncs.begin(), hot_syncs.end());
  for (const int sync : syncs) {
    PretendedDisk disk = disk_after(0);
    disk.plan({.call = sync});
    auto directory = Directory::open(disk, data_path);
    ASSERT_FALSE(directory->load().value());
    std::uint64_t number = 0;
    Expected<void> saved;
    while (saved && number < saves_made) saved = directory->save(saved_record(++number));
    ASSERT_FALSE(saved);
    EXPECT_THAT(saved.error().sentence,
                ContainsRegex("so the node must stop: (fsync|fdatasync) of "));

    const std::vector<std::string> calls = disk.calls();
    for (std::size_t at = static_cast<std::size_t>(sync); at < calls.size(); ++at) {
      EXPECT_THAT(calls[at], AnyOf("close", "unlink record.held"));
    }
    const auto again = directory->save(saved_record(number));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, StoreErrorKind::must_stop);
    EXPECT_THAT(again.error().sentence, HasSubstr(saved.error().sentence));
    EXPECT_EQ(directory->load().error().kind, StoreErrorKind::must_stop);
    EXPECT_EQ(directory->reset().error().kind, StoreErrorKind::must_stop);
    EXPECT_EQ(disk.calls(), calls) << "a call was made after a save had failed";
  }
}

}  // namespace
}  // namespace duckduckgoose::store

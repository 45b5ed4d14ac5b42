#include <gtest/gtest.h>

#include "lives.hpp"

namespace duckduckgoose::store {
namespace {

using How = PretendedDisk::Fault::How;

/// Ends one life on `disk` before each of its calls in turn, and hands the disk on as it is then.
template <class Judge>
int at_every_crash_point(const PretendedDisk& disk, int saves, Judge judge) {
  for (int call = 1;; ++call) {
    PretendedDisk crashed = disk;
    crashed.plan({.call = call, .how = How::power_off});
    const Life life = live(crashed, saves);
    if (!crashed.was_hit()) return call - 1;
    judge(crashed, life);
    if (testing::Test::HasFailure()) return call;
  }
}

/// Where a disk does not write sectors whole, the start is refused, with the words of any damage.
int expect_refusal_of_torn_sectors(const PretendedDisk& crashed) {
  const auto torn = crashed.after_torn_sector();
  for (const PretendedDisk& left : torn) {
    const auto found = load(left);
    EXPECT_TRUE(!found && found.error().kind == StoreErrorKind::damaged)
        << "a torn sector was read";
    if (testing::Test::HasFailure()) break;
  }
  return static_cast<int>(torn.size());
}

void expect_allowed(const PretendedDisk& left, const Life& life,
                    const std::optional<Record>& before) {
  const auto found = load(left);
  ASSERT_TRUE(found) << found.error().sentence;
  EXPECT_TRUE(is_allowed(*found, life, before));
}

/// Old, new, or nothing where no save had returned; never a refusal; and the next life can save.
void expect_survival_of_power_cuts(const PretendedDisk& disk) {
  const std::optional<Record> before = load(disk).value();
  int outcomes = 0;
  int torn = 0;
  const int points = at_every_crash_point(disk, 5, [&](const auto& crashed, const Life& life) {
    for (const PretendedDisk& left : crashed.after_power_cut()) {
      ++outcomes;
      ASSERT_NO_FATAL_FAILURE(expect_allowed(left, life, before));
      PretendedDisk next = left;
      const Life second = live(next, 1);
      ASSERT_FALSE(second.error) << second.error->sentence;
      for (const PretendedDisk& later : next.after_power_cut()) {
        ASSERT_EQ(load(later).value(), second.saved);
      }
    }
    torn += expect_refusal_of_torn_sectors(crashed);
  });
  EXPECT_GT(points, 30);
  EXPECT_GT(outcomes, 100);
  EXPECT_GT(torn, 100);
}

TEST(Crash, of_the_first_start_leaves_nothing_or_what_was_saved) {
  expect_survival_of_power_cuts(PretendedDisk{});
}

TEST(Crash, of_a_later_start_leaves_the_old_record_or_the_new_one) {
  for (const int saves : {1, 2, 3}) expect_survival_of_power_cuts(disk_after(saves));
}

// The sector that is on its way when the power goes is old or new, and what is around it stays.
TEST(Crash, amid_a_hot_save_leaves_the_old_record_or_the_new_one) {
  PretendedDisk disk;
  auto directory = Directory::open(disk, data_path);
  ASSERT_TRUE(directory->load());
  ASSERT_TRUE(directory->save(saved_record(1)));
  disk.plan({.call = static_cast<int>(disk.calls().size()) + 4, .how = How::power_off});
  ASSERT_FALSE(directory->save(saved_record(2)));
  ASSERT_EQ(disk.calls().back(), "fdatasync");
  bool is_old = false;
  bool is_new = false;
  for (const PretendedDisk& left : disk.after_power_cut()) {
    const auto found = load(left).value();
    is_old = is_old || found == saved_record(1);
    is_new = is_new || found == saved_record(2);
    EXPECT_TRUE(found == saved_record(1) || found == saved_record(2));
  }
  EXPECT_TRUE(is_old && is_new) << "the disk left no choice";
  EXPECT_GT(expect_refusal_of_torn_sectors(disk), 50);
}

// A process that was killed leaves the page cache behind: the next one may read what no disk has
// yet.
TEST(Crash, of_a_process_and_then_of_the_machine_leaves_no_other_record) {
  for (const int saves : {0, 1}) {
    const PretendedDisk disk = disk_after(saves);
    const std::optional<Record> before = load(disk).value();
    at_every_crash_point(disk, 4, [&](const auto& killed, const Life& first) {
      ASSERT_NO_FATAL_FAILURE(expect_allowed(killed.after_kill(), first, before));
      const auto cut = [&](const auto& crashed, const Life& second) {
        Life both = second;
        if (!second.saved) {
          both.saved = first.saved;
          both.attempted.insert(both.attempted.end(), first.attempted.begin(),
                                first.attempted.end());
        }
        for (const PretendedDisk& left : crashed.after_power_cut()) {
          ASSERT_NO_FATAL_FAILURE(expect_allowed(left, both, before));
        }
      };
      at_every_crash_point(killed.after_kill(), 2, cut);
    });
  }
}

// A lost directory is a lost record: each made one is synced into its parent before a save can
// return.
TEST(Crash, never_loses_a_directory_that_was_made_for_the_record) {
  PretendedDisk disk;
  const Life life = live(disk, 1);
  ASSERT_FALSE(life.error);
  for (const PretendedDisk& left : disk.after_power_cut()) {
    EXPECT_EQ(load(left).value(), life.saved);
  }
}

TEST(Crash, makes_a_record_that_vanished_afterwards_be_missed) {
  at_every_crash_point(disk_after(0), 3, [&](const auto& crashed, const Life& life) {
    if (!life.saved) return;
    for (PretendedDisk left : crashed.after_power_cut()) {
      left.remove_at("/var/lib/duck/record");
      const auto found = load(left);
      ASSERT_FALSE(found) << "a node that had voted started empty";
      EXPECT_EQ(found.error().kind, StoreErrorKind::vanished);
    }
  });
}

}  // namespace
}  // namespace duckduckgoose::store

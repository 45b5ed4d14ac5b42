#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "lives.hpp"
#include "raft/ensure.hpp"
#include "store/format.hpp"
#include "store/system_files.hpp"

namespace duckduckgoose::store {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;

constexpr const char* record_path = "/var/lib/duck/record";
constexpr const char* version = "0.1.0";

/// The directory after this process has saved once.
Directory saved_once(Files& files, const std::string& path, std::uint64_t saves = 1) {
  auto directory = Directory::open(files, path);
  EXPECT_TRUE(directory->load());
  EXPECT_TRUE(directory->save(saved_record(saves)));
  return std::move(*directory);
}

/// The calls that one save makes.
std::vector<std::string> calls_of_save(PretendedDisk& disk, Directory& directory,
                                       const Record& record) {
  const std::size_t before = disk.calls().size();
  EXPECT_TRUE(directory.save(record));
  EXPECT_EQ(disk.text_at(record_path), to_text(record, version));
  return {disk.calls().begin() + static_cast<std::ptrdiff_t>(before), disk.calls().end()};
}

testing::Matcher<std::vector<std::string>> is_hot() {
  return ElementsAre("fstat", "fstatat record", "pwrite", "fdatasync", "fstat", "fstatat record");
}

testing::Matcher<std::vector<std::string>> is_whole() {
  return ElementsAre("close", "open record.new", "write", "fsync", "rename record.new", "fsync");
}

TEST(HotSave, is_one_write_and_one_sync_and_moves_no_name) {
  PretendedDisk disk;
  Directory directory = saved_once(disk, data_path);
  EXPECT_THAT(calls_of_save(disk, directory, saved_record(2)), is_hot());
  EXPECT_EQ(directory.load().value(), saved_record(2));
}

TEST(HotSave, is_for_what_elections_change_and_for_nothing_else) {
  PretendedDisk disk;
  Directory directory = saved_once(disk, data_path);
  Record record = saved_record(1);
  const auto save = [&](const std::function<void(Record&)>& change) {
    change(record);
    ++record.saves;
    return calls_of_save(disk, directory, record);
  };
  EXPECT_THAT(save([](Record& it) { it.term = Term{500}; }), is_hot());
  EXPECT_THAT(save([](Record& it) { it.voted_for = NodeId{5}; }), is_hot());
  EXPECT_THAT(save([](Record& it) { it.voted_for.reset(); }), is_hot());
  EXPECT_THAT(save([](Record& it) { it.promise_max *= 2; }), is_hot());
  EXPECT_THAT(save([](Record& it) { it.config.stamp = {Term{500}, 5}; }), is_hot());
  EXPECT_THAT(save([](Record& it) { it.seen[0].saves += 1000; }), is_hot());
  EXPECT_THAT(save([](Record& it) { it.config.members.pop_back(); }), is_whole());
  EXPECT_THAT(save([](Record& it) { it.config.promise *= 2; }), is_whole());
  EXPECT_THAT(save([](Record& it) { it.seen[0].who.nonce = 1; }), is_whole());
  EXPECT_THAT(save([](Record& it) { it.addresses.emplace_back("[::1]:1"); }), is_whole());
  EXPECT_THAT(save([](Record&) {}), is_hot());
}

// So that what nobody waits for does not make an election wait.
TEST(HotSave, follows_a_refresh_of_all_that_is_cold) {
  PretendedDisk disk;
  Directory directory = saved_once(disk, data_path);
  Record record = saved_record(1);
  EXPECT_TRUE(directory.is_hot(record));
  record.seen[0].who.nonce = 5;
  record.addresses = {"[::1]:9"};
  EXPECT_FALSE(directory.is_hot(record));
  ASSERT_TRUE(directory.refresh(record));
  EXPECT_EQ(directory.load().value(), record);
  for (const PretendedDisk& left : disk.after_power_cut()) EXPECT_EQ(load(left).value(), record);
  record.saves = 2;
  record.term = Term{300};
  EXPECT_TRUE(directory.is_hot(record));
  EXPECT_THAT(calls_of_save(disk, directory, record), is_hot());
}

TEST(HotSave, is_told_from_others_beforehand) {
  PretendedDisk disk;
  auto directory = Directory::open(disk, data_path);
  ASSERT_TRUE(directory->load());
  EXPECT_FALSE(directory->is_hot(saved_record(1))) << "nothing is written yet";
  for (std::uint64_t saves = 1; saves < 10; ++saves) {
    EXPECT_EQ(directory->is_hot(saved_record(saves)), saves > 1 && saves % 3 != 0);
    ASSERT_TRUE(directory->save(saved_record(saves)));
  }
}

// A refresh that fails or is cut off loses nothing that binds, and is the last act of the process.
TEST(HotSave, loses_nothing_by_a_refresh_that_fails) {
  using How = PretendedDisk::Fault::How;
  Record refreshed = saved_record(1);
  refreshed.addresses = {"[::1]:9"};
  for (const How how : {How::power_off, How::error, How::error_behind}) {
    for (int call = 1;; ++call) {
      PretendedDisk disk;
      Directory directory = saved_once(disk, data_path);
      disk.plan({.call = static_cast<int>(disk.calls().size()) + call, .how = how});
      const auto done = directory.refresh(refreshed);
      if (!disk.was_hit()) break;
      for (const PretendedDisk& left : disk.after_power_cut()) {
        const auto found = load(left).value();
        EXPECT_TRUE(found == saved_record(1) || found == refreshed);
      }
      EXPECT_TRUE(done || !directory.save(saved_record(2)));
    }
  }
}

// What an earlier process has written is perhaps in the page cache only.
TEST(HotSave, is_never_the_first_of_a_process) {
  PretendedDisk disk = disk_after(1);
  auto directory = Directory::open(disk, data_path);
  ASSERT_EQ(directory->load().value(), saved_record(1));
  const auto calls = calls_of_save(disk, *directory, saved_record(2));
  EXPECT_THAT(calls, Contains("rename record.new"));
  EXPECT_THAT(calls, testing::Not(Contains("pwrite")));
}

TEST(HotSave, goes_on_when_the_directory_object_moves) {
  PretendedDisk disk;
  Directory first = saved_once(disk, data_path);
  Directory second = std::move(first);
  EXPECT_THAT(calls_of_save(disk, second, saved_record(2)), is_hot());
}

TEST(HotSave, that_writes_only_a_part_makes_the_record_be_replaced) {
  for (const auto how :
       {PretendedDisk::Fault::How::short_write, PretendedDisk::Fault::How::no_write}) {
    PretendedDisk disk;
    Directory directory = saved_once(disk, data_path);
    disk.plan({.call = static_cast<int>(disk.calls().size()) + 3, .how = how});
    EXPECT_THAT(calls_of_save(disk, directory, saved_record(2)), Contains("rename record.new"));
    for (const PretendedDisk& left : disk.after_power_cut()) {
      EXPECT_EQ(load(left).value(), saved_record(2));
    }
  }
}

TEST(HotSave, after_a_reset_changes_nothing_that_was_kept_aside) {
  PretendedDisk disk;
  Directory directory = saved_once(disk, data_path);
  ASSERT_TRUE(directory.reset());
  ASSERT_TRUE(directory.load());
  ASSERT_TRUE(directory.save(saved_record(2)));
  EXPECT_EQ(disk.text_at("/var/lib/duck/record.reset-1"), to_text(saved_record(1), version));
  EXPECT_EQ(directory.load().value(), saved_record(2));
}

TEST(HotSave, follows_a_record_of_format_1_that_was_replaced) {
  PretendedDisk disk = disk_after(1);
  disk.text_at(record_path) = text_of_format_1;
  auto directory = Directory::open(disk, data_path);
  ASSERT_EQ(directory->load().value(), full_record());
  EXPECT_THAT(calls_of_save(disk, *directory, saved_record(13)), Contains("rename record.new"));
  EXPECT_THAT(calls_of_save(disk, *directory, saved_record(14)), is_hot());
}

/// Somebody removes the record just when a save has looked where it is.
class Meddled final : public PretendedDisk {
 public:
  Result<void> sync_data(Handle file) override {
    remove_at(record_path);
    return PretendedDisk::sync_data(file);
  }
};

TEST(HotSave, into_a_file_that_is_removed_meanwhile_is_made_again) {
  Meddled disk;
  Directory directory = saved_once(disk, data_path);
  const auto calls = calls_of_save(disk, directory, saved_record(2));
  EXPECT_THAT(calls, Contains("fdatasync"));
  EXPECT_THAT(calls, Contains("rename record.new"));
  for (const PretendedDisk& left : disk.after_power_cut()) {
    EXPECT_EQ(load(left).value(), saved_record(2));
  }
}

/// A reader sees half of a hot part that is written just then, so many times.
class Blurred final : public PretendedDisk {
 public:
  int looks = 0;

  Result<Handle> open(Handle directory, const std::string& name, Mode mode) override {
    if (name == "record" && has(record_path)) {
      text_at(record_path) = to_text(saved_record(2), version);
      if (looks-- > 0)
        text_at(record_path).replace(0, 90, to_text(saved_record(1), version), 0, 90);
    }
    return PretendedDisk::open(directory, name, mode);
  }
};

TEST(HotSave, that_is_read_amid_is_read_again_and_not_for_ever) {
  Blurred disk;
  const Directory directory = saved_once(disk, data_path);
  disk.looks = 5;
  EXPECT_EQ(from_text(print_record(disk, data_path).value().value()), saved_record(2));
  disk.looks = 1000;
  EXPECT_EQ(print_record(disk, data_path).error().kind, StoreErrorKind::damaged);
  EXPECT_EQ(disk.looks, 1000 - 6);
}

/// The files of this machine, in a folder that goes away.
class HotSaveOnDisk : public testing::Test {
 public:
  ~HotSaveOnDisk() override { fs::remove_all(data_); }

 protected:
  static std::string make_folder() {
    std::string path = testing::TempDir() + "ddg-hot-XXXXXX";
    ensure(mkdtemp(path.data()) != nullptr);
    return path;
  }

  static std::string bytes_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::ptrdiff_t open_descriptors() {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  }

  SystemFiles files_;
  std::string data_ = make_folder();
  std::string record_ = data_ + "/record";
};

TEST_F(HotSaveOnDisk, stays_in_its_file_until_more_changes) {
  Directory directory = saved_once(files_, data_);
  struct stat first {};
  ASSERT_EQ(stat(record_.c_str(), &first), 0);
  for (std::uint64_t saves = 2; saves < 30; ++saves) {
    struct stat before {};
    struct stat after {};
    ASSERT_EQ(stat(record_.c_str(), &before), 0);
    ASSERT_TRUE(directory.save(saved_record(saves)));
    ASSERT_EQ(stat(record_.c_str(), &after), 0);
    EXPECT_EQ(before.st_ino == after.st_ino, saves % 3 != 0) << saves;
    EXPECT_EQ(bytes_of(record_), to_text(saved_record(saves), version));
    EXPECT_EQ(directory.load().value(), saved_record(saves));
  }
}

// The record that the save promised must be found under its name, and no copy may change with it.
TEST_F(HotSaveOnDisk, finds_that_its_file_was_moved_replaced_linked_or_cut) {
  const std::string aside = data_ + "/aside";
  const std::string old = to_text(saved_record(1), version);
  const std::vector<std::pair<std::string, std::function<void()>>> meddlings = {
      {"removed", [&] { fs::remove(record_); }},
      {"moved", [&] { fs::rename(record_, aside); }},
      {"linked", [&] { fs::create_hard_link(record_, aside); }},
      {"moved and linked to",
       [&] {
         fs::rename(record_, aside);
         fs::create_symlink(aside, record_);
       }},
      {"moved and copied back",
       [&] {
         fs::rename(record_, aside);
         fs::copy_file(aside, record_);
       }},
      {"cut", [&] { fs::resize_file(record_, 100); }},
      {"emptied", [&] { fs::resize_file(record_, 0); }},
      {"made longer", [&] { std::ofstream(record_, std::ios::app) << "more"; }},
  };
  for (const auto& [name, meddle] : meddlings) {
    {
      fs::remove_all(data_);
      Directory directory = saved_once(files_, data_);
      meddle();
      ASSERT_TRUE(directory.save(saved_record(2))) << name;
      EXPECT_EQ(directory.load().value(), saved_record(2)) << name;
      EXPECT_EQ(fs::exists(aside) ? bytes_of(aside) : old, old) << name;
    }
    EXPECT_EQ(Directory::open(files_, data_)->load().value(), saved_record(2)) << name;
  }
}

// Whoever edits the file where it lies has a damaged record or the right one, never an old one.
TEST_F(HotSaveOnDisk, over_a_file_that_was_changed_in_place_never_gives_an_old_record) {
  Directory directory = saved_once(files_, data_);
  std::fstream(record_, std::ios::in | std::ios::out).seekp(0) << to_text(saved_record(0), "9.9.9");
  ASSERT_EQ(fs::file_size(record_), to_text(saved_record(1), version).size());
  ASSERT_TRUE(directory.save(saved_record(2)));
  EXPECT_EQ(directory.load().value(), saved_record(2));
  std::fstream(record_, std::ios::in | std::ios::out).seekp(600) << "x";
  ASSERT_TRUE(directory.save(saved_record(3)));  // whole
  std::fstream(record_, std::ios::in | std::ios::out).seekp(600) << "x";
  ASSERT_TRUE(directory.save(saved_record(4)));
  EXPECT_EQ(directory.load().error().kind, StoreErrorKind::damaged);
}

TEST_F(HotSaveOnDisk, leaves_no_descriptor_open) {
  const auto before = open_descriptors();
  {
    Directory directory = saved_once(files_, data_);
    const auto during = open_descriptors();
    for (std::uint64_t saves = 2; saves < 20; ++saves) {
      ASSERT_TRUE(directory.save(saved_record(saves)));
      EXPECT_EQ(open_descriptors(), during);
    }
    Directory moved = std::move(directory);
    ASSERT_TRUE(moved.save(saved_record(20)));
    EXPECT_EQ(open_descriptors(), during);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(HotSaveOnDisk, is_never_seen_half_by_those_who_print_the_record) {
  ASSERT_TRUE(saved_once(files_, data_).load());
  const pid_t child = fork();
  if (child == 0) {
    auto mine = Directory::open(files_, data_);
    if (!mine->load()) _exit(1);
    for (std::uint64_t saves = 2; mine->save(saved_record(saves)); ++saves) continue;
    _exit(1);
  }
  std::uint64_t last = 0;
  for (int look = 0; look < 2'000; ++look) {
    const auto text = print_record(files_, data_);
    ASSERT_TRUE(text) << text.error().sentence;
    const auto record = from_text(**text).value();
    ASSERT_GE(record.saves, last);
    last = record.saves;
    ASSERT_EQ(record, saved_record(last));
  }
  kill(child, SIGKILL);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_GT(last, 2U);
  EXPECT_GE(Directory::open(files_, data_)->load().value()->saves, last);
}

}  // namespace
}  // namespace duckduckgoose::store

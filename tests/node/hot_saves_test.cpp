#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "pond.hpp"
#include "store/directory.hpp"
#include "store/format.hpp"
#include "store/system_files.hpp"

/// What stands between a goose's death and the next goose is written over one sector: the file of a
/// record stays the same one.
namespace duckduckgoose::node::testing {
namespace {

namespace fs = std::filesystem;

class HotSaves : public ::testing::Test {
 protected:
  Record record_of(const std::string& name) {
    store::SystemFiles files;
    const auto text = store::print_record(files, pond.folder.path(name));
    return store::from_text(text.value().value()).value();
  }

  /// Changes with every save that is not hot.
  std::uint64_t file_of(const std::string& name) {
    struct stat found {};
    EXPECT_EQ(stat((pond.folder.path(name) + "/record").c_str(), &found), 0);
    return found.st_ino;
  }

  fs::file_time_type written_at(const std::string& name) {
    return fs::last_write_time(pond.folder.path(name) + "/record");
  }

  /// Does the record of `name` know the present life of `other`?
  bool knows(const std::string& name, const std::string& other) {
    for (const Seen& seen : record_of(name).seen) {
      if (seen.who.id == pond[other].id() && seen.who.starts == pond.status(other).starts) {
        return true;
      }
    }
    return false;
  }

  bool all_know_each_other() {
    for (const std::string& one : pond.names()) {
      for (const std::string& other : pond.names()) {
        if (one != other && !knows(one, other)) return false;
      }
    }
    return true;
  }

  Pond pond;
};

TEST_F(HotSaves, are_all_that_elect_the_next_goose) {
  pond.found({"a", "b", "c"}, 3);
  ASSERT_TRUE(pond.until([&] { return all_know_each_other(); }));
  pond.run_for(1s);
  for (int round = 1; round <= 2; ++round) {
    const std::string goose = pond.goose();
    std::map<std::string, std::uint64_t> files;
    std::map<std::string, Record> before;
    pond.kill(goose);
    for (const std::string& name : pond.names()) {
      files[name] = file_of(name);
      before[name] = record_of(name);
    }
    const auto has_installed = [&](const std::string& name) {
      return record_of(name).config.stamp > before[name].config.stamp;
    };
    ASSERT_TRUE(pond.until(
        [&] { return pond.agree() && std::ranges::all_of(pond.names(), has_installed); }));
    for (const std::string& name : pond.names()) {
      EXPECT_EQ(file_of(name), files[name]) << name << " was replaced in round " << round;
      EXPECT_GT(record_of(name).saves, before[name].saves) << name;
    }
    pond.restart(goose);
    ASSERT_TRUE(pond.until([&] { return pond.agree() && all_know_each_other(); }));
  }
}

TEST_F(HotSaves, follow_a_quiet_moment_in_which_a_new_life_was_written_down) {
  pond.found({"a", "b", "c"}, 3);
  ASSERT_TRUE(pond.until([&] { return all_know_each_other(); }));
  const Record before = record_of("a");
  pond.kill("c");
  pond.restart("c");
  ASSERT_TRUE(pond.until([&] { return knows("a", "c") && knows("b", "c"); }));
  const Record after = record_of("a");
  EXPECT_EQ(after.saves, before.saves) << "no message rests on it";
  EXPECT_EQ(vitals_of(after), vitals_of(before));
}

TEST_F(HotSaves, come_with_no_more_writing_when_all_is_quiet) {
  pond.found({"a", "b", "c"}, 3);
  ASSERT_TRUE(pond.until([&] { return all_know_each_other(); }));
  pond.run_for(1s);
  const auto file = file_of("a");
  const auto written = written_at("a");
  pond.run_for(3s);
  EXPECT_EQ(file_of("a"), file);
  EXPECT_EQ(written_at("a"), written);
}

}  // namespace
}  // namespace duckduckgoose::node::testing

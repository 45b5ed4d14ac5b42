#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "lives.hpp"
#include "raft/raft.hpp"
#include "store/fresh.hpp"
#include "store/system_files.hpp"

namespace duckduckgoose::store {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

/// The source files under src/ that have a line which matches, sorted.
std::vector<std::string> sources_with(const std::string& pattern, const std::string& folder = "") {
  const std::regex wanted(pattern);
  std::vector<std::string> found;
  const fs::path root(DDG_SOURCE_DIR "/src");
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    std::ifstream file(entry.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (std::regex_search(text, wanted)) found.push_back(fs::relative(entry.path(), root));
  }
  std::ranges::sort(found);
  return found;
}

// The wall clock is for `born`, `token_base` and for people: whoever needs it asks the loop's
// unix_ms().
TEST(WallClock, m36_is_read_in_one_place) {
  EXPECT_THAT(sources_with("system_clock|utc_clock|file_clock|high_resolution_clock|CLOCK_REALTIME|"
                           "gettimeofday|timespec_get|\\btime\\((nullptr|NULL|0|&)"),
              ElementsAre("net/loop.cpp"));
}

TEST(WallClock, m36_is_out_of_reach_where_is_decided_and_recorded) {
  for (const char* folder : {"raft", "membership", "store"}) {
    EXPECT_THAT(sources_with("_clock::now|clock_gettime|unix_ms\\(", folder), IsEmpty()) << folder;
  }
}

// Two nodes that differ only in when they were born do the same, whatever happens to them.
TEST(WallClock, m36_decides_nothing_in_the_core) {
  const auto node_born = [](std::uint64_t born) {
    Record record = full_record();
    record.node.born = born;
    return Raft(record, {.nonce = 1, .seed = 7}, Instant{});
  };
  Raft early = node_born(1);
  Raft late = node_born(std::uint64_t{1} << 52U);
  const Incarnation other{.id = NodeId{0x1122334455667788}, .starts = 3, .nonce = 4};
  int messages = 0;
  for (int step = 1; step < 200; ++step) {
    const Event event =
        step == 20 ? Event{LinkUp{.who = other, .address = "localhost:4002"}} : Event{Tick{}};
    const Instant now = Instant{milliseconds{50 * step}};
    Effects one = early.step(now, event);
    const Effects two = late.step(now, event);
    messages += static_cast<int>(one.send.size());
    ASSERT_EQ(one.persist.has_value(), two.persist.has_value());
    if (one.persist) one.persist->node.born = two.persist->node.born;
    ASSERT_EQ(one.persist, two.persist);
    ASSERT_EQ(one.send, two.send);
    ASSERT_EQ(one.announce, two.announce);
    ASSERT_EQ(one.wake_at, two.wake_at);
  }
  EXPECT_GT(messages, 10);
}

TEST(WallClock, m36_only_sets_born_in_a_fresh_record) {
  Record past = fresh_record("default", true, 1).value();
  Record future = fresh_record("default", true, std::uint64_t{1} << 52U).value();
  EXPECT_EQ(past.node.born, 1U);
  past.node.born = future.node.born;
  past.node.id = future.node.id;
  EXPECT_EQ(past, future);
}

// Which record is the right one follows from the file names alone, however old the files claim to
// be.
TEST(WallClock, m36_chooses_no_file) {
  std::string root = testing::TempDir() + "ddg-clock-XXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  SystemFiles files;
  for (std::uint64_t saves = 1; saves < 3; ++saves) {
    auto directory = Directory::open(files, root);
    ASSERT_TRUE(directory->load());
    ASSERT_TRUE(directory->save(saved_record(saves)));
    fs::copy_file(root + "/record", root + "/record.new");
    const timespec long_ago[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, (root + "/record").c_str(), long_ago, 0), 0);
    EXPECT_EQ(directory->load().value(), saved_record(saves));
  }
  fs::remove_all(root);
}

}  // namespace
}  // namespace duckduckgoose::store

#include "store/directory.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "raft/ensure.hpp"
#include "samples.hpp"
#include "store/system_files.hpp"

namespace duckduckgoose::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;
using testing::UnorderedElementsAre;

/// The files of this machine, in a folder that goes away.
class OnDisk : public testing::Test {
 public:
  ~OnDisk() override { fs::remove_all(root_); }

 protected:
  Expected<Directory> open() { return Directory::open(files_, data_); }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(data_)) all.push_back(entry.path().filename());
    return all;
  }

  static int mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return static_cast<int>(status.st_mode & 0777U);
  }

  static std::string make_root() {
    std::string path = testing::TempDir() + "ddg-store-XXXXXX";
    ensure(mkdtemp(path.data()) != nullptr);
    return path;
  }

  std::string root_ = make_root();
  std::string data_ = root_ + "/state/duckduckgoose/4001";
  SystemFiles files_;
};

TEST_F(OnDisk, the_directory_is_made_with_its_parents_for_its_owner_alone) {
  const auto directory = open();
  ASSERT_TRUE(directory) << directory.error().sentence;
  EXPECT_EQ(directory->path(), data_);
  EXPECT_EQ(mode_of(data_), 0700);
  EXPECT_EQ(mode_of(root_ + "/state"), 0700);
}

TEST_F(OnDisk, a_new_directory_has_no_record_and_keeps_what_is_saved) {
  {
    auto directory = open();
    EXPECT_EQ(directory->load().value(), std::nullopt);
    ASSERT_TRUE(directory->save(saved_record(1)));
    ASSERT_TRUE(directory->save(saved_record(2)));
    EXPECT_EQ(directory->load().value(), saved_record(2));
  }
  EXPECT_EQ(open()->load().value(), saved_record(2));
  EXPECT_THAT(names(), UnorderedElementsAre("lock", "record", "record.held"));
  for (const std::string& name : names()) EXPECT_EQ(mode_of(data_ + "/" + name), 0600) << name;
}

TEST_F(OnDisk, a_path_is_made_absolute_and_a_link_is_followed) {
  fs::create_directories(root_ + "/elsewhere/real");
  fs::create_directory_symlink(root_ + "/elsewhere/real", root_ + "/link");
  auto directory = Directory::open(files_, root_ + "/./x/../link/");
  ASSERT_TRUE(directory) << directory.error().sentence;
  EXPECT_EQ(directory->path(), root_ + "/link");
  ASSERT_TRUE(directory->load());
  ASSERT_TRUE(directory->save(saved_record(1)));
  EXPECT_TRUE(fs::exists(root_ + "/elsewhere/real/record"));
}

TEST_F(OnDisk, two_never_share_the_directory) {
  auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, StoreErrorKind::in_use);
  EXPECT_THAT(second.error().sentence,
              StartsWith("the data directory " + data_ + " is in use by process " +
                         std::to_string(getpid()) + ": two nodes never share one; "));
  first = std::unexpected(StoreError{});
  EXPECT_TRUE(open());
}

TEST_F(OnDisk, removing_the_lock_file_frees_nothing) {
  const auto first = open();
  fs::remove(data_ + "/lock");
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().sentence, HasSubstr("is in use by another process: "));
}

// On a network file system the lock of the file is the one that other machines see.
TEST_F(OnDisk, a_lock_on_the_file_alone_is_respected) {
  ASSERT_TRUE(open());
  const int file = ::open((data_ + "/lock").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(file, LOCK_EX | LOCK_NB), 0);
  const auto refused = open();
  close(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, StoreErrorKind::in_use);
  EXPECT_TRUE(open());
}

TEST_F(OnDisk, the_directory_of_another_process_is_free_once_that_is_dead) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto mine = open();
    const char letter = mine ? 'y' : 'n';
    if (write(ready[1], &letter, 1) != 1) _exit(1);
    pause();
  }
  char letter = 'n';
  ASSERT_EQ(read(ready[0], &letter, 1), 1);
  ASSERT_EQ(letter, 'y');
  const auto refused = open();
  kill(child, SIGKILL);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  close(ready[0]);
  close(ready[1]);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().sentence, HasSubstr("by process " + std::to_string(child) + ": "));
  EXPECT_TRUE(open());
}

// What a save has returned is there after kill -9, and the next process goes on from it.
TEST_F(OnDisk, a_process_killed_amid_saves_has_kept_all_that_returned) {
  for (int life = 0; life < 5; ++life) {
    int returned[2];
    ASSERT_EQ(pipe(returned), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto mine = open();
      const auto loaded = mine->load();
      std::uint64_t saves = *loaded ? (*loaded)->saves : 0;
      while (mine->save(saved_record(++saves))) {
        if (write(returned[1], &saves, sizeof saves) != sizeof saves) break;
      }
      _exit(1);
    }
    close(returned[1]);
    std::uint64_t last = 0;
    for (int count = 0; count < 10; ++count) {
      ASSERT_EQ(read(returned[0], &last, sizeof last), ssize_t{sizeof last});
    }
    kill(child, SIGKILL);
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
    while (read(returned[0], &last, sizeof last) == ssize_t{sizeof last}) continue;
    close(returned[0]);
    const auto loaded = open()->load().value();
    ASSERT_TRUE(loaded);
    EXPECT_GE(loaded->saves, last);
    EXPECT_LE(loaded->saves, last + 1);
    EXPECT_EQ(*loaded, saved_record(loaded->saves));
  }
}

TEST_F(OnDisk, a_record_that_is_gone_is_missed) {
  auto directory = open();
  ASSERT_TRUE(directory->load());
  ASSERT_TRUE(directory->save(saved_record(1)));
  fs::remove(data_ + "/record");
  EXPECT_EQ(directory->load().error().kind, StoreErrorKind::vanished);
}

TEST_F(OnDisk, a_save_goes_where_the_lock_is_even_if_the_directory_was_moved) {
  auto directory = open();
  ASSERT_TRUE(directory->load());
  fs::rename(data_, root_ + "/moved");
  fs::create_directory(data_);
  ASSERT_TRUE(directory->save(saved_record(1)));
  EXPECT_TRUE(fs::exists(root_ + "/moved/record"));
  EXPECT_FALSE(fs::exists(data_ + "/record"));
}

TEST_F(OnDisk, a_save_into_a_directory_that_was_removed_fails) {
  auto directory = open();
  ASSERT_TRUE(directory->load());
  fs::remove_all(data_);
  const auto saved = directory->save(saved_record(1));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().sentence,
            "cannot save the record, so the node must stop: open of " + data_ +
                "/record.new failed: No such file or directory; check the disk (the kernel's log "
                "says more) and start the node again");
}

TEST_F(OnDisk, a_file_in_the_place_of_the_directory_is_refused) {
  std::ofstream(root_ + "/file") << "text";
  const auto directory = Directory::open(files_, root_ + "/file/4001");
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().kind, StoreErrorKind::disk);
  EXPECT_EQ(directory.error().sentence, "cannot open the data directory: open of " + root_ +
                                            "/file/4001 failed: Not a directory; choose another "
                                            "data directory with --data");
}

TEST_F(OnDisk, a_pipe_in_the_place_of_the_record_does_not_hang_the_node) {
  auto directory = open();
  ASSERT_EQ(mkfifo((data_ + "/record").c_str(), 0600), 0);
  EXPECT_EQ(directory->load().error().kind, StoreErrorKind::damaged);
}

TEST_F(OnDisk, a_directory_in_the_place_of_the_record_is_refused) {
  auto directory = open();
  fs::create_directory(data_ + "/record");
  EXPECT_THAT(directory->load().error().sentence, HasSubstr("Is a directory"));
}

TEST_F(OnDisk, a_disk_that_is_full_refuses_the_save_and_keeps_the_old_record) {
  auto directory = open();
  ASSERT_TRUE(directory->load());
  ASSERT_TRUE(directory->save(saved_record(1)));
  fs::create_symlink("/dev/full", data_ + "/record.new");
  const auto saved = directory->save(saved_record(3));
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().sentence, HasSubstr("write of " + data_ +
                                                "/record.new failed: No space "
                                                "left on device; free some space there"));
  directory = std::unexpected(StoreError{});
  EXPECT_EQ(open()->load().value(), saved_record(1));
}

TEST_F(OnDisk, a_record_is_printed_while_a_node_runs) {
  EXPECT_EQ(print_record(files_, data_).value(), std::nullopt);
  auto directory = open();
  EXPECT_EQ(print_record(files_, data_).value(), std::nullopt);
  ASSERT_TRUE(directory->load());
  ASSERT_TRUE(directory->save(full_record()));
  const auto text = print_record(files_, data_).value();
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, StartsWith("duckduckgoose record format 2\nwritten_by "));
  EXPECT_THAT(*text, HasSubstr("\nsaves 12\n"));
  std::ofstream(data_ + "/record", std::ios::app) << "more";
  EXPECT_EQ(print_record(files_, data_).error().kind, StoreErrorKind::damaged);
}

using OnDiskDeathTest = OnDisk;

TEST_F(OnDiskDeathTest, saving_before_loading_is_a_bug) {
  auto directory = open();
  EXPECT_DEATH((void)directory->save(saved_record(1)), "broken invariant");
}

TEST_F(OnDiskDeathTest, refreshing_what_was_not_saved_is_a_bug) {
  auto directory = open();
  ASSERT_TRUE(directory->load());
  EXPECT_DEATH((void)directory->refresh(saved_record(1)), "broken invariant");
  ASSERT_TRUE(directory->save(saved_record(1)));
  EXPECT_DEATH((void)directory->refresh(saved_record(2)), "broken invariant");
}

TEST_F(OnDiskDeathTest, saving_without_raising_saves_is_a_bug) {
  auto directory = open();
  ASSERT_TRUE(directory->load());
  ASSERT_TRUE(directory->save(saved_record(5)));
  EXPECT_DEATH((void)directory->save(saved_record(5)), "broken invariant");
  EXPECT_DEATH((void)directory->save(saved_record(4)), "broken invariant");
}

}  // namespace
}  // namespace duckduckgoose::store

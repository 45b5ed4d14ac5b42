#include "os/containment.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <vector>

namespace duckduckgoose::os {
namespace {

using namespace std::chrono_literals;

constexpr Duration patience = 10s;

/// A shell that leaves a daemon behind, and then says so by a byte on descriptor 9.
Program with_daemon(int tell, const std::string& then) {
  const std::string text = "sh -c 'setsid sleep 1000 &'; printf x >&" + std::to_string(tell) +
                           "; exec " + std::to_string(tell) + ">&-; " + then;
  return {.words = {"sh", "-c", text}, .environment = environment_with({})};
}

/// One end to wait at until a program has said that it is ready.
class Ready {
 public:
  Ready() { EXPECT_EQ(pipe(ends_), 0); }
  ~Ready() {
    close(ends_[0]);
    close(ends_[1]);
  }
  [[nodiscard]] int tell() const { return ends_[1]; }
  void wait() const {
    char byte = 0;
    EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  }

 private:
  int ends_[2] = {-1, -1};
};

int exit_code_of_child(pid_t process) {
  int status = 0;
  EXPECT_GT(waitpid(process, &status, 0), 0);
  return exit_code_of(status);
}

bool has_ended(pid_t child) { return find_process(child)->has_ended; }

std::string run_id() { return "containment-test-" + std::to_string(getpid()); }

class Contained : public testing::TestWithParam<Level> {
 protected:
  void SetUp() override {
    adopt_orphans();
    auto chosen = Containment::choose(GetParam(), run_id());
    if (!chosen) GTEST_SKIP() << chosen.error();
    containment_ = *std::move(chosen);
  }
  void TearDown() override {
    if (!containment_) return;
    EXPECT_TRUE(containment_->kill_all(getpid(), 0, patience));
    containment_->end();
    while (waitpid(-1, nullptr, 0) > 0) {
    }
  }

  std::optional<Containment> containment_;
};

TEST_P(Contained, gives_the_exit_code_of_its_program) {
  for (const auto& [text, code] :
       {std::pair{"exit 0", 0}, {"exit 7", 7}, {"kill -TERM $$", exit_signalled + SIGTERM}}) {
    const auto program = containment_->start({{"sh", "-c", text}, environment_with({})});
    ASSERT_TRUE(program) << program.error();
    EXPECT_EQ(exit_code_of_child(*program), code) << text;
  }
}

// Whoever takes over the killing from a process that is stopped cannot know what it was about to
// start.
TEST_P(Contained, starts_nothing_for_a_process_that_is_forbidden_to) {
  const Program program{{"sh", "-c", "exit 7"}, environment_with({})};
  containment_->forbid(getpid());
  EXPECT_EQ(exit_code_of_child(containment_->start(program).value()), exit_not_executable);
  containment_->permit_all();
  EXPECT_EQ(exit_code_of_child(containment_->start(program).value()), 7);
}

TEST_P(Contained, says_what_a_shell_says_of_a_program_that_is_not_there) {
  const auto program = containment_->start({{"no-such-program"}, environment_with({})});
  ASSERT_TRUE(program);
  EXPECT_EQ(exit_code_of_child(*program), exit_not_found);
}

TEST_P(Contained, is_dead_with_its_daemons_when_it_is_killed) {
  const Ready ready;
  ASSERT_TRUE(containment_->start(with_daemon(ready.tell(), "sleep 1000")));
  ready.wait();
  EXPECT_TRUE(containment_->kill_all(getpid(), 0, patience));
  EXPECT_TRUE(children_of(getpid()).empty());
}

TEST_P(Contained, is_dead_with_its_daemons_also_when_it_has_ended_itself) {
  const Ready ready;
  const auto program = containment_->start(with_daemon(ready.tell(), "exit 0"));
  ASSERT_TRUE(program);
  ready.wait();
  exit_code_of_child(*program);
  EXPECT_TRUE(containment_->kill_all(getpid(), 0, patience));
  EXPECT_TRUE(children_of(getpid()).empty());
}

TEST_P(Contained, spares_the_one_that_is_named) {
  const pid_t spared = fork();
  if (spared == 0) {
    pause();
    _exit(0);
  }
  EXPECT_TRUE(containment_->kill_all(getpid(), spared, patience));
  EXPECT_EQ(kill(spared, 0), 0);
  EXPECT_EQ(waitpid(spared, nullptr, WNOHANG), 0) << "it lives";
  kill(spared, SIGKILL);
  waitpid(spared, nullptr, 0);
}

// As an entry point's that has put something into the background before it became the keeper.
TEST_P(Contained, spares_whom_its_chooser_had_before) {
  const pid_t before = fork();
  if (before == 0) {
    pause();
    _exit(0);
  }
  containment_ = Containment::choose(GetParam(), run_id()).value();
  const Ready ready;
  ASSERT_TRUE(containment_->start(with_daemon(ready.tell(), "sleep 1000")));
  ready.wait();
  EXPECT_TRUE(containment_->kill_all(getpid(), 0, patience));
  EXPECT_EQ(waitpid(before, nullptr, WNOHANG), 0) << "it lives";
  EXPECT_EQ(children_of(getpid()), std::vector{before});
  kill(before, SIGKILL);
  waitpid(before, nullptr, 0);
}

TEST_P(Contained, is_nothing_where_its_group_was_taken_away) {
  containment_->end();
  EXPECT_TRUE(containment_->kill_all(getpid(), 0, patience));
}

TEST_P(Contained, is_found_by_who_has_not_started_it) {
  if (GetParam() == Level::pidns) GTEST_SKIP() << "there the kernel kills";
  const Ready ready;
  ASSERT_TRUE(containment_->start(with_daemon(ready.tell(), "sleep 1000")));
  ready.wait();
  EXPECT_TRUE(containment_->kill_all(0, getpid(), patience));
  EXPECT_TRUE(std::ranges::all_of(children_of(getpid()), has_ended));
}

// What ps(1) shows as a zombie may have threads that go on.
TEST_P(Contained, is_found_when_its_first_thread_has_ended) {
  if (GetParam() == Level::pidns) GTEST_SKIP() << "there the kernel kills";
  const Ready ready;
  const std::string text =
      "import ctypes, os, threading, time\n"
      "threading.Thread(target=time.sleep, args=(1000,)).start()\n"
      "os.write(" +
      std::to_string(ready.tell()) +
      ", b'x')\n"
      "ctypes.CDLL(None).pthread_exit(0)\n";
  const auto program = containment_->start(
      {.words = {"/usr/bin/python3", "-c", text}, .environment = environment_with({})});
  ASSERT_TRUE(program);
  ready.wait();
  const std::string stat = "/proc/" + std::to_string(*program) + "/stat";
  while (contents_of(stat).find(") Z ") == std::string::npos) usleep(1000);
  EXPECT_FALSE(find_process(*program)->has_ended);
  EXPECT_TRUE(containment_->kill_all(0, getpid(), patience));
  EXPECT_TRUE(find_process(*program)->has_ended);
}

TEST_P(Contained, gets_sigterm_in_its_whole_group) {
  const Ready ready;
  const auto program = containment_->start(with_daemon(ready.tell(), "sleep 1000; exit 3"));
  ASSERT_TRUE(program);
  ready.wait();
  if (kill(-*program, SIGTERM) != 0) kill(*program, SIGTERM);
  EXPECT_EQ(exit_code_of_child(*program), exit_signalled + SIGTERM);
}

INSTANTIATE_TEST_SUITE_P(All, Contained, testing::Values(Level::sweep, Level::cgroup, Level::pidns),
                         [](const auto& it) { return std::string{to_text(it.param)}; });

// To take the parent for it would be to kill all that the next parent, init, has started.
TEST(Containment, knows_that_its_chooser_has_died) {
  adopt_orphans();
  const pid_t chooser = fork();
  if (chooser == 0) {
    const Containment chosen = *Containment::choose(Level::sweep, run_id());
    const pid_t self = getpid();
    if (fork() != 0) pause();
    const bool knows_it_lives = chosen.living_chooser() == self;
    ::kill(self, SIGKILL);
    while (getppid() == self) usleep(1000);
    _exit(knows_it_lives && chosen.living_chooser() == 0 ? 0 : 1);
  }
  EXPECT_EQ(exit_code_of_child(chooser), exit_signalled + SIGKILL);
  EXPECT_EQ(exit_code_of_child(-1), 0);
}

TEST(Containment, has_a_word_for_each_level) {
  for (const Level it : {Level::sweep, Level::pid1, Level::cgroup, Level::pidns}) {
    EXPECT_EQ(parse_level(to_text(it)), it);
  }
  EXPECT_FALSE(parse_level("none"));
}

// SURFACE 5: the best of cgroup, pid1 and sweep that can be had; pidns only where it is wished.
TEST(Containment, is_the_best_that_needs_no_wish) {
  for (const Level it : {Level::cgroup, Level::pid1, Level::sweep}) {
    auto wished = Containment::choose(it, run_id());
    if (!wished) continue;
    wished->end();
    auto chosen = Containment::choose({}, run_id());
    ASSERT_TRUE(chosen);
    EXPECT_EQ(to_text(chosen->level()), to_text(it));
    return chosen->end();
  }
  FAIL() << "a sweep can always be had";
}

TEST(Containment, refuses_what_cannot_be_had) {
  const auto chosen = Containment::choose(Level::pid1, run_id());
  ASSERT_FALSE(chosen);
  EXPECT_NE(chosen.error().find(std::to_string(getpid())), std::string::npos);
}

}  // namespace
}  // namespace duckduckgoose::os

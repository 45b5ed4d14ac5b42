#include "os/backstop.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "os/clock.hpp"

namespace duckduckgoose::os {
namespace {

using namespace std::chrono_literals;

Program sleeper() { return {.words = {"sleep", "1000"}, .environment = environment_with({})}; }

Containment contained(const std::string& name) {
  return Containment::choose(Level::sweep, "backstop-" + name + std::to_string(getpid())).value();
}

/// The exit code of a child, as shells say it, once it has ended.
int ended(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return exit_code_of(status);
}

TEST(Backstop, kills_when_the_time_is_up) {
  const Containment containment = contained("time");
  Backstop backstop{containment};
  const pid_t child = containment.start(sleeper()).value();
  const Instant last = now() + 30ms;
  backstop.arm(last);
  EXPECT_EQ(ended(child), exit_signalled + SIGKILL);
  EXPECT_GE(now(), last);
  EXPECT_TRUE(backstop.has_killed());
}

TEST(Backstop, waits_for_the_later_time_and_for_nothing_when_it_is_disarmed) {
  const Containment first = contained("first");
  const Containment second = contained("second");
  Backstop idle{first};
  Backstop backstop{second};
  const pid_t spared = first.start(sleeper()).value();
  const pid_t child = second.start(sleeper()).value();
  idle.arm(now() + 10ms);
  idle.disarm();
  backstop.arm(now() + 10ms);
  const Instant last = now() + 100ms;
  backstop.arm(last);
  EXPECT_EQ(ended(child), exit_signalled + SIGKILL);
  EXPECT_GE(now(), last);
  EXPECT_EQ(waitpid(spared, nullptr, WNOHANG), 0);
  EXPECT_FALSE(idle.has_killed());
  EXPECT_TRUE(first.kill_all(getpid(), 0, 10s));
}

// Who asks has other things to do meanwhile.
TEST(Backstop, kills_at_once_and_says_when_all_are_dead) {
  const Containment containment = contained("at-once");
  Backstop backstop{containment};
  const pid_t child = containment.start(sleeper()).value();
  EXPECT_FALSE(backstop.kill()) << "nobody has looked yet";
  EXPECT_EQ(ended(child), exit_signalled + SIGKILL);
  while (!backstop.kill()) usleep(1000);
  backstop.arm(now() + 1h);
  EXPECT_TRUE(backstop.has_killed()) << "until it is disarmed";
  backstop.disarm();
  EXPECT_FALSE(backstop.has_killed());
}

/// A keeper with a daemon of its own, and a node that waits for ever.
struct Blocked {
  Blocked() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(pipe(ends), 0);
    keeper = fork();
    if (keeper == 0) be_keeper(ends[1]);
    close(ends[1]);
    EXPECT_EQ(read(ends[0], pids, sizeof pids), static_cast<ssize_t>(sizeof pids));
    close(ends[0]);
  }

  [[noreturn]] static void be_keeper(int tell) {
    adopt_orphans();
    const Containment containment = contained("keeper");
    pid_t pids[2] = {fork(), 0};
    if (pids[0] == 0) {
      Backstop backstop{containment};
      backstop.arm(now() + 1h);
      while (true) pause();
    }
    // The kernel would end the child with its parent, but not the child's own.
    const pid_t daemon = containment
                             .start({.words = {"setsid", "--fork", "sleep", "1000"},
                                     .environment = environment_with({})})
                             .value();
    waitpid(daemon, nullptr, 0);
    for (const pid_t it : children_of(getpid())) {
      if (it != pids[0]) pids[1] = it;
    }
    static_cast<void>(write(tell, pids, sizeof pids));
    while (true) pause();
  }

  pid_t keeper = 0;
  pid_t pids[2] = {0, 0};  ///< The node's, and the daemon's.
};

// A node that waits for its disk hears nothing of the death of its keeper.
TEST(Backstop, kills_when_its_parent_has_died) {
  adopt_orphans();
  const Blocked blocked;
  ASSERT_NE(blocked.pids[1], 0);
  kill(blocked.keeper, SIGKILL);
  EXPECT_EQ(ended(blocked.keeper), exit_signalled + SIGKILL);
  EXPECT_EQ(ended(blocked.pids[1]), exit_signalled + SIGKILL);
  kill(blocked.pids[0], SIGKILL);
  EXPECT_EQ(ended(blocked.pids[0]), exit_signalled + SIGKILL);
}

}  // namespace
}  // namespace duckduckgoose::os

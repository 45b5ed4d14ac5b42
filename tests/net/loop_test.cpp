#include "net/loop.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

namespace duckduckgoose::net {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

TEST(Loop, tells_the_time_since_boot) {
  timespec since_boot{};
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &since_boot), 0);
  const Instant now = Loop::now();
  const Duration difference =
      now - Instant{std::chrono::seconds{since_boot.tv_sec} +
                    std::chrono::floor<Duration>(std::chrono::nanoseconds{since_boot.tv_nsec})};
  EXPECT_GE(difference, Duration{0});
  EXPECT_LT(difference, 1s);
}

TEST(Loop, tells_the_wall_clock_in_milliseconds) {
  EXPECT_NEAR(static_cast<double>(Loop::unix_ms()), static_cast<double>(std::time(nullptr)) * 1e3,
              2e3);
}

TEST(Loop, wakes_in_the_order_of_time_and_never_early) {
  Loop loop;
  std::string order;
  const Instant begin = Loop::now();
  loop.wake_at(begin + 30ms, [&] {
    order += 'c';
    EXPECT_GE(Loop::now(), begin + 30ms);
    loop.stop();
  });
  loop.wake_at(begin + 10ms, [&] {
    order += 'a';
    EXPECT_GE(Loop::now(), begin + 10ms);
  });
  loop.wake_at(begin + 20ms, [&] { order += 'b'; });
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(Loop, wakes_soon_for_a_time_that_is_past) {
  Loop loop;
  bool inside = true;
  loop.wake_at(Instant::min(), [&] {
    EXPECT_FALSE(inside);
    loop.stop();
  });
  inside = false;
  loop.run();
}

TEST(Loop, wakes_two_of_the_same_instant_as_they_came) {
  Loop loop;
  std::string order;
  const Instant at = Loop::now() + 5ms;
  loop.wake_at(at, [&] { order += '1'; });
  loop.wake_at(at, [&] {
    order += '2';
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(order, "12");
}

TEST(Loop, forgets_what_was_cancelled) {
  Loop loop;
  const TimerId first = loop.wake_at(Loop::now() + 1ms, [] { FAIL(); });
  TimerId third;
  loop.wake_at(Loop::now() + 5ms, [&] { loop.cancel(third); });
  third = loop.wake_at(Loop::now() + 6ms, [] { FAIL(); });
  loop.wake_at(Loop::now() + 10ms, [&] { loop.stop(); });
  loop.cancel(first);
  loop.cancel(TimerId{});
  loop.run();
  loop.cancel(first);
}

TEST(Loop, wakes_a_callback_that_sets_itself_anew) {
  Loop loop;
  int times = 0;
  std::function<void()> again = [&] {
    if (++times == 5) return loop.stop();
    loop.wake_at(Loop::now(), again);
  };
  loop.wake_at(Loop::now(), again);
  loop.run();
  EXPECT_EQ(times, 5);
}

// A callback that always sets itself for now must not keep what was posted from its turn.
TEST(Loop, gives_others_a_turn_between_wake_ups) {
  Loop loop;
  std::function<void()> again = [&] { loop.wake_at(Loop::now(), again); };
  again();
  loop.wake_at(Loop::now(), [&] { loop.post([&] { loop.stop(); }); });
  loop.run();
}

TEST(Loop, runs_what_other_threads_post) {
  Loop loop;
  int sum = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        loop.post([&] {
          if (++sum == 400) loop.stop();
        });
      }
    });
  }
  loop.run();
  EXPECT_EQ(sum, 400);
}

TEST(Loop, runs_again_after_a_stop) {
  Loop loop;
  loop.post([&] { loop.stop(); });
  loop.run();
  bool again = false;
  loop.post([&] {
    again = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(again);
}

TEST(Loop, tells_of_each_signal) {
  Loop loop;
  std::vector<int> signals;
  loop.on_signal([&](int signal) {
    signals.push_back(signal);
    if (signals.size() == 1) std::raise(SIGINT);
    if (signals.size() == 2) loop.stop();
  });
  loop.post([] { std::raise(SIGTERM); });
  loop.run();
  EXPECT_EQ(signals, (std::vector{SIGTERM, SIGINT}));
}

TEST(Loop, sleeps_while_there_is_nothing_to_do) {
  Loop loop;
  loop.wake_at(Loop::now() + 200ms, [&] { loop.stop(); });
  rusage before{};
  getrusage(RUSAGE_THREAD, &before);
  loop.run();
  rusage after{};
  getrusage(RUSAGE_THREAD, &after);
  EXPECT_LT(after.ru_nvcsw - before.ru_nvcsw, 20) << "it woke up for nothing";
}

}  // namespace
}  // namespace duckduckgoose::net

#include "sim/clock.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

TrueTime true_time(Duration since_begin) { return TrueTime{since_begin}; }

TEST(NodeClock, runs_at_either_end_of_the_bound_exactly) {
  const NodeClock slow{NodeClock::slowest, Instant{seconds{5}}};
  const NodeClock fast{NodeClock::fastest, Instant{}};
  EXPECT_EQ(slow.at(true_time(seconds{100})), Instant{seconds{5 + 99}});
  EXPECT_EQ(fast.at(true_time(seconds{100})), Instant{seconds{101}});
}

TEST(NodeClock, says_when_it_first_shows_an_instant) {
  for (const std::int64_t rate : {NodeClock::slowest, NodeClock::right, NodeClock::fastest}) {
    const NodeClock clock{rate, Instant{seconds{3}}};
    for (Duration::rep shown = 3'000'001; shown < 3'000'400; ++shown) {
      const Instant wanted{Duration{shown}};
      const TrueTime when = clock.when(wanted);
      EXPECT_GE(clock.at(when), wanted);
      EXPECT_LT(clock.at(when - microseconds{1}), wanted);
    }
  }
}

TEST(NodeClock, has_shown_the_past_since_the_beginning) {
  const NodeClock clock{NodeClock::right, Instant{seconds{3}}};
  EXPECT_EQ(clock.when(Instant{seconds{2}}), TrueTime{});
}

// DESIGN.md rule 5: what a leader counts on ends before the promise does, whatever both clocks do.
TEST(NodeClock, at_the_worst_pair_leaves_the_margin) {
  const NodeClock leader{NodeClock::slowest, Instant{}};
  const NodeClock voter{NodeClock::fastest, Instant{}};
  const Duration promise = seconds{60};
  const TrueTime promise_ends = voter.when(Instant{} + promise);
  const TrueTime lease_ends = leader.when(Instant{} + promise * 99 / 101);
  EXPECT_LE(lease_ends - promise_ends, microseconds{1});
  EXPECT_GE(lease_ends - promise_ends, microseconds{-2});
}

}  // namespace
}  // namespace duckduckgoose::sim

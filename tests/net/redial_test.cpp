#include "net/redial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace duckduckgoose::net {
namespace {

TEST(Redial, waits_between_half_of_a_doubling_bound_and_all_of_it) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Redial redial{seed};
    Duration bound = Redial::wait_min;
    for (int attempt = 0; attempt < 12; ++attempt) {
      const Duration wait = redial.next();
      EXPECT_LE(wait, bound);
      EXPECT_GE(wait, bound / 2);
      bound = std::min(2 * bound, Redial::wait_max);
    }
  }
}

TEST(Redial, begins_anew_after_an_answer) {
  Redial redial{7};
  for (int attempt = 0; attempt < 12; ++attempt) static_cast<void>(redial.next());
  redial.reset();
  EXPECT_LE(redial.next(), Redial::wait_min);
  redial.reset(8 * Redial::wait_min);
  EXPECT_GE(redial.next(), 4 * Redial::wait_min);
}

TEST(Redial, does_not_bring_all_back_at_once) {
  std::set<Duration> waits;
  for (std::uint64_t seed = 0; seed < 100; ++seed) waits.insert(Redial{seed}.next());
  EXPECT_GT(waits.size(), 90U);
}

}  // namespace
}  // namespace duckduckgoose::net

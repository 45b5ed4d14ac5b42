#include "sim/founding.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::sim {
namespace {

// F1 to F4: never two clusters that can both have a goose, nobody stuck. More seeds: scripts/test.
TEST(Founding, ends_in_one_cluster_whatever_happens_meanwhile) {
  unsigned starts_over = 0;
  unsigned lost_disks = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const FoundingResult result = Founding{seed}.run();
    ASSERT_FALSE(result.violation) << "seed " << seed << ": " << result.violation->what;
    EXPECT_LT(result.starts_over, 20U) << "seed " << seed << ": it would never come to rest";
    starts_over += result.starts_over;
    lost_disks += result.lost_disks;
  }
  EXPECT_GT(starts_over, 0U) << "F4 was played";
  EXPECT_GT(lost_disks, 100U);
}

// A late answer and a lost disk: two foundings of five named one node, which took neither.
TEST(Founding, that_was_split_by_a_late_answer_comes_to_an_end) {
  EXPECT_FALSE(Founding{364}.run().violation);
}

TEST(Founding, is_the_same_for_the_same_seed) {
  const auto told = [](std::uint64_t seed) {
    std::string log;
    Founding founding{seed};
    founding.log_to(&log);
    static_cast<void>(founding.run());
    return log;
  };
  EXPECT_EQ(told(7), told(7));
  EXPECT_NE(told(7), told(8));
}

}  // namespace
}  // namespace duckduckgoose::sim

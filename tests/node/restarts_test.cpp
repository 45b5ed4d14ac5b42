#include "node/restarts.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::node {
namespace {

using namespace std::chrono_literals;

TEST(Restarts, wait_twice_as_long_after_each_failure) {
  Restarts restarts;
  for (const Duration pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    restarts.ended(1, 10ms);
    EXPECT_EQ(restarts.pause(), pause);
  }
}

TEST(Restarts, are_hopeless_after_three_failures_that_came_soon) {
  Restarts restarts;
  restarts.ended(1, 10ms);
  restarts.ended(1, 10ms);
  EXPECT_FALSE(restarts.is_hopeless());
  restarts.ended(137, 10ms);
  EXPECT_TRUE(restarts.is_hopeless());
}

TEST(Restarts, wait_ever_longer_where_no_other_node_could_try) {
  Restarts restarts;
  for (const Duration pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    restarts.ended(1, 10ms);
    EXPECT_EQ(restarts.pause(), pause);
    if (restarts.is_hopeless()) restarts.hope_again();
  }
  EXPECT_FALSE(restarts.is_hopeless());
  restarts.ended(1, 10s);
  EXPECT_EQ(restarts.pause(), 1s);
}

TEST(Restarts, forget_failures_when_it_ran_for_a_while_or_ended_well) {
  for (const auto& [exit_code, ran] : {std::pair<int, Duration>{1, 10s}, {0, 10ms}}) {
    Restarts restarts;
    restarts.ended(1, 10ms);
    restarts.ended(1, 10ms);
    restarts.ended(exit_code, ran);
    EXPECT_EQ(restarts.pause(), 1s);
    restarts.ended(1, 10ms);
    EXPECT_FALSE(restarts.is_hopeless());
    EXPECT_EQ(restarts.pause(), 1s);
  }
}

}  // namespace
}  // namespace duckduckgoose::node

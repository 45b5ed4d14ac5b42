#include <gtest/gtest.h>

#include "sim/chaos.hpp"

namespace duckduckgoose::sim {
namespace {

std::string trace_of(std::uint64_t seed) {
  Chaos run{seed};
  std::string text;
  run.log_to(&text);
  const ChaosResult result = run.run();
  return text + std::to_string(result.digest);
}

// I8: the same seed gives the same trace, byte for byte.
TEST(Determinism, of_the_trace) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string first = trace_of(seed);
    EXPECT_GT(first.size(), 10'000U);
    EXPECT_EQ(first, trace_of(seed)) << "seed " << seed;
  }
}

TEST(Determinism, does_not_hang_on_being_watched) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::string text;
    Chaos watched{seed};
    watched.log_to(&text);
    EXPECT_EQ(watched.run().digest, Chaos{seed}.run().digest) << "seed " << seed;
  }
}

TEST(Determinism, tells_seeds_apart) { EXPECT_NE(trace_of(1), trace_of(2)); }

// The core is a value, and so is the world: a copy goes the same way.
TEST(Determinism, of_a_copied_world) {
  World world{7};
  std::vector<PlaceIndex> voters;
  for (const char* const name : {"n1", "n2", "n3"}) voters.push_back(world.add_place(name, {}));
  world.found(voters, std::chrono::milliseconds{200}, {});
  for (const PlaceIndex voter : voters) world.start(voter);
  world.weather.lost = 200;
  world.run_for(std::chrono::seconds{3});
  World copy = world;
  world.run_for(std::chrono::seconds{3});
  copy.run_for(std::chrono::seconds{3});
  EXPECT_EQ(world.digest(), copy.digest());
}

}  // namespace
}  // namespace duckduckgoose::sim

#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace duckduckgoose::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration promise = milliseconds{200};

World cluster(std::size_t size, std::uint64_t seed = 1) {
  World world{seed};
  std::vector<PlaceIndex> voters;
  for (std::size_t i = 0; i < size; ++i) {
    voters.push_back(world.add_place("n" + std::to_string(i + 1), {}));
  }
  world.found(voters, promise, {});
  for (const PlaceIndex voter : voters) world.start(voter);
  world.run_for(promise * 4);
  return world;
}

TEST(World, has_a_goose_in_fair_weather) {
  for (std::size_t size = 1; size <= 5; ++size) {
    const World world = cluster(size);
    EXPECT_TRUE(world.goose()) << size << " voters";
    EXPECT_FALSE(world.violation());
  }
}

TEST(World, loses_what_a_killed_process_had_not_saved) {
  World world = cluster(3);
  const PlaceIndex goose = *world.goose();
  const auto saves = world.places()[goose].disk->saves;
  world.doom(goose, Boundary::persist);
  ChangeSettings settings;
  settings.promise = promise * 2;
  world.change(goose, settings);
  EXPECT_FALSE(world.lives(goose));
  EXPECT_EQ(world.places()[goose].disk->saves, saves);
}

TEST(World, sends_nothing_before_a_slow_save_has_ended) {
  World world = cluster(3);
  const PlaceIndex goose = *world.goose();
  world.run_for(milliseconds{1});
  world.place(goose).next_save_takes = milliseconds{50};
  const auto sent = world.counts().sent;
  ChangeSettings settings;
  settings.promise = promise * 2;
  world.change(goose, settings);
  EXPECT_EQ(world.counts().sent, sent);
  EXPECT_TRUE(world.places()[goose].busy);
  world.run_for(milliseconds{60});
  EXPECT_FALSE(world.places()[goose].busy);
  EXPECT_EQ(world.places()[goose].disk->config.promise, promise * 2);
}

// FAULTS.md: planned handover has a gap of at most three round trips and three saves.
TEST(World, hands_over_within_three_round_trips) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world = cluster(3, seed);
    world.weather.delay_min = world.weather.delay_max = milliseconds{1};
    const PlaceIndex old = *world.goose();
    world.drain(old, ReleaseReason::handover, std::nullopt);
    const TrueTime began = world.now();
    while (!world.goose() && world.now() - began < seconds{1}) world.run_for(milliseconds{1});
    EXPECT_LE(world.now() - began, 3 * milliseconds{2}) << "seed " << seed;
    EXPECT_NE(world.goose(), old);
  }
}

// FAULTS.md: power cut of everything: a goose within P + 3 T.
TEST(World, comes_back_after_a_power_cut) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world = cluster(5, seed);
    for (PlaceIndex place = 0; place < 5; ++place) world.kill(place, World::Keeper::is_silent);
    for (PlaceIndex place = 0; place < 5; ++place) world.start(place);
    world.run_for(promise * 4);
    EXPECT_TRUE(world.goose()) << "seed " << seed;
  }
}

// FAULTS.md: a goose without majority is silent within T plus a heartbeat.
TEST(World, silences_a_goose_without_majority) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    World world = cluster(3, seed);
    const PlaceIndex goose = *world.goose();
    for (PlaceIndex other = 0; other < 3; ++other) {
      world.cut(other, goose);
      world.cut(goose, other);
    }
    world.run_for(promise + promise / 10);
    EXPECT_NE(world.goose(), goose) << "seed " << seed;
  }
}

// FAULTS.md: at 30 % loss a goose within 20 T.
TEST(World, elects_at_heavy_loss) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    World world = cluster(5, seed);
    world.weather.lost = 300;
    world.kill(*world.goose(), World::Keeper::is_silent);
    const TrueTime began = world.now();
    while (!world.goose() && world.now() - began < promise * 20) world.run_for(promise / 10);
    EXPECT_TRUE(world.goose()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace duckduckgoose::sim

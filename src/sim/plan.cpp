#include "sim/plan.hpp"

#include <algorithm>
#include <utility>

namespace duckduckgoose::sim {

namespace {

using std::chrono::milliseconds;

bool one_in(Chance& chance, std::uint64_t n) { return chance.below(n) == 0; }

template <class T, std::size_t N>
T one_of(Chance& chance, const std::array<T, N>& choices) {
  return choices.at(chance.below(N));
}

/// How often an action is taken in a seed that takes it.
constexpr std::array<std::uint32_t, actions> usual_weights{
    30, 10, 8, 8, 2, 4, 3, 3, 6, 3, 8, 12, 4, 3,      // start to change_weather
    6,  4,  4, 3, 8, 4, 4, 3, 2, 2, 1, 1,  1, 2, 4};  // add_voter to clone, stand_aside, remove

}  // namespace

Weather make_weather(Chance& chance, Duration promise) {
  Weather weather;
  switch (chance.below(5)) {
    case 0:
      break;
    case 1:
      weather.delay_max = promise / 20;
      weather.lost = static_cast<std::uint32_t>(chance.below(100));
      weather.doubled = static_cast<std::uint32_t>(chance.below(50));
      break;
    case 2:
      weather.delay_max = promise / 2;
      weather.lost = static_cast<std::uint32_t>(chance.below(300));
      weather.doubled = static_cast<std::uint32_t>(chance.below(200));
      break;
    case 3:
      weather.lost = static_cast<std::uint32_t>(chance.below(500));
      weather.late = static_cast<std::uint32_t>(chance.below(100));
      weather.late_max = milliseconds{5000};
      break;
    default:  // delays of just about one lease
      weather.late = static_cast<std::uint32_t>(100 + chance.below(200));
      weather.late_max = promise + promise / 10;
      weather.doubled = static_cast<std::uint32_t>(chance.below(100));
      break;
  }
  weather.delay_max = std::max(weather.delay_max, weather.delay_min);
  return weather;
}

Plan make_plan(Chance& chance) {
  Plan plan;
  plan.voters = one_of(chance, std::array<std::size_t, 12>{1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 5, 5});
  plan.spares = 1 + chance.below(3);
  plan.has_witness = plan.voters >= 3 && one_in(chance, 6);
  plan.promise = one_of(chance, std::array{milliseconds{50}, milliseconds{100}, milliseconds{200},
                                           milliseconds{500}, milliseconds{1000}});
  plan.shortest_promise = std::max<Duration>(promise_min, plan.promise / 4);
  plan.longest_promise = plan.promise * 3;
  plan.upkeep = one_in(chance, 2);
  plan.keepers = one_in(chance, 2);
  plan.keepers_watch = one_in(chance, 2);
  if (one_in(chance, 3)) plan.keeper_speed = {.slow = 100, .slow_max = plan.promise};
  plan.events = 600 + chance.below(2400);
  plan.gap_max = plan.promise * static_cast<Duration::rep>(1 + chance.below(8)) / 4;
  if (one_in(chance, 4)) plan.sluggish = 100;  // one step in ten
  if (one_in(chance, 3)) {
    plan.disk_speed.slow = static_cast<std::uint32_t>(20 + chance.below(180));
    plan.disk_speed.slow_max = one_of(chance, std::array{milliseconds{5}, milliseconds{50},
                                                         milliseconds{300}, milliseconds{5000}});
  }
  plan.weather = make_weather(chance, plan.promise);
  plan.work_ends_within = chance.up_to(plan.promise * 2);
  plan.weights = usual_weights;
  for (std::size_t action = 0; action < actions; ++action) {
    const bool is_needed =
        action == std::to_underlying(Action::start) || action == std::to_underlying(Action::heal);
    if (!is_needed && one_in(chance, 2)) plan.weights.at(action) = 0;
  }
  return plan;
}

}  // namespace duckduckgoose::sim

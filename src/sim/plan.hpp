#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "raft/chance.hpp"
#include "sim/weather.hpp"

namespace duckduckgoose::sim {

/// What chaos may do in one run. Each seed has some of it and lacks some: a run in which
/// everything goes wrong at once reaches few states.
enum class Action : std::uint8_t {
  start,
  kill,
  doom,
  stop,
  wipe,
  isolate,
  deafen,
  mute,
  cut_one_way,
  split,
  flap,
  heal,
  break_link,
  change_weather,
  add_voter,
  drop_voter,
  set_promise,
  undo,
  hold,
  work,
  drain,
  confirm,
  repeat_release,
  foreign,
  back_up,
  restore,
  clone,
  stand_aside,
  remove,
};
inline constexpr std::size_t actions = 29;

/// Everything about one run that its seed decides beforehand.
struct Plan {
  std::size_t voters = 3;
  std::size_t spares = 0;  ///< Places that begin without data; the last one is kept for clones.
  bool has_witness = false;
  Duration promise{0};
  Duration shortest_promise{0};
  Duration longest_promise{0};  ///< Between these it is changed while the cluster runs.
  bool upkeep = false;
  bool keepers = false;        ///< Some deaths are told.
  bool keepers_watch = false;  ///< From the start: who hangs is killed.
  DiskSpeed keeper_speed;
  std::uint64_t events = 0;  ///< How long the bad weather lasts.
  Duration gap_max{0};       ///< Between two actions.
  std::uint32_t sluggish = 0;
  DiskSpeed disk_speed;
  Weather weather;
  Duration work_ends_within{0};
  std::array<std::uint32_t, actions> weights{};  ///< How often each action is taken; 0: never.

  [[nodiscard]] bool takes(Action action) const {
    return weights.at(std::to_underlying(action)) > 0;
  }
  /// Are the voters changed in other ways than by upkeep?
  [[nodiscard]] bool goes_behind_upkeep() const {
    return takes(Action::add_voter) || takes(Action::drop_voter) || takes(Action::undo);
  }
};

[[nodiscard]] Plan make_plan(Chance& chance);
[[nodiscard]] Weather make_weather(Chance& chance, Duration promise);

}  // namespace duckduckgoose::sim

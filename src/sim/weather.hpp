#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "raft/chance.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::sim {

using PlaceIndex = std::size_t;

/// A world has at most so many places for a process.
inline constexpr std::size_t places_max = 16;

/// How the network treats messages. All chances are in thousandths.
struct Weather {
  Duration delay_min = std::chrono::microseconds{200};  ///< One way.
  Duration delay_max = std::chrono::milliseconds{1};  ///< Messages overtake one another within it.
  std::uint32_t lost = 0;
  std::uint32_t doubled = 0;
  std::uint32_t late =
      0;  ///< Delayed by up to `late_max`: such a message outlives restarts of both sides.
  Duration late_max = std::chrono::seconds{5};

  [[nodiscard]] Duration delay(Chance& chance) const {
    Duration delay = delay_min + chance.up_to(delay_max - delay_min);
    if (late > 0 && chance.below(1000) < late) delay += chance.up_to(late_max);
    return delay;
  }
};

/// Which directions of which connections let nothing through.
class Cuts {
 public:
  void cut(PlaceIndex from, PlaceIndex to) { cut_.at(from) |= bit(to); }
  void heal(PlaceIndex from, PlaceIndex to) {
    cut_.at(from) &= static_cast<std::uint16_t>(~bit(to));
  }
  void heal_all() { cut_ = {}; }

  [[nodiscard]] bool is_cut(PlaceIndex from, PlaceIndex to) const {
    return (cut_[from] & bit(to)) != 0;
  }

 private:
  static std::uint16_t bit(PlaceIndex place) { return static_cast<std::uint16_t>(1U << place); }

  std::array<std::uint16_t, places_max> cut_{};
};

/// How a disk treats saves.
struct DiskSpeed {
  std::uint32_t slow = 0;  ///< So many of a thousand saves take a while: up to `slow_max`.
  Duration slow_max = std::chrono::milliseconds{5};
};

}  // namespace duckduckgoose::sim

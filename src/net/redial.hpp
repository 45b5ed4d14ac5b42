#pragma once

#include <chrono>
#include <cstdint>

#include "raft/chance.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::net {

/// How long to wait before a peer is dialled again: 50 ms, doubling to 2 s, each less a random part
/// of up to a half, so that many nodes do not come back in step. A value: its chance is seeded.
class Redial {
 public:
  static constexpr Duration wait_min = std::chrono::milliseconds{50};
  static constexpr Duration wait_max = std::chrono::seconds{2};

  explicit Redial(std::uint64_t seed) noexcept : chance_{seed} {}

  /// The wait before the next attempt; every call is one failure more.
  [[nodiscard]] Duration next();

  /// The peer answered: begin anew, with a wait of up to so much.
  void reset(Duration first = wait_min) noexcept { wait_ = first; }

 private:
  Duration wait_ = wait_min;
  Chance chance_;
};

}  // namespace duckduckgoose::net

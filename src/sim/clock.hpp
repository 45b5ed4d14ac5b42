#pragma once

#include <chrono>
#include <cstdint>

#include "raft/types.hpp"

namespace duckduckgoose::sim {

/// The world's own time line, which no node can read. It begins at 0.
struct TrueClock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<TrueClock>;
  static constexpr bool is_steady = true;
};
using TrueTime = TrueClock::time_point;

/// One node's clock: it runs at a rate of its own and was started some time before the world.
class NodeClock {
 public:
  static constexpr std::int64_t right = 1'000'000;  ///< Microseconds in a true second.
  static constexpr std::int64_t slowest = 990'000;  ///< The lower end of the bound, exactly (P2).
  static constexpr std::int64_t fastest = 1'010'000;

  NodeClock() = default;
  NodeClock(std::int64_t rate, Instant at_zero) : rate_(rate), at_zero_(at_zero) {}

  [[nodiscard]] std::int64_t rate() const { return rate_; }

  /// What the clock shows: whole microseconds, rounded down.
  [[nodiscard]] Instant at(TrueTime now) const {
    return at_zero_ + Duration{now.time_since_epoch().count() * rate_ / right};
  }

  /// The first true time at which the clock shows `shown` or more.
  [[nodiscard]] TrueTime when(Instant shown) const {
    const Duration::rep gone = (shown - at_zero_).count();
    return gone <= 0 ? TrueTime{} : TrueTime{Duration{(gone * right + rate_ - 1) / rate_}};
  }

 private:
  std::int64_t rate_ = right;
  Instant at_zero_;
};

}  // namespace duckduckgoose::sim

#pragma once

#include <algorithm>
#include <chrono>

#include "raft/types.hpp"

namespace duckduckgoose::node {

/// When a command that ends by itself is started again: after 1 s, and twice as long after each
/// further failure that comes soon, up to 30 s.
class Restarts {
 public:
  static constexpr Duration soon = std::chrono::seconds{10};
  static constexpr Duration pause_min = std::chrono::seconds{1};
  static constexpr Duration pause_max = std::chrono::seconds{30};
  static constexpr int failures_max = 3;  ///< Then another node should try.

  /// It has ended after `ran`.
  void ended(int exit_code, Duration ran) {
    const bool is_failure = exit_code != 0 && ran < soon;
    pause_ = is_failure && has_failed_ ? std::min(2 * pause_, pause_max) : pause_min;
    has_failed_ = is_failure;
    failures_ = is_failure ? failures_ + 1 : 0;
  }

  [[nodiscard]] Duration pause() const { return pause_; }
  /// It fails here as often as it is tried.
  [[nodiscard]] bool is_hopeless() const { return failures_ >= failures_max; }
  /// Nobody else can try, so it is tried here after all; what fails on and on is not started the
  /// more often for that.
  void hope_again() { failures_ = 0; }

 private:
  Duration pause_ = pause_min;
  bool has_failed_ = false;  ///< When it last ended.
  int failures_ = 0;         ///< In a row, since there was hope.
};

}  // namespace duckduckgoose::node

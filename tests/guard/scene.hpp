#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "guard/guard.hpp"

namespace duckduckgoose::guard {

using namespace std::chrono_literals;

inline Instant at(Duration since) { return Instant{since}; }

/// What a step ordered, in words: "kill node, end work"; empty: nothing.
inline std::string words(const Orders& orders) {
  std::string text;
  const auto add = [&](bool is_so, const char* word) {
    if (is_so) text += (text.empty() ? "" : ", ") + std::string{word};
  };
  add(orders.kill_node, "kill node");
  add(orders.end_work, "end work");
  add(orders.kill_work, "kill work");
  add(orders.last_act, "last act");
  add(orders.over && orders.over->well, "over");
  add(orders.over && !orders.over->well, "over badly");
  add(orders.release, "release");
  add(orders.end, "end");
  return text;
}

/// A keeper that wakes when it asked to be woken, and tells in words what it ordered.
class Scene {
 public:
  /// Gives one event at `now`, after the wake-ups that were due before.
  std::string give(Duration now, const Event& event) {
    std::string text = run(now - 1us);
    const std::string more = give_alone(now, event);
    return text.empty() || more.empty() ? text + more : text + "; " + more;
  }

  /// The same without any wake-up: the keeper was held up until `now`.
  std::string give_alone(Duration now, const Event& event) {
    const Orders orders = guard_.step(at(now), event);
    wake_at_ = orders.wake_at;
    return words(orders);
  }

  /// Wakes it whenever it is due until `end`; "[275ms] kill node".
  std::string run(Duration end) {
    std::string text;
    while (wake_at_ && *wake_at_ <= at(end)) {
      const Instant now = *wake_at_;
      const Orders orders = guard_.step(now, Tick{});
      wake_at_ = orders.wake_at;
      if (const std::string order = words(orders); !order.empty()) {
        const auto ms = now.time_since_epoch() / 1ms;
        text += (text.empty() ? "" : "; ") + ("[" + std::to_string(ms) + "] ") + order;
      }
      EXPECT_TRUE(!wake_at_ || *wake_at_ > now) << "asks to be woken for ever";
      if (wake_at_ && *wake_at_ <= now) return text + " ...";
    }
    return text;
  }

  [[nodiscard]] const std::optional<Instant>& wake_at() const { return wake_at_; }

 private:
  Guard guard_;
  std::optional<Instant> wake_at_;
};

inline constexpr Duration promise = 1s;

inline Beat as_goose(Duration lease_end) {
  return {.promise = promise, .lease_end = at(lease_end)};
}
inline Beat as_duck() { return {.promise = promise, .lease_end = {}}; }

}  // namespace duckduckgoose::guard

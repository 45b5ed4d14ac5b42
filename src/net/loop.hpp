#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>

#include "raft/types.hpp"

namespace duckduckgoose::net {

/// Names one pending wake-up of a Loop; never reused within it. A fresh one names none.
struct TimerId {
  Instant at;
  std::uint64_t serial = 0;
  auto operator<=>(const TimerId&) const = default;
};

/// The one thread of a node: sockets, timers and signals take turns here, and nothing of it runs
/// anywhere else.
///
/// Everything but post() and stop() belongs to the thread that calls run() (or to the time before
/// it).
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// CLOCK_BOOTTIME in microseconds. It counts suspend and no clock setting moves it (DESIGN
  /// section 4).
  [[nodiscard]] static Instant now();

  /// The wall clock, Unix milliseconds: for printing and token_base only.
  [[nodiscard]] static std::uint64_t unix_ms();

  /// Calls `f` once from run(), not before `at` (an `at` in the past: as soon as possible, never
  /// from inside this call). Cheap to set and to cancel again: the kernel's timer moves only when
  /// the nearest comes earlier.
  TimerId wake_at(Instant at, std::move_only_function<void()> f);

  /// Forgets a wake-up. No effect on one that has run, or on TimerId{}.
  void cancel(TimerId timer);

  /// Calls `f` once from run(). From any thread.
  void post(std::move_only_function<void()> f);

  /// Calls `f` with SIGINT or SIGTERM whenever one comes, instead of dying of it.
  void on_signal(std::function<void(int)> f);

  /// Works until stop(). May be called again afterwards.
  void run();

  /// Makes run() return soon, or the next one if it has not begun. From any thread, or from inside
  /// a callback.
  void stop();

  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace duckduckgoose::net

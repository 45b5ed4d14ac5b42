#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "os/containment.hpp"
#include "os/descriptor.hpp"

namespace duckduckgoose::os {

/// Kills what a containment holds where nobody else does in time: its chooser is dead or stands
/// still, and the child that should see to it waits for a disk. It is a thread of that child.
/// Where there is no timer, pidfd or thread to be had (timerfd_create(2), pidfd_open(2)) it does
/// less, and says nothing.
class Backstop {
 public:
  /// For its child to see to it when the chooser has died. Less than what others wait for.
  static constexpr Duration patience = std::chrono::milliseconds{5};

  /// The containment must outlive it.
  explicit Backstop(const Containment& containment);
  ~Backstop();
  Backstop(const Backstop&) = delete;
  Backstop& operator=(const Backstop&) = delete;

  /// Kills at `last`, or a `patience` after the chooser's death; unless this is called again with a
  /// later time, or disarm(). Once it has begun to kill it goes on until all are dead.
  void arm(Instant last);

  /// Kills from now on, without waiting for it: of thousands that takes its time. True: all are
  /// dead. To be asked again.
  [[nodiscard]] bool kill();

  /// Nothing is killed any more. Waits for one look at all processes, if one is being taken.
  void disarm();

  /// Since it was last disarmed, whether there was anything to kill or not.
  [[nodiscard]] bool has_killed() const;

 private:
  void watch(const std::stop_token& stop);
  void chooser_died();
  void kill_if_due();
  void kill_while_unlocked(std::unique_lock<std::mutex>& lock);
  void set_due(Instant at);
  void ring_at(Instant at) const;

  const Containment& containment_;
  Descriptor alarm_;
  Descriptor chooser_;
  mutable std::mutex mutex_;  ///< For what follows.
  std::condition_variable is_idle_;
  std::optional<Instant> due_;
  Instant limit_ = Instant::max();  ///< Earlier once the chooser has died.
  bool has_killed_ = false;
  bool is_killing_ = false;
  bool are_dead_ = false;  ///< All that it was to kill.
  std::jthread thread_;    ///< Last: it begins when all else is there.
};

}  // namespace duckduckgoose::os

#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <variant>

#include "raft/types.hpp"

/// What a keeper decides, as a value: when to kill its node, when to end what the goose has
/// started, when a promise may be ended early. DESIGN.md, section 9.
namespace duckduckgoose::guard {

/// The node lives. Comes every few milliseconds while it is goose: see beat_every().
struct Beat {
  Duration promise = promise_default;
  std::optional<Instant> lease_end{};  ///< None: it is no goose. Else its lease as it is now.
};
/// The node is about to write its record, and answers nothing until it has. `lease_end` as in Beat.
struct Saving {
  std::optional<Instant> lease_end{};
};
/// The record is written, or the disk has refused.
struct Saved {};
/// A firm window: nothing is released before `until`, of whatever tenure it was given in.
struct Held {
  Instant until{};
};
/// The voters to whom a Release can be sent.
struct Voters {
  std::size_t count = 0;
};
/// The goose starts something: a command or a hook.
struct WorkBegan {
  Duration grace{0};          ///< From SIGTERM to SIGKILL, where the lease leaves so much.
  bool has_last_act = false;  ///< When the rest is dead, one more program puts things in order.
};
/// The office is given up on purpose: the work is to end, and is killed at `limit`. The lease is
/// renewed meanwhile.
struct EndWork {
  Instant limit{};
};
/// All that was started is dead: the kernel has said so. False: so it is, but the program that
/// ended last has failed.
struct WorkEnded {
  bool well = true;
};
/// The node ends by itself and owes nothing: it has released what it held, or never held anything.
struct Farewell {};
/// The node is dead: waitid() has said so. Not merely stopped.
struct NodeEnded {};
/// One voter has taken the Release.
struct Answered {};
/// One more of those to whom it was sent will not answer, or has.
struct Settled {};
/// An operator has no patience: all must end now.
struct EndNow {};
/// Time has passed. Comes after all that could be read has been given.
struct Tick {};

using Event = std::variant<Beat, Saving, Saved, Held, Voters, WorkBegan, EndWork, WorkEnded,
                           Farewell, NodeEnded, Answered, Settled, EndNow, Tick>;

/// What is to be done, in this order.
struct Orders {
  bool kill_node = false;            ///< SIGKILL.
  bool end_work = false;             ///< SIGTERM. The node is told that its tenure is over.
  bool kill_work = false;            ///< SIGKILL, and everything that it has started.
  bool last_act = false;             ///< Start the program that puts things in order.
  std::optional<WorkEnded> over{};   ///< The node may be told: all of the work is dead.
  bool release = false;              ///< Send the Release to every voter.
  bool end = false;                  ///< The keeper's work is done.
  std::optional<Instant> wake_at{};  ///< Step with a Tick then, or earlier.
};

/// How often a node speaks to its keeper while it is goose: so that the keeper knows within a
/// quarter of a promise that it hangs, whatever one beat is late.
[[nodiscard]] constexpr Duration beat_every(Duration promise) { return promise / 16; }
inline constexpr Duration beat_every_as_duck = std::chrono::seconds{2};

/// The silence after which a goose hangs. Not less than what a busy machine takes to let a process
/// have its turn.
[[nodiscard]] constexpr Duration patience_with_goose(Duration promise) {
  constexpr Duration shortest = std::chrono::milliseconds{25};
  return std::max<Duration>(promise / 4, shortest);
}
/// ... and a duck, which harms nobody, or a node that saves: a save that outlives the lease ends
/// the tenure, and the node may live.
inline constexpr Duration patience_with_duck = std::chrono::seconds{10};

/// A keeper looks so often at a goose from which nothing comes: when the machine stood still
/// meanwhile it sees that by its own lateness.
[[nodiscard]] constexpr Duration look_every(Duration promise) { return promise / 8; }

/// So long before the lease ends SIGKILL is sent: killing takes its time.
[[nodiscard]] constexpr Duration kill_margin(Duration promise) {
  constexpr Duration shortest = std::chrono::milliseconds{2};
  constexpr Duration longest = std::chrono::milliseconds{20};
  return std::clamp<Duration>(promise / 20, shortest, longest);
}

/// A keeper that wakes so much too late may have missed what it waited for, and waits anew.
[[nodiscard]] constexpr Duration late_after(Duration promise) { return promise / 20; }

/// For the voters to take a Release, at most: several round trips, and a lost packet on the way.
[[nodiscard]] constexpr Duration release_time(Duration promise) {
  constexpr Duration shortest = std::chrono::milliseconds{50};
  constexpr Duration longest = std::chrono::seconds{1};
  return std::clamp<Duration>(promise / 2, shortest, longest);
}

/// Whoever does not die of SIGKILL within this time sleeps uninterruptibly: nobody waits for it any
/// longer, and nothing is released.
inline constexpr Duration patience_with_killed = std::chrono::seconds{10};

/// From SIGTERM to SIGKILL, where nothing else was wished.
[[nodiscard]] constexpr Duration grace_default(Duration promise) { return promise / 4; }

/// More would reach beyond the lease of a goose that nobody answers any more.
[[nodiscard]] constexpr Duration grace_max(Duration promise) { return promise / 2; }

/// The keeper of one node, from its start to its end.
class Guard {
 public:
  /// `now` never goes back.
  [[nodiscard]] Orders step(Instant now, const Event& event);

 private:
  enum class Work { none, runs, ends, last_act, is_killed };

  void on(const Beat& beat);
  void on(const Saving& saving);
  void on(const Saved& saved);
  void on(const Held& held);
  void on(const Voters& voters) { voters_ = voters.count; }
  void on(const WorkBegan& began);
  void on(const EndWork& ending);
  void on(const WorkEnded& ended);
  void on(const Farewell& /*farewell*/) { owes_ = false; }
  void on(const NodeEnded& /*ended*/) { node_ended_ = true; }
  void on(const Answered& /*answered*/) { ++answers_; }
  void on(const Settled& /*settled*/) { ++settled_; }
  void on(const EndNow& now);
  void on(const Tick& /*tick*/) {}

  void learn(std::optional<Instant> lease_end);
  void kill_node();
  void end_work(Instant limit);
  void watch_node();
  void watch_work();
  void release_when_free();
  [[nodiscard]] std::optional<Instant> node_hangs_at() const;
  [[nodiscard]] bool node_is_gone() const { return node_killed_ || node_ended_; }
  [[nodiscard]] Instant work_limit() const;
  [[nodiscard]] std::optional<Instant> work_is_killed_at() const;
  [[nodiscard]] std::optional<Instant> wake_at() const;

  Instant now_;
  std::optional<Instant> woken_at_;  ///< When this step was asked for.

  std::optional<Instant> heard_;  ///< None: not yet, it still starts.
  Duration promise_ = promise_default;
  std::optional<Instant> lease_end_;
  bool saving_ = false;
  bool node_killed_ = false;
  bool node_ended_ = false;
  bool owes_ = true;  ///< Its death has to be told.

  Work work_ = Work::none;
  Duration grace_{0};
  bool has_last_act_ = false;
  bool makes_room_ = false;      ///< Killed before its time, which the last act needs as well.
  Instant work_limit_;           ///< While it ends.
  Instant work_killed_at_;       ///< When it `is_killed`.
  Instant work_may_live_until_;  ///< The end of the last lease that was told.

  Instant held_until_;
  std::size_t voters_ = 0;
  std::size_t answers_ = 0;
  std::size_t settled_ = 0;
  bool is_impatient_ = false;
  std::optional<Instant> release_began_;

  Orders out_;  ///< Gathered during a step.
};

}  // namespace duckduckgoose::guard

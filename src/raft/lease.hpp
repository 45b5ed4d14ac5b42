#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "raft/configuration.hpp"

namespace duckduckgoose {

/// How long a leader may count on a promise of `promise`, from the moment it stamped the round:
/// both clocks may run 1 % wrong, the leader's slow and the voter's fast; and a small margin (rule
/// 5).
[[nodiscard]] constexpr Duration counted(Duration promise) {
  constexpr Duration margin = std::chrono::milliseconds{1};
  return promise * 99 / 101 - margin;
}
static_assert(counted(std::chrono::milliseconds{1010}) == std::chrono::milliseconds{989});
static_assert(counted(promise_min) > Duration{0});

/// A broadcast that asks for promises. It carries its own promise: the present one is never applied
/// to it.
struct SentRound {
  Round id;
  Instant stamp;  ///< Taken before it was sent.
  Duration promise;
};

/// What a leader counts on: for each node the latest instant until which its promise surely binds
/// (rule 5).
class Lease {
 public:
  /// A round that goes out now.
  void sent(SentRound round);

  /// `voter` acknowledged `round`: the stamp of that round. None if it is unknown: too old to tell
  /// anything.
  std::optional<Instant> acknowledged(NodeId voter, Round round);

  void forget(NodeId voter);

  [[nodiscard]] std::optional<Instant> deadline_of(NodeId voter) const;

  /// The instant that a majority of `config`'s voters reaches. The leader's own deadline counts as
  /// reached, save that of a single voter, whose lease runs from its last round and is never
  /// infinite.
  [[nodiscard]] Instant ends(const Configuration& config, NodeId leader) const;

  /// The stamp of the newest round that a majority of `config` has acknowledged; long past if there
  /// is none.
  [[nodiscard]] Instant confirmed(const Configuration& config, NodeId leader) const;

  /// Rounds kept for acknowledgements that are still under way.
  static constexpr std::size_t rounds_max = 64;

 private:
  struct Counted {
    NodeId voter;
    Instant deadline;
    Instant heard;
  };
  std::deque<SentRound> rounds_;  ///< Ascending by id.
  std::vector<Counted> counted_;
};

}  // namespace duckduckgoose

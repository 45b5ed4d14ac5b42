#pragma once

#include <optional>
#include <vector>

#include "raft/message.hpp"

namespace duckduckgoose {

/// The released set: per incarnation, the highest term that it has released (rule 8). Heartbeats
/// and vote requests of that incarnation in that term or before are late, and would renew a promise
/// that has ended.
class Releases {
 public:
  /// Remembers; false if it says nothing new.
  bool accept(const Release& release);

  /// Has `who` released `term`, or a later life of its node released anything?
  [[nodiscard]] bool covers(Incarnation who, Term term) const;

  /// The last one accepted: pre-vote and vote requests carry it on.
  [[nodiscard]] const std::optional<Release>& last() const { return last_; }

  /// One entry for each node; when more than this many nodes have released, the oldest is
  /// forgotten.
  static constexpr std::size_t kept_max = 64;

 private:
  struct Entry {
    Incarnation who;
    Term term;
    bool dead = false;
  };
  std::vector<Entry> entries_;
  std::optional<Release> last_;
};

}  // namespace duckduckgoose

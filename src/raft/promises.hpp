#pragma once

#include <optional>
#include <vector>

#include "raft/types.hpp"

namespace duckduckgoose {

/// What this node has promised: to vote for nobody but `to`, and not to campaign, until `until`
/// (rule 4). A leader's promise to itself is one like any other; it bars everybody but itself.
struct Promise {
  Incarnation to;
  Term term;  ///< The highest in which it was given.
  Instant until;
};

/// The live promises of one node: usually one, rarely two or three. They bar by node: the next life
/// of the node that a promise was given to may be elected inside it. They end by incarnation.
class Promises {
 public:
  /// A later message never shortens a promise.
  void give(Incarnation to, Term term, Instant until, Instant now);

  /// Drops exactly the promises given to `released` in `term` or before (rule 8).
  void release(Incarnation released, Term term);

  /// Does a live promise to another node than `candidate` stand?
  [[nodiscard]] bool bars(NodeId candidate, Instant now) const;

  /// When the last promise to any other node than `candidate` ends; none if none is live.
  [[nodiscard]] std::optional<Instant> barred_until(NodeId candidate, Instant now) const;

  /// How long the longest live promise still binds.
  [[nodiscard]] Duration longest_left(Instant now) const;

 private:
  std::vector<Promise> given_;
};

}  // namespace duckduckgoose

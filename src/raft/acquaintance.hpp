#pragma once

#include <optional>
#include <vector>

#include "raft/message.hpp"
#include "raft/record.hpp"

namespace duckduckgoose {

/// Who was met, in which life, with how many saves: tells old lives, clones and old copies apart (rule 9).
class Acquaintance {
 public:
  Acquaintance() = default;
  explicit Acquaintance(std::vector<Seen> seen) : seen_(std::move(seen)) {}

  /// None: `who` may speak. Else why not.
  [[nodiscard]] std::optional<Refusal> judge(Incarnation who, std::uint64_t saves) const;

  /// Notes a node that may speak.
  void met(Incarnation who, std::uint64_t saves);

  /// Is `who` of the newest life of its node that was met?
  [[nodiscard]] const Seen* find(NodeId id) const;

  /// Forgets all that are neither voters of `config` nor wanted otherwise: the record stays small.
  void forget(NodeId id);

  [[nodiscard]] std::vector<Seen> of_members(const Configuration& config) const;

 private:
  std::vector<Seen> seen_;
};

}  // namespace duckduckgoose

#pragma once

#include <optional>
#include <vector>

#include "raft/message.hpp"
#include "raft/record.hpp"

namespace duckduckgoose {

/// Who was met, in which life, with how many saves: tells old lives, clones and old copies apart
/// (rule 9).
class Acquaintance {
 public:
  explicit Acquaintance(const std::vector<Seen>& seen);

  /// None: `who` may speak. Else why not.
  [[nodiscard]] std::optional<Refusal> judge(Incarnation who, std::uint64_t saves) const;

  /// Notes a node that may speak.
  void met(Incarnation who, std::uint64_t saves);

  /// Notes that `who` was refused. Of two processes that live one life neither is heard until a
  /// newer one comes. Once an old copy of a node's data was met, no other life of that id is heard
  /// than the newest that was met before: the copy shows more saves, too, when it has been started
  /// often enough.
  void refused(Incarnation who, Refusal why);

  /// Forgets a node that is no voter: what is kept stays small.
  void forget(NodeId id);

  /// What is saved along with the record.
  [[nodiscard]] std::vector<Seen> of_members(const Configuration& config) const;

 private:
  struct Known {
    Seen seen;
    bool cloned = false;
    bool has_old_copy = false;
  };
  std::vector<Known> known_;
};

}  // namespace duckduckgoose

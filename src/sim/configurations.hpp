#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "raft/configuration.hpp"

namespace duckduckgoose::sim {

/// The history of the membership as the disks tell it, and the invariants on it (I6).
class Configurations {
 public:
  /// `id` has made `config` durable. Gives what is wrong with that, if anything.
  [[nodiscard]] std::optional<std::string> saved(NodeId id, const Configuration& config);

  /// A leader of term `term` is about to replace `before` by `after`. Gives what is wrong, if
  /// anything.
  [[nodiscard]] std::optional<std::string> changes(Term term, const Configuration& before,
                                                   const Configuration& after);

  /// The disk of `id` is lost: it will never vote again.
  void lost(NodeId id);

  /// The newest configuration on any disk that is not lost, nor that of `without`.
  [[nodiscard]] const Configuration* newest(std::optional<NodeId> without = {}) const;

  /// How many differ from their forerunner in more than the stamp.
  [[nodiscard]] std::size_t changes() const { return changes_; }

  [[nodiscard]] bool is_lost(NodeId id) const;

 private:
  struct Holder {
    NodeId id;
    Stamp stamp;
    bool lost = false;
  };

  [[nodiscard]] const Holder* find(NodeId id) const;
  [[nodiscard]] const Configuration* known(Stamp stamp) const;
  [[nodiscard]] bool can_elect(const Configuration& config) const;
  [[nodiscard]] std::optional<std::string> disjoint(const Configuration& newer) const;

  std::vector<Configuration> all_;  ///< Ascending by stamp.
  std::vector<Holder> holders_;
  /// What the last change of each leader replaced, by its term.
  std::vector<std::pair<Term, Configuration>> formers_;
  std::size_t changes_ = 0;
};

/// Can a majority of the one be found without a voter of a majority of the other?
[[nodiscard]] bool majorities_may_miss(const Configuration& a, const Configuration& b);

}  // namespace duckduckgoose::sim

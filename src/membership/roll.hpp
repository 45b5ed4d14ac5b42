#pragma once

#include <cstddef>
#include <vector>

#include "membership/upkeep.hpp"

namespace duckduckgoose::membership {

/// While three or more vote, upkeep leaves at least so many that may lead: else the cluster could
/// not fail over.
inline constexpr std::size_t eligible_min = 2;

/// The roll call: the voters of one configuration and the observers, as the leader sees them now.
class Roll {
 public:
  Roll(const Configuration& config, const Office& office) : config_(config), office_(office) {}

  [[nodiscard]] NodeId leader() const { return office_.leader; }
  [[nodiscard]] const std::vector<Member>& members() const { return config_.members; }
  [[nodiscard]] const Limits& limits() const { return config_.limits; }
  [[nodiscard]] std::size_t size() const { return config_.members.size(); }
  [[nodiscard]] std::size_t limit() const;  ///< The odd number of voters that may be.

  [[nodiscard]] const Member* find(NodeId id) const { return config_.find(id); }
  [[nodiscard]] bool is_voter(NodeId id) const { return config_.has(id); }
  [[nodiscard]] bool is_removed(NodeId id) const { return config_.removed_by(id).has_value(); }
  [[nodiscard]] bool may_lead(NodeId id) const { return config_.may_lead(id); }
  [[nodiscard]] std::size_t eligible() const;
  [[nodiscard]] std::size_t eligible_without(NodeId voter) const;

  /// As membership::answers(). The leader always does.
  [[nodiscard]] bool answers(NodeId id) const;
  [[nodiscard]] Duration silence(NodeId voter) const;  ///< Since it last acknowledged.
  [[nodiscard]] bool is_dead(NodeId voter, Duration after) const;
  /// F7: it does not answer, and `newcomer` was met at its address.
  [[nodiscard]] bool is_displaced(NodeId voter, const Member& newcomer) const;
  [[nodiscard]] std::size_t answering() const;

  /// Rule 7a: a majority of the voters has acknowledged exactly this configuration.
  [[nodiscard]] bool is_acknowledged() const;

  /// Do the voters that answer make a majority by themselves? So they do, then, with a newcomer
  /// that dies at once, after an Undo.
  [[nodiscard]] bool holds() const { return answering() >= majority_of(size()); }
  /// Would those that answer be a majority of the voters without this one (rule 7b)?
  [[nodiscard]] bool holds_without(NodeId voter) const;

  [[nodiscard]] bool may_add(const Member& newcomer) const;
  [[nodiscard]] bool may_drop(NodeId voter) const;

  /// A voter that was not among `former` and has kept silent; none if there is none.
  [[nodiscard]] const Member* silent_newcomer(const std::vector<Member>& former) const;

  /// The observers that may be promoted now: those that may lead first, then by id.
  [[nodiscard]] std::vector<const Member*> newcomers() const;

  /// The voters that were silent for so long, the longest first.
  [[nodiscard]] std::vector<NodeId> dead(Duration after) const;

  /// All voters but the leader: first those that do not answer, the longest silent first; then the
  /// witnesses; then by falling id.
  [[nodiscard]] std::vector<NodeId> most_dispensable() const;

 private:
  [[nodiscard]] const PeerView* view(NodeId id) const;

  const Configuration& config_;
  const Office& office_;
};

}  // namespace duckduckgoose::membership

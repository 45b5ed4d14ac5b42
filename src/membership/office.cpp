#include <algorithm>
#include <tuple>
#include <utility>

#include "membership/roll.hpp"

namespace duckduckgoose::membership {

std::optional<Office> office_of(const Raft& raft, Instant now, std::vector<NodeId> removals) {
  const Leader* const leader = raft.leader();
  if (leader == nullptr || leader->drain) return {};
  Office office{.leader = raft.self().id,
                .peers = raft.peers(now),
                .in_flight = {},
                .removals = std::move(removals)};
  if (leader->change) {
    const auto& before = leader->change->before;
    office.in_flight = InFlight{before ? std::optional{before->members} : std::nullopt};
  }
  return office;
}

std::optional<NodeId> handover_due(const Configuration& config, const Office& office) {
  const auto is_to_go = [&](NodeId id) {
    return std::ranges::find(office.removals, id) != office.removals.end();
  };
  if (!is_to_go(office.leader)) return {};
  const Roll roll{config, office};
  const PeerView* best = nullptr;
  const auto rank = [&](const PeerView& it) {
    return std::tuple{is_to_go(it.member.id), it.silent, it.member.id};
  };
  for (const PeerView& it : office.peers) {
    const NodeId id = it.member.id;
    const bool is_fit = id != office.leader && roll.may_lead(id) && it.in_configuration;
    if (!is_fit || !roll.answers(id)) continue;
    if (best == nullptr || rank(it) < rank(*best)) best = &it;
  }
  return best == nullptr ? std::nullopt : std::optional{best->member.id};
}

std::optional<Outcome> why_not_remove(const Configuration& config, const Office& office,
                                      NodeId id) {
  const Roll roll{config, office};
  if (roll.is_voter(id)) {
    if (!roll.may_lead(id) || roll.eligible_without(id) > 0) return {};
    const auto newcomers = roll.newcomers();
    const bool can_be_followed = !newcomers.empty() && newcomers.front()->may_lead;
    return can_be_followed ? std::nullopt : std::optional{Outcome::last_leader};
  }
  const auto is_it = [&](const PeerView& at) { return at.member.id == id; };
  if (roll.is_removed(id) || std::ranges::any_of(office.peers, is_it)) return {};
  return Outcome::unknown_node;
}

}  // namespace duckduckgoose::membership

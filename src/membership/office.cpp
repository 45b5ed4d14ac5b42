#include <algorithm>
#include <tuple>
#include <utility>

#include "membership/roll.hpp"

namespace duckduckgoose::membership {

std::vector<PeerView> peers_of(const Raft& raft, Instant now) {
  const Leader* const leader = raft.leader();
  if (leader == nullptr) return {};
  const Configuration& config = raft.record().config;
  std::vector<PeerView> views;
  const auto view = [&](const Member& member, bool is_linked) {
    PeerView seen{.member = member,
                  .voter = config.has(member.id),
                  .linked = is_linked,
                  .silent = now - leader->since};
    if (const auto* progress = leader->find(member.id)) {
      seen.acknowledged = progress->acknowledged.has_value();
      seen.in_configuration = progress->acknowledged == config.stamp;
      seen.silent = now - progress->heard;
    }
    views.push_back(std::move(seen));
  };
  for (const LinkedPeer& link : raft.links()) view(link.member, true);
  for (const Member& member : config.members) {
    const auto is_it = [&](const LinkedPeer& link) { return link.who.id == member.id; };
    const bool is_linked = std::ranges::any_of(raft.links(), is_it);
    if (!is_linked && member.id != raft.self().id) view(member, false);
  }
  std::ranges::sort(views, {}, [](const PeerView& it) { return it.member.id; });
  return views;
}

std::optional<Office> office_of(const Raft& raft, Instant now, std::vector<NodeId> removals,
                                const std::vector<NodeId>& displaced) {
  const Leader* const leader = raft.leader();
  if (leader == nullptr || leader->drain) return {};
  Office office{.leader = raft.self().id,
                .peers = peers_of(raft, now),
                .in_flight = {},
                .removals = std::move(removals)};
  for (PeerView& it : office.peers) {
    it.displaced = std::ranges::find(displaced, it.member.id) != displaced.end();
  }
  if (leader->change && leader->change->before) {
    office.in_flight = InFlight{leader->change->before->members};
  } else if (leader->change || !raft.has_claimed_configuration()) {
    office.in_flight = InFlight{};
  }
  return office;
}

std::optional<NodeId> handover_due(const Configuration& config, const Office& office) {
  const auto is_to_go = [&](NodeId id) {
    return std::ranges::find(office.removals, id) != office.removals.end();
  };
  const Roll roll{config, office};
  const bool is_free = !office.in_flight && roll.is_acknowledged();
  if (!is_to_go(office.leader) || !is_free) return {};
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

#include "raft/lease.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace duckduckgoose {

void Lease::sent(SentRound round) {
  if (rounds_.size() == rounds_max) rounds_.pop_front();
  rounds_.push_back(round);
}

std::optional<Instant> Lease::acknowledged(NodeId voter, Round round) {
  const auto sent = std::ranges::lower_bound(rounds_, round, {}, &SentRound::id);
  if (sent == rounds_.end() || sent->id != round) return std::nullopt;
  const Instant deadline = sent->stamp + counted(sent->promise);
  const auto known = std::ranges::find(counted_, voter, &Counted::voter);
  if (known == counted_.end()) {
    counted_.push_back({voter, deadline, sent->stamp});
  } else {
    known->deadline = std::max(known->deadline, deadline);
    known->heard = std::max(known->heard, sent->stamp);
  }
  return sent->stamp;
}

void Lease::forget(NodeId voter) {
  std::erase_if(counted_, [voter](const Counted& it) { return it.voter == voter; });
}

std::optional<Instant> Lease::deadline_of(NodeId voter) const {
  const auto known = std::ranges::find(counted_, voter, &Counted::voter);
  return known == counted_.end() ? std::nullopt : std::optional{known->deadline};
}

namespace {

/// The instant that a majority reaches, where the leader reaches every instant: the (majority -
/// 1)-th latest of the other voters'; long past if too few have answered.
template <class Of>
Instant reached_by_majority(const Configuration& config, NodeId leader, Of of) {
  std::array<Instant, Configuration::members_max> others{};
  std::size_t count = 0;
  for (const Member& member : config.members) {
    if (member.id != leader) others.at(count++) = of(member.id).value_or(Instant{});
  }
  const auto end = others.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(others.begin(), end, std::greater{});
  const std::size_t needed = majority_of(config.members.size()) - 1;
  return needed <= count ? others.at(needed - 1) : Instant{};
}

}  // namespace

Instant Lease::ends(const Configuration& config, NodeId leader) const {
  if (config.is_single()) return deadline_of(leader).value_or(Instant{});
  return reached_by_majority(config, leader, [this](NodeId id) { return deadline_of(id); });
}

Instant Lease::confirmed(const Configuration& config, NodeId leader) const {
  const auto heard_of = [this](NodeId id) -> std::optional<Instant> {
    const auto known = std::ranges::find(counted_, id, &Counted::voter);
    return known == counted_.end() ? std::nullopt : std::optional{known->heard};
  };
  if (config.is_single()) return heard_of(leader).value_or(Instant{});
  return reached_by_majority(config, leader, heard_of);
}

}  // namespace duckduckgoose

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
    counted_.push_back({voter, deadline, round});
  } else {
    known->deadline = std::max(known->deadline, deadline);
    known->newest = std::max(known->newest, round);
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

/// The value that a majority reaches, where the leader reaches every value: the (majority - 1)-th largest of the
/// other voters'. `none` stands for voters that have not answered.
template <class Value, class Of>
Value reached_by_majority(const Configuration& config, NodeId leader, Value none, Of of) {
  std::array<Value, Configuration::members_max> others{};
  std::size_t count = 0;
  for (const Member& member : config.members) {
    if (member.id != leader) others.at(count++) = of(member.id).value_or(none);
  }
  const auto end = others.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(others.begin(), end, std::greater{});
  const std::size_t needed = majority_of(config.members.size()) - 1;
  return needed <= count ? others.at(needed - 1) : none;
}

}  // namespace

Instant Lease::ends(const Configuration& config, NodeId leader) const {
  if (config.is_single()) return deadline_of(leader).value_or(Instant{});
  return reached_by_majority(config, leader, Instant{},
                             [this](NodeId id) { return deadline_of(id); });
}

std::optional<Round> Lease::confirmed_round(const Configuration& config, NodeId leader) const {
  if (config.is_single()) return newest_of(leader);
  const Round none{};
  const Round round =
      reached_by_majority(config, leader, none, [this](NodeId id) { return newest_of(id); });
  return round == none ? std::nullopt : std::optional{round};
}

std::optional<Round> Lease::newest_of(NodeId voter) const {
  const auto known = std::ranges::find(counted_, voter, &Counted::voter);
  return known == counted_.end() ? std::nullopt : std::optional{known->newest};
}

}  // namespace duckduckgoose

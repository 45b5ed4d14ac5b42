#include "sim/configurations.hpp"

#include <algorithm>

#include "sim/names.hpp"

namespace duckduckgoose::sim {

namespace {

std::string described(const Configuration& config) {
  return name_of(config.stamp) + " {" + names_of(config) + "}";
}

bool differ(const Configuration& a, const Configuration& b) {
  return a.members != b.members || a.promise != b.promise || a.limits != b.limits ||
         a.removed != b.removed;
}

}  // namespace

bool majorities_may_miss(const Configuration& a, const Configuration& b) {
  const auto common = static_cast<std::size_t>(
      std::ranges::count_if(a.members, [&](const Member& it) { return b.has(it.id); }));
  const auto needed_of_common = [common](const Configuration& config) {
    const std::size_t own = config.members.size() - common;
    const std::size_t majority = majority_of(config.members.size());
    return majority > own ? majority - own : 0;
  };
  return needed_of_common(a) + needed_of_common(b) <= common;
}

std::optional<std::string> Configurations::saved(NodeId id, const Configuration& config) {
  const auto holder = std::ranges::find(holders_, id, &Holder::id);
  if (holder == holders_.end()) {
    holders_.push_back({.id = id, .stamp = config.stamp});
  } else if (holder->stamp == config.stamp) {
    return std::nullopt;
  } else {
    holder->stamp = config.stamp;
  }
  if (config.members.empty()) return std::nullopt;  // fresh

  const auto place = std::ranges::lower_bound(all_, config.stamp, {}, &Configuration::stamp);
  if (place == all_.end() || place->stamp != config.stamp) {
    all_.insert(place, config);
  } else if (*place != config) {
    return "two configurations bear one stamp: " + described(*place) + " and " + described(config) +
           " of " + name_of(id);
  }
  return disjoint(config);
}

std::optional<std::string> Configurations::changes(Term term, const Configuration& before,
                                                   const Configuration& after) {
  if (after.stamp.term != term) {
    return "the leader of term " + std::to_string(term.value) + " writes configuration " +
           described(after);
  }
  if (before.stamp.term != term) {
    if (!differ(before, after)) return std::nullopt;
    return "a new leader changes more than the term: " + described(before) + " to " +
           described(after);
  }
  ++changes_;
  const auto former = std::ranges::find(formers_, term, &std::pair<Term, Configuration>::first);
  const bool undone = former != formers_.end() && former->second.members == after.members;
  const auto has_it = [&](const Member& member) {
    const Holder* const holder = find(member.id);
    return holder != nullptr && holder->stamp >= before.stamp;
  };
  const auto holding = static_cast<std::size_t>(std::ranges::count_if(before.members, has_it));
  if (former == formers_.end()) {
    formers_.emplace_back(term, before);
  } else {
    former->second = before;
  }
  if (holding < majority_of(before.members.size()) && !undone) {
    return "two changes in flight: " + described(after) + " follows " + described(before) +
           ", which only " + std::to_string(holding) + " of its voters have";
  }
  const auto joined =
      std::ranges::count_if(after.members, [&](const Member& it) { return !before.has(it.id); });
  const auto left =
      std::ranges::count_if(before.members, [&](const Member& it) { return !after.has(it.id); });
  if (joined + left > 1) {
    return "more than one voter changed: " + described(before) + " to " + described(after);
  }
  return std::nullopt;
}

void Configurations::lost(NodeId id) {
  const auto holder = std::ranges::find(holders_, id, &Holder::id);
  if (holder != holders_.end()) holder->lost = true;
}

const Configuration* Configurations::newest(std::optional<NodeId> without) const {
  const Holder* best = nullptr;
  for (const Holder& holder : holders_) {
    const bool is_there = !holder.lost && holder.id != without;
    if (is_there && (best == nullptr || holder.stamp > best->stamp)) best = &holder;
  }
  return best == nullptr ? nullptr : known(best->stamp);
}

bool Configurations::is_lost(NodeId id) const {
  const Holder* const holder = find(id);
  return holder != nullptr && holder->lost;
}

const Configurations::Holder* Configurations::find(NodeId id) const {
  const auto holder = std::ranges::find(holders_, id, &Holder::id);
  return holder == holders_.end() ? nullptr : &*holder;
}

const Configuration* Configurations::known(Stamp stamp) const {
  const auto place = std::ranges::lower_bound(all_, stamp, {}, &Configuration::stamp);
  return place == all_.end() || place->stamp != stamp ? nullptr : &*place;
}

/// A candidate that has `config` can win only with a majority of voters that have no newer one
/// (rule 2).
bool Configurations::can_elect(const Configuration& config) const {
  bool candidate = false;
  std::size_t voters = 0;
  for (const Member& member : config.members) {
    const Holder* const holder = find(member.id);
    if (holder != nullptr && holder->lost) continue;
    if (holder == nullptr || holder->stamp <= config.stamp) ++voters;
    if (holder != nullptr && holder->stamp == config.stamp && member.may_lead) candidate = true;
  }
  return candidate && voters >= majority_of(config.members.size());
}

std::optional<std::string> Configurations::disjoint(const Configuration& newer) const {
  if (!can_elect(newer)) return std::nullopt;
  for (const Configuration& other : all_) {
    if (other.members == newer.members || !majorities_may_miss(other, newer)) continue;
    if (!can_elect(other)) continue;
    return "majorities of " + described(other) + " and " + described(newer) +
           " can miss each other";
  }
  return std::nullopt;
}

}  // namespace duckduckgoose::sim

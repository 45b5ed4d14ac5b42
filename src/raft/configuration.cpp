#include "raft/configuration.hpp"

#include <algorithm>

#include "raft/ensure.hpp"

namespace duckduckgoose {

const Member* Configuration::find(NodeId id) const {
  const auto it = std::ranges::lower_bound(members, id, {}, &Member::id);
  return it != members.end() && it->id == id ? &*it : nullptr;
}

bool Configuration::may_lead(NodeId id) const {
  const Member* const member = find(id);
  return member != nullptr && member->may_lead;
}

std::optional<RemovedBy> Configuration::removed_by(NodeId id) const {
  const auto it = std::ranges::find(removed, id, &Removed::id);
  return it == removed.end() ? std::nullopt : std::optional{it->by};
}

void Configuration::add(Member member) {
  const auto it = std::ranges::lower_bound(members, member.id, {}, &Member::id);
  ensure(it == members.end() || it->id != member.id);
  members.insert(it, std::move(member));
}

void Configuration::drop(NodeId id) {
  std::erase_if(members, [id](const Member& it) { return it.id == id; });
}

void Configuration::mark_removed(NodeId id, RemovedBy by) {
  std::erase_if(removed, [id](const Removed& it) { return it.id == id; });
  removed.push_back({id, by});
  if (removed.size() > removed_max) removed.erase(removed.begin());
}

}  // namespace duckduckgoose

#include "raft/acquaintance.hpp"

#include <algorithm>

namespace duckduckgoose {

namespace {

auto of_node(NodeId id) {
  return [id](const auto& known) { return known.seen.who.id == id; };
}

}  // namespace

Acquaintance::Acquaintance(const std::vector<Seen>& seen) {
  for (const Seen& it : seen) known_.push_back({it});
}

std::optional<Refusal> Acquaintance::judge(Incarnation who, std::uint64_t saves) const {
  const auto known = std::ranges::find_if(known_, of_node(who.id));
  if (known == known_.end()) return std::nullopt;
  const Seen& seen = known->seen;
  if (known->has_old_copy && who != seen.who) return Refusal::old_copy;
  if (who.starts < seen.who.starts) return Refusal::old_incarnation;
  if (who.starts > seen.who.starts) {
    return saves > seen.saves ? std::nullopt : std::optional{Refusal::old_copy};
  }
  if (known->cloned || who.nonce != seen.who.nonce) return Refusal::clone;
  return std::nullopt;  // within one life a lower `saves` is only a late message
}

void Acquaintance::met(Incarnation who, std::uint64_t saves) {
  const auto known = std::ranges::find_if(known_, of_node(who.id));
  if (known == known_.end()) {
    known_.push_back({{who, saves}});
  } else if (known->seen.who == who) {
    known->seen.saves = std::max(known->seen.saves, saves);
  } else {
    *known = {{who, saves}};
  }
}

void Acquaintance::refused(Incarnation who, Refusal why) {
  const auto known = std::ranges::find_if(known_, of_node(who.id));
  if (known == known_.end()) return;
  if (why == Refusal::clone) known->cloned = true;
  if (why == Refusal::old_copy) known->has_old_copy = true;
}

void Acquaintance::forget(NodeId id) { std::erase_if(known_, of_node(id)); }

std::vector<Seen> Acquaintance::of_members(const Configuration& config) const {
  std::vector<Seen> members;
  for (const Known& it : known_) {
    if (config.has(it.seen.who.id)) members.push_back(it.seen);
  }
  return members;
}

}  // namespace duckduckgoose

#include "membership/roll.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

namespace duckduckgoose::membership {

namespace {

std::size_t count_eligible(const std::vector<Member>& members) {
  return static_cast<std::size_t>(std::ranges::count(members, true, &Member::may_lead));
}

bool is_among(const std::vector<NodeId>& ids, NodeId id) {
  return std::ranges::find(ids, id) != ids.end();
}

bool is_silent(const PeerView& seen, Duration promise) {
  return !seen.acknowledged || seen.silent >= silent_after(promise);
}

}  // namespace

bool answers(const PeerView& seen, Duration promise) {
  return seen.linked && !is_silent(seen, promise);
}

const PeerView* Roll::view(NodeId id) const {
  const auto it =
      std::ranges::find(office_.peers, id, [](const PeerView& at) { return at.member.id; });
  return it == office_.peers.end() ? nullptr : &*it;
}

Duration Roll::silence(NodeId voter) const {
  const PeerView* const seen = view(voter);
  return seen == nullptr ? Duration{0} : seen->silent;
}

std::size_t Roll::limit() const {
  const int voters = std::max(config_.limits.voters, 1);
  return static_cast<std::size_t>(voters % 2 == 1 ? voters : voters - 1);
}

std::size_t Roll::eligible() const { return count_eligible(config_.members); }

std::size_t Roll::eligible_without(NodeId voter) const {
  return eligible() - (may_lead(voter) ? 1 : 0);
}

bool Roll::answers(NodeId id) const {
  if (id == office_.leader) return true;
  const PeerView* const seen = view(id);
  return seen != nullptr && membership::answers(*seen, config_.promise);
}

bool Roll::is_dead(NodeId voter, Duration after) const {
  // A promise may be longer than the limit: whose promise may still hold is not dead.
  return voter != office_.leader && silence(voter) >= std::max(after, config_.promise);
}

bool Roll::is_displaced(NodeId voter, const Member& newcomer) const {
  const PeerView* const seen = view(voter);
  return voter != office_.leader && seen != nullptr && seen->displaced && !answers(voter) &&
         find(voter)->address == newcomer.address;
}

std::size_t Roll::answering() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(config_.members, [this](const Member& it) { return answers(it.id); }));
}

bool Roll::is_acknowledged() const {
  const auto is_current = [this](const Member& it) {
    const PeerView* const seen = view(it.id);
    return it.id == office_.leader || (seen != nullptr && seen->in_configuration);
  };
  const auto current = static_cast<std::size_t>(std::ranges::count_if(config_.members, is_current));
  return current >= majority_of(size());
}

bool Roll::holds_without(NodeId voter) const {
  return answering() - (answers(voter) ? 1 : 0) >= majority_of(size() - 1);
}

bool Roll::may_add(const Member& newcomer) const {
  return newcomer.may_lead || size() + 1 < 3 || eligible() >= eligible_min;
}

bool Roll::may_drop(NodeId voter) const {
  return !may_lead(voter) || size() - 1 < 3 || eligible_without(voter) >= eligible_min;
}

const Member* Roll::silent_newcomer(const std::vector<Member>& former) const {
  // A link that was lost may be back at once: a newcomer gets the time that every voter gets.
  const auto is_it = [&](const Member& it) {
    const PeerView* const seen = view(it.id);
    const bool is_newcomer = std::ranges::find(former, it.id, &Member::id) == former.end();
    return is_newcomer && it.id != office_.leader &&
           (seen == nullptr || is_silent(*seen, config_.promise));
  };
  const auto it = std::ranges::find_if(config_.members, is_it);
  return it == config_.members.end() ? nullptr : &*it;
}

std::vector<const Member*> Roll::newcomers() const {
  std::vector<const Member*> found;
  for (const PeerView& seen : office_.peers) {
    const NodeId id = seen.member.id;
    const bool is_prompt =
        seen.linked && seen.acknowledged && seen.silent < prompt_within(config_.promise);
    const bool is_welcome = !is_voter(id) && !is_removed(id) && !is_among(office_.removals, id);
    if (is_prompt && is_welcome && id != office_.leader) found.push_back(&seen.member);
  }
  std::ranges::sort(found, {}, [](const Member* it) { return std::tuple{!it->may_lead, it->id}; });
  return found;
}

std::vector<NodeId> Roll::dead(Duration after) const {
  std::vector<NodeId> found;
  for (const Member& member : config_.members) {
    if (is_dead(member.id, after)) found.push_back(member.id);
  }
  std::ranges::sort(found, {}, [this](NodeId id) { return std::tuple{-silence(id), id}; });
  return found;
}

std::vector<NodeId> Roll::most_dispensable() const {
  std::vector<NodeId> found;
  for (const Member& member : config_.members) {
    if (member.id != office_.leader) found.push_back(member.id);
  }
  std::ranges::sort(found, std::greater{}, [this](NodeId id) {
    const bool is_missing = !answers(id);
    return std::tuple{is_missing, is_missing ? silence(id) : Duration{0}, !may_lead(id), id};
  });
  return found;
}

}  // namespace duckduckgoose::membership

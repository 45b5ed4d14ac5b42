#include "membership/upkeep.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "membership/roll.hpp"

namespace duckduckgoose::membership {

namespace {

using Step = std::optional<Upkeep>;

Step add(const Member& member, Why why) { return Upkeep{AddVoter{member}, why}; }

Step drop(NodeId id, std::optional<RemovedBy> removed, Why why) {
  return Upkeep{DropVoter{id, removed}, why};
}

/// A voter that was added and dies at once must not take the majority along: of two voters the
/// second then holds the lease alone. The former voters are a majority by themselves, so the change
/// is taken back.
Step undo(const Roll& roll, const std::vector<Member>& former) {
  const auto answers = [&](const Member& it) { return roll.answers(it.id); };
  const auto answering = static_cast<std::size_t>(std::ranges::count_if(former, answers));
  if (answering < majority_of(former.size())) return {};
  if (roll.silent_newcomer(former) != nullptr) return Upkeep{Undo{}, Why::newcomer_is_silent};
  if (!roll.holds()) return Upkeep{Undo{}, Why::majority_is_silent};
  return {};
}

/// A removal that an operator asked for. Of an even number it is the step back to an odd one.
Step drop_asked_for(const Roll& roll, const std::vector<NodeId>& removals) {
  for (const NodeId id : removals) {
    if (roll.is_voter(id) && id != roll.leader() && roll.holds_without(id)) {
      return drop(id, RemovedBy::operator_, Why::removal_was_asked);
    }
  }
  return {};
}

/// The step back to an odd number: one more if somebody can be promoted, else one less, the deadest
/// first.
Step mend_even(const Roll& roll, const std::vector<NodeId>& removals) {
  if (Step asked = drop_asked_for(roll, removals)) return asked;
  if (roll.size() < roll.limit() && roll.holds()) {
    for (const Member* const newcomer : roll.newcomers()) {
      if (roll.may_add(*newcomer)) return add(*newcomer, Why::number_is_even);
    }
  }
  for (const NodeId id : roll.most_dispensable()) {
    if (!roll.may_drop(id) || !roll.holds_without(id)) continue;
    const Limits& limits = roll.limits();
    if (roll.is_dead(id, std::min(limits.replace_after, limits.shrink_after))) {
      return drop(id, RemovedBy::upkeep, Why::dead_leaves_even);
    }
    return drop(id, {}, roll.answers(id) ? Why::number_is_even : Why::voter_is_silent);
  }
  return {};
}

Step add_successor(const Roll& roll) {
  const auto may_follow = [&](const Member& it) { return it.id != roll.leader() && it.may_lead; };
  const auto newcomers = roll.newcomers();
  const bool is_needed = std::ranges::none_of(roll.members(), may_follow);
  if (!is_needed || newcomers.empty() || !newcomers.front()->may_lead) return {};
  return add(*newcomers.front(), Why::removal_needs_a_successor);
}

/// Others are silent, so the voter that shall go is needed for now. One more that answers frees it.
Step make_room(const Roll& roll) {
  const auto newcomers = roll.newcomers();
  const bool is_possible = roll.size() < roll.limit() && !newcomers.empty();
  if (!is_possible || !roll.may_add(*newcomers.front())) return {};
  return add(*newcomers.front(), Why::removal_needs_a_voter);
}

Step remove_asked_for(const Roll& roll, const std::vector<NodeId>& removals) {
  if (Step dropped = drop_asked_for(roll, removals)) return dropped;
  for (const NodeId id : removals) {
    Step step;
    if (id == roll.leader()) {
      step = add_successor(roll);
    } else if (roll.is_voter(id)) {
      step = make_room(roll);
    } else if (!roll.is_removed(id)) {
      step = Upkeep{BarNode{id, RemovedBy::operator_}, Why::removal_was_asked};
    }
    if (step) return step;
  }
  return {};
}

Step keep_to_limit(const Roll& roll) {
  if (roll.size() <= roll.limit()) return {};
  for (const NodeId id : roll.most_dispensable()) {
    if (roll.may_drop(id) && roll.holds_without(id)) return drop(id, {}, Why::limit_is_lower);
  }
  return {};
}

/// A dead voter's place may go to one that may lead even where the two are the last that may:
/// nobody who could lead is lost.
bool may_take_place(const Roll& roll, const Member& newcomer, NodeId voter) {
  return newcomer.may_lead || roll.eligible_without(voter) >= eligible_min;
}

/// Remove, then add: the other order would make five voters of four, of which one is dead already.
Step replace_dead(const Roll& roll) {
  for (const NodeId id : roll.dead(roll.limits().replace_after)) {
    if (!roll.holds_without(id)) continue;
    for (const Member* const newcomer : roll.newcomers()) {
      if (may_take_place(roll, *newcomer, id))
        return drop(id, RemovedBy::upkeep, Why::dead_is_replaced);
    }
  }
  return {};
}

/// Nobody waits for a voter whose disk is gone.
Step replace_displaced(const Roll& roll) {
  for (const Member& voter : roll.members()) {
    if (!roll.holds_without(voter.id)) continue;
    for (const Member* const newcomer : roll.newcomers()) {
      if (roll.is_displaced(voter.id, *newcomer) && may_take_place(roll, *newcomer, voter.id))
        return drop(voter.id, RemovedBy::upkeep, Why::lost_disk);
    }
  }
  return {};
}

Step promote_pair(const Roll& roll) {
  const auto newcomers = roll.newcomers();
  if (roll.size() + 2 > roll.limit() || newcomers.size() < 2) return {};
  const Member& first = *newcomers[0];
  const Member& second = *newcomers[1];
  const std::size_t eligible = roll.eligible() + (first.may_lead ? 1 : 0);
  if (!second.may_lead && eligible < eligible_min) return {};
  return add(first, Why::pair_is_there);
}

/// Without two of the dead the rest tolerates one failure more; without one of them, none. Of three
/// voters two cannot be dead: somebody leads.
Step shrink(const Roll& roll) {
  std::optional<NodeId> first;
  std::size_t eligible = roll.eligible();
  for (const NodeId id : roll.dead(roll.limits().shrink_after)) {
    const bool leads = roll.may_lead(id);
    if ((leads && eligible <= eligible_min) || !roll.holds_without(id)) continue;
    if (first) return drop(*first, RemovedBy::upkeep, Why::dead_are_many);
    first = id;
    eligible -= leads ? 1 : 0;
  }
  return {};
}

Step readdress(const Roll& roll, const std::vector<PeerView>& peers) {
  for (const PeerView& view : peers) {
    const Member* const member = roll.find(view.member.id);
    const std::string& met_at = view.member.address;
    if (view.linked && member != nullptr && !met_at.empty() && met_at != member->address) {
      return Upkeep{Readdress{member->id, met_at}, Why::address_is_new};
    }
  }
  return {};
}

}  // namespace

std::optional<Upkeep> next_change(const Configuration& config, const Office& office) {
  const Roll roll{config, office};
  if (office.in_flight) {
    return office.in_flight->former ? undo(roll, *office.in_flight->former) : std::nullopt;
  }
  if (!roll.is_acknowledged()) return {};
  // Who gives the office up soon leaves the rest to the next leader, but not in a plight. Others
  // that shall go are gone before: the next leader may not have heard of it and make one its heir.
  const bool is_leaving = handover_due(config, office).has_value();
  if (roll.size() % 2 == 0) {
    return is_leaving && roll.answering() == roll.size() ? drop_asked_for(roll, office.removals)
                                                         : mend_even(roll, office.removals);
  }
  // Of an odd number one less needs as many that answer: nothing could come into force.
  if (!roll.holds()) return {};
  if (Step step = remove_asked_for(roll, office.removals)) return step;
  if (is_leaving) return {};
  if (Step step = keep_to_limit(roll)) return step;
  if (Step step = replace_displaced(roll)) return step;
  if (Step step = replace_dead(roll)) return step;
  if (Step step = promote_pair(roll)) return step;
  if (Step step = shrink(roll)) return step;
  return readdress(roll, office.peers);
}

}  // namespace duckduckgoose::membership

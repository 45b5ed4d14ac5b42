#include "membership/search.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "membership/words.hpp"

namespace duckduckgoose::membership {

namespace {

bool is_joinable(const Record::Node& me, const Configuration& config) {
  return config.stamp.term > Term{} || config.has(me.id);
}

/// Nobody leads that cluster any more: at all of its voters' addresses somebody else has answered.
bool is_abandoned(const TargetAnswer& of, const std::vector<Heard>& heard) {
  const auto is_gone_from = [&](const Member& voter, const Heard& it) {
    const auto* answer = std::get_if<TargetAnswer>(&it);
    return answer != nullptr && answer->target == voter.address &&
           is_gone(voter.id, of.cluster.id, answer->node.id, answer->cluster.id);
  };
  return std::ranges::all_of(of.config.members, [&](const Member& voter) {
    return std::ranges::any_of(heard, [&](const Heard& it) { return is_gone_from(voter, it); });
  });
}

/// What the targets answered, sorted by what it means for a fresh node.
struct Sorted {
  std::vector<const TargetAnswer*> of_our_name;
  std::vector<std::string> foreign;  ///< "localhost:4001 is of cluster prod"
  std::vector<std::string> strange;  ///< "localhost:4001: no common protocol version: ..."
  std::vector<std::string> waits;    ///< Everything that may still change.
};

std::string with_reason(const std::string& target, const std::string& why) {
  return target + " (" + why + ")";
}

Sorted sort(const Record::Node& me, const std::string& cluster, const std::vector<Heard>& heard) {
  Sorted sorted;
  for (const Heard& it : heard) {
    if (const auto* silent = std::get_if<TargetSilent>(&it)) {
      if (silent->is_other_protocol) {
        sorted.strange.push_back(silent->target + ": " + silent->why);
      } else {
        sorted.waits.push_back(with_reason(silent->target, silent->why));
      }
      continue;
    }
    const auto& answer = std::get<TargetAnswer>(it);
    if (answer.node.id == me.id) {
      sorted.waits.push_back(with_reason(answer.target, "this node itself"));
    } else if (answer.cluster.name != cluster) {
      sorted.foreign.push_back(answer.target + " is of cluster " + answer.cluster.name);
    } else if (answer.cluster.id == ClusterId{}) {
      sorted.waits.push_back(with_reason(answer.target, "in no cluster yet"));
    } else if (!is_joinable(me, answer.config)) {
      sorted.waits.push_back(with_reason(answer.target, "its cluster was never led"));
    } else if (is_abandoned(answer, heard)) {
      sorted.waits.push_back(with_reason(answer.target, "its cluster has no voter left"));
    } else {
      sorted.of_our_name.push_back(&answer);
    }
  }
  return sorted;
}

Join join(const TargetAnswer& answer) {
  std::string sentence = "joins cluster " + answer.cluster.name + " through " + answer.target;
  if (!answer.knows_leader) {
    sentence += ", which knows no goose now: it waits for a majority of " +
                std::to_string(answer.config.members.size()) + " voters";
  }
  return {.enrolled = {answer.cluster, answer.config}, .sentence = std::move(sentence)};
}

/// Of the answers of our name the one with the newest configuration. Of two clusters that had a
/// goose only an operator knows which is meant, and nobody merges (F8). Before one that never had
/// any, and names this node, goes one that had; of several such the one that was founded last: who
/// has given no vote yet may choose, and somebody has to, or none of them might get a majority.
Choice choose(const std::string& cluster, std::vector<const TargetAnswer*> answers) {
  const auto was_led = [](const TargetAnswer* it) { return it->config.stamp.term > Term{}; };
  const auto rank = [&](const TargetAnswer* it) {
    return was_led(it) ? std::tuple{it->config.stamp, std::uint64_t{0}, ClusterId{}}
                       : std::tuple{Stamp{}, it->config.token_base, it->cluster.id};
  };
  const TargetAnswer& best = **std::ranges::max_element(answers, {}, rank);
  const auto other = std::ranges::find_if(answers, [&](const TargetAnswer* it) {
    return was_led(it) && it->cluster.id != best.cluster.id;
  });
  if (other == answers.end()) return join(best);
  return AskAgain{best.target + " and " + (*other)->target +
                  " are of two clusters that both are named " + cluster +
                  ": joins neither until one of them is gone"};
}

const std::string& target_of(const Heard& heard) {
  return std::visit([](const auto& it) -> const std::string& { return it.target; }, heard);
}

/// Why the node that answered does not found a cluster with `me`, as words; empty: it does.
std::string why_not(const Charter& ours, const Record::Node& me, const TargetAnswer& answer) {
  if (answer.node.id == me.id) return {};
  if (answer.cluster.id != ClusterId{}) {
    return answer.config.stamp.term == Term{} ? "its cluster was never led"
                                              : "its cluster has no voter left";
  }
  const std::optional<Charter>& theirs = answer.charter;
  if (!theirs) return "was not told --expect " + std::to_string(ours.slots.size());
  if (theirs->slots != ours.slots) return "was told other addresses: " + joined(theirs->slots);
  if (theirs->promise != ours.promise) return "was told another promise";
  return *theirs == ours ? std::string{} : "was told other limits";
}

}  // namespace

Search::Search(Record::Node me, AskTargets ask, std::optional<std::string> advertise)
    : me_{me}, ask_{std::move(ask)}, own_slot_{std::move(advertise)} {}

bool Search::add_target(const std::string& target) {
  std::vector<std::string>& targets = ask_.targets;
  const bool is_new = std::ranges::find(targets, target) == targets.end();
  if (!is_new || targets.size() == targets_max) return false;
  targets.push_back(target);
  return true;
}

void Search::begin_round() {
  asked_ = ask_.targets.size();
  heard_.clear();
}

void Search::hear(Heard heard) {
  const std::string& target = target_of(heard);
  const auto is_same = [&](const Heard& it) { return target_of(it) == target; };
  if (std::ranges::any_of(heard_, is_same)) return;
  const auto* answer = std::get_if<TargetAnswer>(&heard);
  if (answer != nullptr && answer->node.id == me_.id && is_slot(target)) own_slot_ = target;
  heard_.push_back(std::move(heard));
}

/// A target that is none may lead to any node: a name for all of them.
bool Search::is_slot(const std::string& target) const {
  if (!ask_.charter) return false;
  const std::vector<std::string>& slots = ask_.charter->slots;
  return std::ranges::find(slots, target) != slots.end();
}

/// With the reasons, as words; empty: there is none, or no slot at all.
std::string Search::silent_slots() const {
  std::vector<std::string> silent;
  for (const Heard& it : heard_) {
    const auto* const slot = std::get_if<TargetSilent>(&it);
    if (slot == nullptr || slot->is_other_protocol || !is_slot(slot->target)) continue;
    silent.push_back(with_reason(slot->target, slot->why));
  }
  return joined(silent);
}

/// Who answers in all slots, fresh and of one mind; else what is missing.
std::variant<std::vector<Founder>, std::string> Search::roster() const {
  const Charter& charter = *ask_.charter;
  std::vector<Founder> founders;
  std::vector<std::string> missing;
  for (const Heard& it : heard_) {
    const std::string& target = target_of(it);
    if (!is_slot(target)) continue;
    const auto* answer = std::get_if<TargetAnswer>(&it);
    // A node may be unable to dial itself from where it stands.
    if (answer == nullptr && target == own_slot_) {
      founders.push_back({target, me_});
      continue;
    }
    const std::string why =
        answer != nullptr ? why_not(charter, me_, *answer) : std::get<TargetSilent>(it).why;
    if (!why.empty()) {
      missing.push_back(with_reason(target, why));
    } else {
      founders.push_back({target, answer->node});
    }
  }
  if (!missing.empty()) {
    std::vector<std::string> seen;
    for (const Founder& it : founders) {
      if (it.node.id != me_.id) seen.push_back(it.slot);
    }
    return joined(missing) + (seen.empty() ? "" : "; sees " + joined(seen));
  }
  std::ranges::sort(founders, {}, &Founder::slot);
  for (std::size_t i = 0; i < founders.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (founders[i].node.id == founders[j].node.id)
        return founders[j].slot + " and " + founders[i].slot + " (they are one node)";
    }
  }
  if (std::ranges::find(founders, me_.id, [](const Founder& it) { return it.node.id; }) ==
      founders.end())
    return "an address of its own among " + joined(charter.slots) +
           ": none of these leads here, so give --advertise";
  if (std::ranges::none_of(founders, [](const Founder& it) { return it.node.may_lead; }))
    return std::string{"somebody who may lead: all of them are witnesses"};
  return founders;
}

Choice Search::decide() {
  const Sorted sorted = sort(me_, ask_.cluster, heard_);
  const auto before = std::exchange(seen_, std::nullopt);
  if (!sorted.of_our_name.empty()) {
    const std::string silent = needs_own_slot_ && !own_slot_ ? silent_slots() : std::string{};
    if (silent.empty()) return choose(ask_.cluster, sorted.of_our_name);
    return AskAgain{"waits to learn which of " + joined(ask_.charter->slots) +
                    " is this node before it joins cluster " + ask_.cluster + ": " + silent +
                    "; or give --advertise HOST:PORT"};
  }
  if (sorted.waits.empty() && !sorted.strange.empty()) {
    return Refuse{Exit::protocol, joined(sorted.strange)};
  }
  if (sorted.waits.empty() && !sorted.foreign.empty()) {
    return Refuse{Exit::configuration, joined(sorted.foreign) + ", and this node wants cluster " +
                                           ask_.cluster +
                                           ": give --cluster or --join another value"};
  }
  std::string also = sorted.foreign.empty() ? "" : "; " + joined(sorted.foreign);
  if (!sorted.strange.empty()) also += "; " + joined(sorted.strange);
  if (!ask_.charter || !sorted.foreign.empty()) {
    return AskAgain{"waits for a node of cluster " + ask_.cluster + ": " + joined(sorted.waits) +
                    also};
  }
  const std::string number = std::to_string(ask_.charter->slots.size());
  auto found = roster();
  if (const auto* why = std::get_if<std::string>(&found)) {
    return AskAgain{"waits to found cluster " + ask_.cluster + " with all " + number +
                    ", or to join it: " + *why};
  }
  auto& founders = std::get<std::vector<Founder>>(found);
  if (founders == before) {
    return Join{
        .enrolled = found_together(*ask_.charter, founders),
        .sentence = "founds cluster " + ask_.cluster + " with " + joined(ask_.charter->slots)};
  }
  seen_ = std::move(founders);
  return AskAgain{"sees all " + number + " of " + joined(ask_.charter->slots) +
                      ": looks once more, and founds cluster " + ask_.cluster,
                  true};
}

Duration ask_again_after(unsigned rounds) {
  constexpr Duration shortest = std::chrono::milliseconds{100};
  constexpr Duration longest = std::chrono::seconds{5};
  constexpr unsigned doublings_max = 6;  // 6.4 s: beyond the longest
  return std::min(shortest * (1U << std::min(rounds, doublings_max)), longest);
}

}  // namespace duckduckgoose::membership

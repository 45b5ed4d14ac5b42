#include <chrono>
#include <utility>

#include "membership/roll.hpp"

namespace duckduckgoose::membership {

namespace {

std::string silence_text(Duration silence) {
  using std::chrono::floor;
  const Duration rounded = silence < std::chrono::seconds{1}
                               ? Duration{floor<std::chrono::milliseconds>(silence)}
                               : Duration{floor<std::chrono::seconds>(silence)};
  return "silent for " + duckduckgoose::to_text(rounded);
}

std::string share_text(const Roll& roll) {
  return std::to_string(roll.answering()) + " of " + std::to_string(roll.size());
}

/// The node that an edit is about; of an Undo, the voter that it takes back.
NodeId subject_of(const Edit& edit, const Roll& roll, const Office& office) {
  if (const auto* add = std::get_if<AddVoter>(&edit)) return add->member.id;
  if (const auto* drop = std::get_if<DropVoter>(&edit)) return drop->id;
  if (const auto* bar = std::get_if<BarNode>(&edit)) return bar->id;
  if (const auto* moved = std::get_if<Readdress>(&edit)) return moved->id;
  if (!office.in_flight || !office.in_flight->former) return {};
  const Member* const newcomer = roll.silent_newcomer(*office.in_flight->former);
  return newcomer != nullptr ? newcomer->id : NodeId{};
}

std::string reason_text(const Upkeep& upkeep, const Roll& roll, const Office& office,
                        const Names& names) {
  const NodeId subject = subject_of(upkeep.edit, roll, office);
  const std::string silence = silence_text(roll.silence(subject));
  const std::string voters = std::to_string(roll.size());
  switch (upkeep.why) {
    case Why::newcomer_is_silent:
      return names.name_of(subject) + ", just added, is " + silence;
    case Why::majority_is_silent:
      return "only " + share_text(roll) + " voters answer";
    case Why::removal_was_asked:
      return "an operator asked for it";
    case Why::removal_needs_a_voter:
      return "only " + share_text(roll) + " voters answer, and one of them shall be removed";
    case Why::removal_needs_a_successor:
      return "the leader shall be removed, and no other voter may lead";
    case Why::pair_is_there:
      return "two observers answer: from " + voters + " to " + std::to_string(roll.size() + 2) +
             " voters";
    case Why::number_is_even:
      return voters + " is no number of voters to rest at";
    case Why::voter_is_silent:
      return silence + ", and " + voters + " is no number of voters to rest at";
    case Why::limit_is_lower:
      return voters + " voters, at most " + std::to_string(roll.limit()) + " wanted";
    case Why::lost_disk:
      return "a new node is at its address";
    case Why::dead_is_replaced:
      return silence + ", and an observer can take its place";
    case Why::dead_are_many:
      return silence + " like another, and no observer can take their places";
    case Why::dead_leaves_even:
      return silence + ", and no observer can take its place";
    case Why::address_is_new:
      return "it was met there";
  }
  std::unreachable();
}

}  // namespace

std::string_view to_text(Why why) {
  switch (why) {
    case Why::newcomer_is_silent:
      return "newcomer_is_silent";
    case Why::majority_is_silent:
      return "majority_is_silent";
    case Why::removal_was_asked:
      return "removal_was_asked";
    case Why::removal_needs_a_voter:
      return "removal_needs_a_voter";
    case Why::removal_needs_a_successor:
      return "removal_needs_a_successor";
    case Why::pair_is_there:
      return "pair_is_there";
    case Why::number_is_even:
      return "number_is_even";
    case Why::voter_is_silent:
      return "voter_is_silent";
    case Why::limit_is_lower:
      return "limit_is_lower";
    case Why::lost_disk:
      return "lost_disk";
    case Why::dead_is_replaced:
      return "dead_is_replaced";
    case Why::dead_are_many:
      return "dead_are_many";
    case Why::dead_leaves_even:
      return "dead_leaves_even";
    case Why::address_is_new:
      return "address_is_new";
  }
  std::unreachable();
}

std::string to_text(const Upkeep& upkeep, const Configuration& config, const Office& office,
                    const Names& names) {
  const Roll roll{config, office};
  return to_text(upkeep.edit, names) + ": " + reason_text(upkeep, roll, office, names);
}

}  // namespace duckduckgoose::membership

#include "wire/cause.hpp"

#include <array>
#include <utility>

#include "wire/duration.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::wire {

namespace {

template <class Items, class Text>
std::string joined(const Items& items, Text text) {
  std::string all;
  for (const auto& item : items) all += (all.empty() ? "" : ", ") + text(item);
  return all;
}

std::string joined(const std::vector<Unreachable>& nodes) {
  return joined(nodes, [](const Unreachable& it) { return it.name + " (" + it.why + ")"; });
}

/// What became of the goose that gave up office.
std::string_view end_of_office(ReleaseReason reason) {
  switch (reason) {
    case ReleaseReason::handover:
      return "gave the office up";
    case ReleaseReason::stopped:
      return "was stopped by its operator";
    case ReleaseReason::removed:
      return "was to leave the cluster";
    case ReleaseReason::unhealthy:
      return "found itself unhealthy";
    case ReleaseReason::command_failed:
      return "could not keep its command running";
    case ReleaseReason::command_ended:
      return "ended with its command";
    case ReleaseReason::keeper_silent:
      return "got no answer from its keeper";
    case ReleaseReason::keeper_dead:
      return "lost its keeper";
    case ReleaseReason::lease_ran_low:
      return "could not renew its lease in time";
    case ReleaseReason::lost_election:
      return "lost its election";
    case ReleaseReason::dead:
      return "died";
  }
  std::unreachable();
}

struct Phrases {
  const Cause& cause;
  std::optional<NodeId> goose;
  const Names& names;

  [[nodiscard]] std::string name(std::optional<NodeId> id) const {
    return id ? names.name_of(*id) : "a goose";
  }

  [[nodiscard]] std::string elected() const {
    if (!goose || cause.electors.empty()) return {};
    return "; elected by " + joined(cause.electors, [&](NodeId id) { return names.name_of(id); });
  }

  [[nodiscard]] std::string handover() const {
    const auto reason = cause.release.value_or(ReleaseReason::handover);
    const std::string who = name(cause.previous);
    std::string why = who + " " + std::string{end_of_office(reason)};
    if (!goose) return why;
    const std::string heir = " handed over to " + names.name_of(*goose);
    return reason == ReleaseReason::handover ? who + heir : why + " and" + heir;
  }

  [[nodiscard]] std::string founded() const {
    if (!goose) return "the cluster was founded and has had no goose yet";
    if (cause.electors.size() <= 1) return names.name_of(*goose) + " founded the cluster";
    return names.name_of(*goose) + " is the first goose of the cluster" + elected();
  }

  [[nodiscard]] std::string promise_ran_out() const {
    if (!cause.previous) return "no goose was known" + elected();
    return "nothing heard from " + name(cause.previous) + " for " + rough_text(cause.quiet) +
           elected();
  }

  [[nodiscard]] std::string lost_majority() const {
    return name(cause.previous) + " heard from only " + std::to_string(cause.heard) + " of " +
           std::to_string(cause.of) + " voters" + elected();
  }
};

constexpr std::array<std::string_view, std::variant_size_v<NoGoose>> no_goose_codes{
    "waiting_to_found", "no_majority",    "promised", "foreign_cluster",
    "disk_failed",      "standing_aside", "electing"};

std::string text_of(const WaitingToFound& it) {
  return it.sentence.empty() ? "waits for a cluster to join" : it.sentence;
}

std::string text_of(const NoMajority& it) {
  return std::to_string(it.unreachable.size()) + " of " + std::to_string(it.voters) +
         (it.voters == 1 ? " voter" : " voters") + " unreachable: " + joined(it.unreachable);
}

std::string text_of(const Promised& it) {
  const std::string left = rough_text(it.left);
  if (it.restarted_ago) {
    return "restarted " + rough_text(*it.restarted_ago) + " ago; may vote in " + left;
  }
  return "has promised " + it.to + " to vote for nobody else for " + left;
}

std::string text_of(const ForeignCluster& it) {
  return it.address + " is in another cluster with the name " + it.cluster + ": " +
         to_text(it.theirs) + ", this node is in " + to_text(it.mine);
}

std::string text_of(const DiskFailed& it) { return "the disk refused the record: " + it.what; }

std::string text_of(const StandingAside& it) {
  return "stands aside for " + rough_text(it.left) + ", because " + it.why +
         "; no other node has taken the office";
}

std::string text_of(const Electing& it) {
  return "an election is under way in term " + std::to_string(it.term.value);
}

}  // namespace

std::string_view code_of(const Cause& cause) {
  switch (cause.code) {
    case CauseCode::none_yet:
      return "none_yet";
    case CauseCode::founded:
      return "founded";
    case CauseCode::proof_of_death:
      return "proof_of_death";
    case CauseCode::promise_ran_out:
      return "promise_ran_out";
    case CauseCode::lost_majority:
      return "lost_majority";
    case CauseCode::newer_term:
      return "newer_term";
    case CauseCode::handover:
      break;
  }
  switch (cause.release.value_or(ReleaseReason::handover)) {
    case ReleaseReason::removed:
      return "removed";
    case ReleaseReason::unhealthy:
      return "unhealthy";
    case ReleaseReason::command_failed:
      return "command_failed";
    case ReleaseReason::keeper_silent:
    case ReleaseReason::keeper_dead:
      return "unguarded";
    case ReleaseReason::lease_ran_low:
      return "lease_ran_low";
    case ReleaseReason::dead:
      return "proof_of_death";
    case ReleaseReason::handover:
    case ReleaseReason::stopped:
    case ReleaseReason::command_ended:
    case ReleaseReason::lost_election:
      return "handover";
  }
  std::unreachable();
}

std::string sentence_of(const Cause& cause, std::optional<NodeId> goose, const Names& names) {
  const Phrases phrases{cause, goose, names};
  switch (cause.code) {
    case CauseCode::none_yet:
      return "no goose was seen yet";
    case CauseCode::founded:
      return phrases.founded();
    case CauseCode::handover:
      return phrases.handover();
    case CauseCode::proof_of_death:
      return phrases.name(cause.previous) + " died; its keeper released the lease" +
             phrases.elected();
    case CauseCode::promise_ran_out:
      return phrases.promise_ran_out();
    case CauseCode::lost_majority:
      return phrases.lost_majority();
    case CauseCode::newer_term:
      return phrases.name(cause.previous) + " met a higher term, from an election that was lost" +
             phrases.elected();
  }
  std::unreachable();
}

std::string_view code_of(const NoGoose& why) { return no_goose_codes.at(why.index()); }

std::string sentence_of(const NoGoose& why) {
  return std::visit([](const auto& it) { return text_of(it); }, why);
}

}  // namespace duckduckgoose::wire

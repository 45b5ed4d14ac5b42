#include "raft/text.hpp"

#include <cstdint>
#include <utility>
#include <variant>

namespace duckduckgoose {

namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string term_text(Term term) { return "term " + number(term.value); }

template <class Items, class Text>
std::string joined(const Items& items, Text text) {
  std::string all;
  for (const auto& item : items) all += (all.empty() ? "" : ", ") + text(item);
  return all;
}

template <class... Texts>
struct Overloaded : Texts... {
  using Texts::operator()...;
};

std::string body_text(const Body& body, const Names& names) {
  return std::visit(
      Overloaded{
          [](const Heartbeat& it) {
            return "heartbeat " + number(it.round.value) + " promise " + to_text(it.promise);
          },
          [](const HeartbeatReply& it) {
            const std::string round = number(it.round.value);
            return it.refused
                       ? "refuses heartbeat " + round + ": " + std::string{to_text(*it.refused)}
                       : "acknowledges heartbeat " + round;
          },
          [&](const VoteRequest& it) {
            std::string text = it.pre ? "asks for a pre-vote in " : "asks for a vote in ";
            text += term_text(it.asked) + " promise " + to_text(it.promise);
            return it.release ? text + " with " + to_text(*it.release, names) : text;
          },
          [](const VoteReply& it) {
            return (it.pre ? "pre-vote in " : "vote in ") + term_text(it.asked) + ": " +
                   std::string{to_text(it.ballot)};
          },
          [&](const Release& it) { return to_text(it, names); },
          [&](const Notice& it) {
            return it.leader ? "notice: " + names.name_of(it.leader->id) + " leads"
                             : std::string{"notice: nobody leads"};
          },
          [](const Rejected& it) { return "rejects: " + std::string{to_text(it.refusal)}; },
      },
      body);
}

}  // namespace

std::string to_text(NodeId id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  std::uint64_t rest = id.value;
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, rest >>= 4U) {
    *digit = digits[rest & 0xfU];
  }
  return text;
}

std::string to_text(Stamp stamp) { return number(stamp.term.value) + "." + number(stamp.version); }

std::string to_text(Duration duration) {
  const auto us = duration.count();
  if (us != 0 && us % 1'000'000 == 0) return std::to_string(us / 1'000'000) + "s";
  if (us % 1'000 == 0) return std::to_string(us / 1'000) + "ms";
  return std::to_string(us) + "us";
}

std::string_view to_text(Ballot ballot) {
  switch (ballot) {
    case Ballot::granted:
      return "granted";
    case Ballot::candidate_is_no_voter:
      return "the candidate is no voter";
    case Ballot::candidate_may_not_lead:
      return "the candidate may not lead";
    case Ballot::voter_is_no_voter:
      return "this node is no voter";
    case Ballot::term_is_old:
      return "the term is old";
    case Ballot::configuration_is_old:
      return "the configuration is old";
    case Ballot::incarnation_was_released:
      return "the incarnation was released";
    case Ballot::promised_to_another:
      return "promised to another";
    case Ballot::restarted:
      return "restarted within a promise";
    case Ballot::vote_is_given:
      return "the vote is given";
  }
  std::unreachable();
}

std::string_view to_text(HeartbeatRefusal refusal) {
  switch (refusal) {
    case HeartbeatRefusal::term_is_old:
      return "the term is old";
    case HeartbeatRefusal::incarnation_was_released:
      return "the incarnation was released";
  }
  std::unreachable();
}

std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::other_cluster:
      return "of another cluster";
    case Refusal::other_node:
      return "to another node";
    case Refusal::old_incarnation:
      return "of an older incarnation, as another process runs with the same id";
    case Refusal::clone:
      return "two processes run on copies of one data directory";
    case Refusal::old_copy:
      return "an old copy of the data";
    case Refusal::term_jump:
      return "the term jumps too far";
  }
  std::unreachable();
}

std::string_view to_text(ReleaseReason reason) {
  switch (reason) {
    case ReleaseReason::handover:
      return "handover";
    case ReleaseReason::stopped:
      return "stopped";
    case ReleaseReason::removed:
      return "removed";
    case ReleaseReason::unhealthy:
      return "unhealthy";
    case ReleaseReason::command_failed:
      return "command failed";
    case ReleaseReason::command_ended:
      return "command ended";
    case ReleaseReason::keeper_silent:
      return "keeper silent";
    case ReleaseReason::keeper_dead:
      return "keeper dead";
    case ReleaseReason::lease_ran_low:
      return "lease ran low";
    case ReleaseReason::lost_election:
      return "lost election";
    case ReleaseReason::dead:
      return "dead";
  }
  std::unreachable();
}

std::string_view to_text(CauseCode code) {
  switch (code) {
    case CauseCode::none_yet:
      return "none yet";
    case CauseCode::founded:
      return "founded";
    case CauseCode::handover:
      return "handover";
    case CauseCode::proof_of_death:
      return "proof of death";
    case CauseCode::promise_ran_out:
      return "promise ran out";
    case CauseCode::lost_majority:
      return "lost majority";
    case CauseCode::newer_term:
      return "newer term";
  }
  std::unreachable();
}

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::in_force:
      return "in force";
    case Outcome::not_leader:
      return "not leader";
    case Outcome::lost:
      return "lost";
    case Outcome::change_in_flight:
      return "a change is in flight";
    case Outcome::voters_silent:
      return "voters are silent";
    case Outcome::lease_would_end:
      return "the lease would end";
    case Outcome::unknown_node:
      return "unknown node";
    case Outcome::is_leader:
      return "it is the leader";
    case Outcome::last_leader:
      return "the last voter that may lead";
    case Outcome::no_successor:
      return "no successor";
    case Outcome::draining:
      return "draining";
    case Outcome::nothing_to_undo:
      return "nothing to undo";
    case Outcome::too_many:
      return "too many questions";
    case Outcome::out_of_range:
      return "out of range";
  }
  std::unreachable();
}

std::string_view to_text(Turn turn) {
  switch (turn) {
    case Turn::waits:
      return "waits for a leader";
    case Turn::follows:
      return "follows";
    case Turn::asks:
      return "asks for pre-votes";
    case Turn::campaigns:
      return "campaigns";
    case Turn::leads:
      return "leads";
    case Turn::lapsed:
      return "lease lapsed";
    case Turn::deposed:
      return "deposed by a higher term of";
    case Turn::drains:
      return "drains";
    case Turn::released:
      return "released its lease";
    case Turn::lost:
      return "lost the election";
    case Turn::heard_release:
      return "heard the release of";
    case Turn::installed:
      return "installed configuration";
    case Turn::changed:
      return "changed the configuration to";
    case Turn::change_in_force:
      return "configuration in force:";
    case Turn::refused:
      return "refused";
    case Turn::was_refused:
      return "was refused by";
  }
  std::unreachable();
}

std::string to_text(const Release& release, const Names& names) {
  std::string text = "release of " + names.name_of(release.incarnation.id);
  text += release.is_dead() ? std::string{" for ever"} : " up to " + term_text(release.term);
  text += ": " + std::string{to_text(release.reason)};
  return release.successor ? text + ", successor " + names.name_of(*release.successor) : text;
}

std::string to_text(const Cause& cause, const Names& names) {
  std::string text{to_text(cause.code)};
  if (cause.previous) text += " of " + names.name_of(*cause.previous);
  if (cause.release) text += " (" + std::string{to_text(*cause.release)} + ")";
  if (cause.quiet > Duration{0}) text += " after " + to_text(cause.quiet);
  if (cause.of > 0) text += ", heard " + number(cause.heard) + " of " + number(cause.of);
  if (!cause.electors.empty()) {
    text += ", elected by " + joined(cause.electors, [&](NodeId id) { return names.name_of(id); });
  }
  return text;
}

std::string to_text(const Message& message, const Names& names) {
  const std::string to = message.to == NodeId{} ? "all" : names.name_of(message.to);
  std::string text = names.name_of(message.from.id) + " -> " + to + " " + term_text(message.term) +
                     " config " + to_text(message.stamp) + (message.config ? "+ " : " ");
  return text + body_text(message.body, names);
}

std::string to_text(const Edit& edit, const Names& names) {
  return std::visit(
      Overloaded{
          [&](const AddVoter& it) { return "add voter " + names.name_of(it.member.id); },
          [&](const DropVoter& it) {
            return (it.removed ? "remove voter " : "demote voter ") + names.name_of(it.id);
          },
          [&](const BarNode& it) { return "bar " + names.name_of(it.id); },
          [&](const Readdress& it) { return names.name_of(it.id) + " is now at " + it.address; },
          [](const ChangeSettings& it) {
            std::string text = "set";
            if (it.promise) text += " promise " + to_text(*it.promise);
            if (it.limits) text += " voters " + std::to_string(it.limits->voters);
            return text;
          },
          [](const Undo& /*undo*/) { return std::string{"undo the last change"}; },
      },
      edit);
}

std::string to_text(const Event& event, const Names& names) {
  return std::visit(
      Overloaded{
          [](const Tick& /*tick*/) { return std::string{"tick"}; },
          [&](const Received& it) { return "receives " + to_text(it.message, names); },
          [](const Enrolled& it) { return "enrols in " + it.cluster.name; },
          [&](const LinkUp& it) {
            return "link to " + names.name_of(it.who.id) + " at " + it.address;
          },
          [&](const LinkDown& it) { return "no link to " + names.name_of(it.who); },
          [&](const ChangeRequest& it) { return "asked to " + to_text(it.edit, names); },
          [](const Confirm& /*confirm*/) { return std::string{"asked to confirm"}; },
          [](const Hold& it) { return "asked to hold " + to_text(it.wanted); },
          [](const WorkBegan& /*began*/) { return std::string{"work began"}; },
          [](const WorkEnded& it) {
            return std::string{it.well ? "work ended" : "work ended badly"};
          },
          [](const StandAside& /*aside*/) { return std::string{"stands aside"}; },
          [](const Drain& it) { return "asked to drain: " + std::string{to_text(it.reason)}; },
      },
      event);
}

std::string to_text(const Trace& trace, const Names& names) {
  std::string text{to_text(trace.turn)};
  if (trace.other) text += " " + names.name_of(*trace.other);
  if (trace.stamp) text += " " + to_text(*trace.stamp);
  if (trace.refusal) text += ": " + std::string{to_text(*trace.refusal)};
  if (trace.cause) text += ": " + to_text(*trace.cause, names);
  return text;
}

}  // namespace duckduckgoose

#include "sim/names.hpp"
#include "sim/world.hpp"

/// What is written down for people, one line each.
namespace duckduckgoose::sim {

namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string at(TrueTime now) {
  std::string ms = std::to_string(now.time_since_epoch().count() / 1000);
  constexpr std::size_t width = 5;
  if (ms.size() < width) ms.insert(0, width - ms.size(), ' ');
  return "[" + ms + "] ";
}

}  // namespace

std::string role_of(const Raft& core) {
  struct Named {
    std::string operator()(const Follower& /*role*/) const { return "follower"; }
    std::string operator()(const PreCandidate& /*role*/) const { return "pre-candidate"; }
    std::string operator()(const Candidate& /*role*/) const { return "candidate"; }
    std::string operator()(const Leader& /*role*/) const { return "leader"; }
  };
  if (!core.is_voter()) return "observer";
  return std::visit(Named{}, core.role());
}

void World::note(std::string_view line) {
  if (log_ == nullptr) return;
  *log_ += at(now_);
  *log_ += line;
  *log_ += '\n';
}

void World::log_event(PlaceIndex index, const Event& event) {
  if (detail_ != Detail::everything) return;
  const Place& place = places_[index];
  note("> " + name_of(id(index)) + " " +
       std::to_string(place.clock.at(now_).time_since_epoch().count()) +
       "us: " + to_text(event, PlaceNames{}));
}

void World::log_effects(PlaceIndex index, const Effects& effects) {
  const PlaceNames names;
  const Raft& core = *places_[index].process;
  constexpr std::size_t role_width = 13;
  const std::string who =
      padded(name_of(id(index)), 4) + " " + padded(role_of(core), role_width) + " term ";
  for (const Trace& trace : effects.trace) {
    note(who + std::to_string(trace.term.value) + "  " + to_text(trace, names));
  }
  for (const Answer& answer : effects.answers) {
    std::string line = name_of(id(index)) + " answers " + std::to_string(answer.ticket.value) +
                       ": " + std::string{to_text(answer.outcome)};
    for (const NodeId silent : answer.silent) line += " " + name_of(silent);
    note(line);
  }
  if (effects.held) {
    const Duration held = *effects.held - places_[index].clock.at(now_);
    note(name_of(id(index)) + " holds for " + to_text(held));
  }
  if (detail_ != Detail::everything) return;
  if (effects.withdraw) note("  withdraws term " + std::to_string(effects.withdraw->term.value));
  if (effects.persist) {
    const Record& record = *effects.persist;
    note("  saves " + std::to_string(record.saves) + ": term " + std::to_string(record.term.value) +
         " vote " + (record.voted_for ? name_of(*record.voted_for) : "none") + " promise_max " +
         to_text(record.promise_max) + " config " + to_text(record.config.stamp) + " {" +
         names_of(record.config) + "}");
  }
  for (const Message& message : effects.send) note("  sends " + to_text(message, names));
  if (effects.notice) note("  sends " + to_text(*effects.notice, names));
}

}  // namespace duckduckgoose::sim

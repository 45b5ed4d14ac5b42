#include <algorithm>
#include <utility>

#include "node/view.hpp"

/// Why there is no goose: the first of these that is true.
namespace duckduckgoose::node {

namespace {

/// While an election goes on, every voter speaks; who says nothing for so many promises does not
/// answer.
constexpr int promises_of_patience = 2;

std::string silence_text(Duration silence) { return "no answer for " + wire::rough_text(silence); }

/// Another cluster of this one's name that is there (F8).
std::optional<wire::NoGoose> foreigner(const Facts& facts, Instant now) {
  const bool is_there = facts.foreigner && now - facts.foreigner->met < Foreigner::kept;
  return is_there ? std::optional<wire::NoGoose>{facts.foreigner->what} : std::nullopt;
}

std::optional<wire::NoGoose> too_few(const Facts& facts, Instant now) {
  const Raft& raft = facts.engine.raft();
  const Configuration& config = raft.record().config;
  const Duration patience = promises_of_patience * config.promise;
  const bool asks =
      !std::holds_alternative<Follower>(raft.role()) && now - facts.story.since > patience;
  wire::NoMajority few{.voters = config.members.size()};
  for (const Member& voter : config.members) {
    if (voter.id == raft.self().id) continue;
    const auto peer = facts.peers.find(voter.id);
    if (peer && !(asks && now - peer->heard > patience)) continue;
    std::string why = peer ? silence_text(now - peer->heard) : facts.peers.why_not(voter.id);
    if (why.empty()) why = "not reached yet";
    few.unreachable.push_back({facts.book.name_of(voter.id), std::move(why)});
  }
  const std::size_t there = few.voters - few.unreachable.size();
  if (there >= majority_of(few.voters)) return std::nullopt;
  if (auto other = foreigner(facts, now)) return other;
  return few;
}

wire::NoGoose why_none(const Facts& facts, Instant now) {
  const Raft& raft = facts.engine.raft();
  if (raft.record().is_fresh()) {
    wire::WaitingToFound waiting;
    if (facts.joining != nullptr) waiting.sentence = facts.joining->waits_for();
    return waiting;
  }
  if (auto few = too_few(facts, now)) return *few;
  if (raft.is_voter() && now < raft.may_vote_at()) {
    return wire::Promised{.left = raft.may_vote_at() - now,
                          .restarted_ago = now - facts.home.began};
  }
  if (const auto until = raft.barred_until(); raft.is_voter() && until && *until > now) {
    const auto& vote = raft.record().voted_for;
    const auto to = vote && *vote != raft.self().id ? vote : facts.story.last_goose;
    return wire::Promised{.left = *until - now,
                          .restarted_ago = {},
                          .to = to ? facts.book.name_of(*to) : "another node"};
  }
  if (const auto* aside = facts.work.aside(now)) {
    return wire::StandingAside{.left = aside->until - now, .why = aside->why};
  }
  return wire::Electing{raft.record().term};
}

}  // namespace

Why why_of(const Facts& facts, Instant now) {
  const Raft& raft = facts.engine.raft();
  const bool leads = facts.engine.leads(now);
  const Leadership leadership = raft.leadership();
  const NodeId me = raft.self().id;
  if (const auto by = raft.record().config.removed_by(me)) {
    return {
        *by == RemovedBy::upkeep
            ? "this node was silent for so long that its cluster goes on without it; it takes a "
              "new id"
            : "this node was removed from the cluster by an operator; `duckduckgoose reset` "
              "makes it a new node",
        "removed"};
  }
  if (facts.work.is_undying()) {
    return {"something that this node had started does not die: it releases nothing", "undying"};
  }
  if (leads || (leadership.leader && raft.leader() == nullptr)) {
    const auto other = foreigner(facts, now);
    return {wire::sentence_of(leadership.cause, leadership.leader->id, facts.book) +
                (other ? "; " + wire::sentence_of(*other) : ""),
            std::string{wire::code_of(leadership.cause)}};
  }
  const wire::NoGoose none = why_none(facts, now);
  return {wire::sentence_of(none), std::string{wire::code_of(none)}};
}

}  // namespace duckduckgoose::node

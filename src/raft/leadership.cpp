#include <algorithm>
#include <utility>

#include "raft/ensure.hpp"
#include "raft/raft.hpp"

/// Leading: rounds and the lease, changes of the configuration, giving up office: rules 5, 7 and 8.
namespace duckduckgoose {

namespace {

Leader::Progress& progress_of(Leader& leader, NodeId id) {
  const auto known = std::ranges::find(leader.progress, id, &Leader::Progress::id);
  return known != leader.progress.end() ? *known : leader.progress.emplace_back(id);
}

bool is_in_range(const ChangeSettings& settings) {
  if (settings.promise && (*settings.promise < promise_min || *settings.promise > promise_max))
    return false;
  if (!settings.limits) return true;
  const int voters = settings.limits->voters;
  return voters >= 1 && voters % 2 == 1 && voters <= static_cast<int>(Configuration::members_max);
}

}  // namespace

const Leader::Progress* Leader::find(NodeId id) const {
  const auto known = std::ranges::find(progress, id, &Progress::id);
  return known != progress.end() ? &*known : nullptr;
}

void Raft::lead() {
  auto& won = std::get<Candidate>(role_);
  Leader leader{.tenure = {self_, record_.term, record_.config.token(record_.term)},
                .cause = std::move(won.cause),
                .since = now_};
  leader.cause.electors = won.granted;
  leader.lease.sent(won.round);
  for (const NodeId voter : won.granted) {  // a vote is the first acknowledgement
    leader.lease.acknowledged(voter, won.round.id);
    progress_of(leader, voter).heard = won.round.stamp;
  }
  if (leader.lease.ends(record_.config, self_.id) <= now_) {
    won.cause = std::move(leader.cause);
    lose();
    return;
  }
  role_ = std::move(leader);
  trace(Turn::leads).cause = leadership().cause;
  // The lease rests on votes that are on their disks: all hear who leads before anything is saved
  // again. But a configuration of term 0 says that nobody has ever led under it. And of an even
  // number of voters one that leaves at the first round may be the last whose acknowledgement lets
  // the leader drop it.
  const bool nobody_led = record_.config.stamp.term == Term{};
  const bool is_even = record_.config.members.size() % 2 == 0;
  if (nobody_led || is_even || record_.config.is_single()) claim_configuration();
  send_round();
}

/// Before every round but the first, which lead() sends.
void Raft::send_next_round() {
  claim_configuration();
  send_round();
}

/// The stamp's term becomes the leader's own: an acknowledgement of this configuration then also
/// says that the voter is in this term, so that no older leader can change anything any more
/// (OPODIS 2021, section 5).
void Raft::claim_configuration() {
  if (has_claimed_configuration()) return;
  auto& leader = std::get<Leader>(role_);
  leader.inherited = record_.config.stamp;
  leader.notice_at = now_;
  record_.config.stamp = {record_.term, record_.config.stamp.version + 1};
}

void Raft::send_round() {
  auto& leader = std::get<Leader>(role_);
  const SentRound round{new_round(), now_, record_.config.promise};
  const std::vector<NodeId> to = rounds_to();
  std::erase_if(leader.progress, [&](const Leader::Progress& it) {
    if (it.id == self_.id || std::ranges::binary_search(to, it.id)) return false;
    leader.lease.forget(it.id);
    return true;
  });
  leader.lease.sent(round);
  leader.lease.acknowledged(self_.id, round.id);
  // Until a longer promise is in force the lease rests on rounds of the shorter one.
  const auto& before = leader.change ? leader.change->before : std::nullopt;
  const Duration pace = std::min(round.promise, before ? before->promise : round.promise);
  leader.round_at = now_;
  leader.heartbeat_at = now_ + pace / heartbeats_in_promise;
  bind_self(round.promise);
  for (const NodeId id : to) {
    const auto* known = leader.find(id);
    const bool up_to_date = known != nullptr && known->acknowledged == record_.config.stamp;
    send(id, Heartbeat{round.id, round.promise, leader.cause}, !up_to_date);
  }
  if (now_ >= leader.notice_at) {
    leader.notice_at = now_ + record_.config.promise;
    notify();
  }
  keep_self_promise();
  settle();
}

void Raft::receive(const Message& message, const HeartbeatReply& reply) {
  adopt_term_of(message);
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || reply.refused || message.term != leader->tenure.term) return;
  const auto stamp = leader->lease.acknowledged(message.from.id, reply.round);
  if (!stamp) return;
  Leader::Progress& progress = progress_of(*leader, message.from.id);
  progress.heard = std::max(progress.heard, *stamp);
  progress.acknowledged = std::max(progress.acknowledged, std::optional{message.stamp});
  keep_self_promise();
  settle();
}

void Raft::keep_self_promise() {
  const Instant end = *lease_end();
  promises_.give(self_, record_.term, end, now_);
  // A late acknowledgement of a round with a longer promise may outlast what was saved.
  bind_self(end - now_);
}

void Raft::settle() {
  auto& leader = std::get<Leader>(role_);
  if (leader.change && has_majority_acknowledged(leader)) {
    trace(Turn::change_in_force).stamp = record_.config.stamp;
    out_.answers.push_back({leader.change->ticket, Outcome::in_force, {}});
    leader.change.reset();
    leader.notice_at = now_;  // whom it leaves out gets no rounds any more
  }
  const Instant confirmed = leader.lease.confirmed(record_.config, self_.id);
  std::erase_if(leader.questions, [&](const Leader::Question& it) {
    if (it.asked > confirmed) return false;
    out_.answers.push_back({it.ticket, Outcome::in_force, {}});
    return true;
  });
  if (!leader.questions.empty()) hurry();
}

void Raft::hurry() {
  auto& leader = std::get<Leader>(role_);
  // Not faster than acknowledgements from afar can come back before their round is forgotten.
  const Instant soonest =
      leader.round_at + record_.config.promise / static_cast<int>(Lease::rounds_max);
  leader.heartbeat_at = std::min(leader.heartbeat_at, soonest);
  if (now_ >= leader.heartbeat_at && now_ > leader.round_at) send_next_round();
}

void Raft::on(const ChangeRequest& request) {
  const auto* leader = std::get_if<Leader>(&role_);
  const auto answer = [&](Outcome outcome, std::vector<NodeId> silent = {}) {
    out_.answers.push_back({request.ticket, outcome, std::move(silent)});
  };
  if (leader == nullptr) return answer(Outcome::not_leader);
  if (leader->drain) return answer(Outcome::draining);
  const auto next = edited(*leader, request.edit);
  if (!next) return answer(next.error());
  const bool is_undo = std::holds_alternative<Undo>(request.edit);
  if (!is_undo) {
    const bool has_claimed = has_claimed_configuration();
    if (!has_claimed) hurry();
    if (leader->change || !has_claimed) return answer(Outcome::change_in_flight);
    if (!has_majority_acknowledged(*leader)) {
      return answer(Outcome::voters_silent, voters_behind(*leader));
    }
  }
  if (*next == record_.config) return answer(Outcome::in_force);
  const bool moves_voters = !is_undo && next->members.size() != record_.config.members.size();
  // What was told under a longer promise must have run out: new majorities promise only the present
  // one.
  const bool told_longer = std::max(*lease_end(), held_until_) > now_ + counted(next->promise);
  if (leader->lease.ends(*next, self_.id) <= now_ || (moves_voters && told_longer)) {
    return answer(Outcome::lease_would_end,
                  silent_voters(*leader, now_ - counted(record_.config.promise)));
  }
  change(request.ticket, *next, is_undo);
}

std::expected<Configuration, Outcome> Raft::edited(const Leader& leader, const Edit& edit) const {
  Configuration next = record_.config;
  if (const auto* add = std::get_if<AddVoter>(&edit)) {
    if (next.removed_by(add->member.id)) return std::unexpected(Outcome::unknown_node);
    if (next.members.size() == Configuration::members_max)
      return std::unexpected(Outcome::out_of_range);
    if (!next.has(add->member.id)) next.add(add->member);
  } else if (const auto* drop = std::get_if<DropVoter>(&edit)) {
    if (drop->id == self_.id) return std::unexpected(Outcome::is_leader);
    if (!next.has(drop->id)) return std::unexpected(Outcome::unknown_node);
    next.drop(drop->id);
    if (drop->removed) next.mark_removed(drop->id, *drop->removed);
  } else if (const auto* bar = std::get_if<BarNode>(&edit)) {
    if (next.has(bar->id)) return std::unexpected(Outcome::out_of_range);
    if (!next.removed_by(bar->id)) next.mark_removed(bar->id, bar->by);
  } else if (const auto* moved = std::get_if<Readdress>(&edit)) {
    const auto member = std::ranges::find(next.members, moved->id, &Member::id);
    if (member == next.members.end()) return std::unexpected(Outcome::unknown_node);
    member->address = moved->address;
  } else if (const auto* settings = std::get_if<ChangeSettings>(&edit)) {
    if (!is_in_range(*settings)) return std::unexpected(Outcome::out_of_range);
    next.promise = settings->promise.value_or(next.promise);
    next.limits = settings->limits.value_or(next.limits);
  } else {
    if (!leader.change || !leader.change->before) return std::unexpected(Outcome::nothing_to_undo);
    next = *leader.change->before;
  }
  return next;
}

void Raft::change(Ticket ticket, Configuration next, bool is_undo) {
  auto& leader = std::get<Leader>(role_);
  if (leader.change) out_.answers.push_back({leader.change->ticket, Outcome::lost, {}});
  leader.change = Leader::Change{ticket, is_undo ? std::nullopt : std::optional{record_.config}};
  leader.inherited.reset();
  next.stamp = {record_.term, record_.config.stamp.version + 1};
  record_.config = std::move(next);
  trace(Turn::changed).stamp = record_.config.stamp;
  leader.notice_at = now_;
  send_round();
}

void Raft::on(const Confirm& confirm) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || leader->questions.size() == questions_max) {
    const Outcome why = leader == nullptr ? Outcome::not_leader : Outcome::too_many;
    out_.answers.push_back({confirm.ticket, why, {}});
    return;
  }
  leader->questions.push_back({confirm.ticket, now_});
  settle();
}

void Raft::on(const Hold& hold) {
  const Leader* const it = leader();
  out_.held = now_;
  if (it == nullptr || it->drain) return;
  out_.held = std::min(now_ + hold.wanted, *lease_end());
  held_until_ = std::max(held_until_, *out_.held);
  bind_self(record_.config.promise);
}

void Raft::on(const WorkBegan& /*began*/) {
  ensure(!works_);
  works_ = true;
  bind_self(record_.config.promise);
}

/// Whoever relies on the end of the work has the time that it would have without a Release.
void Raft::on(const WorkEnded& ended) {
  works_ = false;
  if (ended.well) return;
  held_until_ = std::max(held_until_, now_ + promises_.longest_left(now_));
  bind_self(record_.config.promise);
}

void Raft::on(const StandAside& aside) {
  aside_until_ = std::max(aside_until_, aside.until);
  if (std::holds_alternative<Candidate>(role_)) lose();
  if (std::holds_alternative<PreCandidate>(role_)) {
    follow(std::nullopt, leadership().cause, now_ + record_.config.promise + stagger_);
  }
}

void Raft::on(const Drain& drain) {
  auto* leader = std::get_if<Leader>(&role_);
  std::optional<Outcome> refused;
  if (leader == nullptr) {
    refused = Outcome::not_leader;
  } else if (leader->drain) {
    refused = Outcome::draining;
  } else if (drain.successor && !is_fit(*leader, *drain.successor)) {
    refused = may_lead_other(*drain.successor) ? Outcome::voters_silent : Outcome::unknown_node;
  } else if (now_ >= aside_until_ && !best_successor(*leader)) {
    refused = Outcome::no_successor;
  }
  if (refused) {
    out_.answers.push_back({drain.ticket, *refused, {}});
    return;
  }
  leader->drain = drain;
  trace(Turn::drains, drain.successor);
}

void Raft::leave_office(const Cause& cause) {
  auto& leader = std::get<Leader>(role_);
  const auto lost = [&](Ticket ticket) { out_.answers.push_back({ticket, Outcome::lost, {}}); };
  if (leader.change) lost(leader.change->ticket);
  for (const Leader::Question& it : leader.questions) lost(it.ticket);
  if (leader.drain) lost(leader.drain->ticket);
  follow(std::nullopt, cause, now_ + chance_.up_to(spread()));
  notify();
}

void Raft::release_when_free() {
  if (works_ || held_until_ > now_) return;
  if (owed_) {
    const Release release = *std::exchange(owed_, std::nullopt);
    send_release(release, rounds_to());
  }
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr || !leader->drain) return;
  const Drain drain = *std::exchange(leader->drain, std::nullopt);
  const auto successor = drain.successor && is_fit(*leader, *drain.successor)
                             ? drain.successor
                             : best_successor(*leader);
  const Release release{self_, record_.term, drain.reason, successor};
  const std::vector<NodeId> to = rounds_to();
  leave_office({.code = CauseCode::handover, .previous = self_.id, .release = drain.reason});
  out_.answers.push_back({drain.ticket, Outcome::in_force, {}});
  // The others go first: who gave the office up does not snatch it back.
  std::get<Follower>(role_).campaign_at = now_ + record_.config.promise + stagger_;
  send_release(release, to);
  trace(Turn::released, successor);
}

/// The one that is to follow hears it first.
void Raft::send_release(const Release& release, std::vector<NodeId> to) {
  releases_.accept(release);
  promises_.release(self_, release.term);
  const auto first = std::ranges::find(to, release.successor);
  if (first != to.end()) std::rotate(to.begin(), first, first + 1);
  for (const NodeId id : to) send(id, release);
}

/// Whom a change leaves out votes again if it is undone, and the lease must hold at that instant.
std::vector<NodeId> Raft::rounds_to() const {
  std::vector<NodeId> to;
  const auto is_there = [&](NodeId id) { return std::ranges::find(to, id) != to.end(); };
  const auto add_voters = [&](const Configuration& config) {
    for (const Member& member : config.members) {
      if (member.id != self_.id && !is_there(member.id)) to.push_back(member.id);
    }
  };
  add_voters(record_.config);
  const Leader* const it = leader();
  if (it != nullptr && it->change && it->change->before) add_voters(*it->change->before);
  std::size_t observers = 0;
  for (const LinkedPeer& link : links_) {
    const bool is_observer = !is_there(link.who.id) && !record_.config.removed_by(link.who.id);
    if (!is_observer || observers == observers_in_rounds_max) continue;
    to.push_back(link.who.id);
    ++observers;
  }
  std::ranges::sort(to);
  return to;
}

/// Who has acknowledged the configuration that this leader found gets its rewrite before a Release,
/// over the same link. If that was lost in between, its voters refuse it once, and it catches up.
bool Raft::is_fit(const Leader& leader, NodeId id) const {
  const auto* progress = leader.find(id);
  if (!may_lead_other(id) || progress == nullptr || !progress->acknowledged) return false;
  const Stamp acknowledged = *progress->acknowledged;
  return (acknowledged == record_.config.stamp || acknowledged == leader.inherited) &&
         now_ - progress->heard < record_.config.promise;
}

bool Raft::may_lead_other(NodeId id) const { return id != self_.id && record_.config.may_lead(id); }

std::optional<NodeId> Raft::best_successor(const Leader& leader) const {
  const Leader::Progress* best = nullptr;
  for (const Leader::Progress& it : leader.progress) {
    if (is_fit(leader, it.id) && (best == nullptr || it.heard > best->heard)) best = &it;
  }
  return best == nullptr ? std::nullopt : std::optional{best->id};
}

bool Raft::has_majority_acknowledged(const Leader& leader) const {
  return voters_behind(leader).size() + majority_of(record_.config.members.size()) <=
         record_.config.members.size();
}

template <class Predicate>
std::vector<NodeId> Raft::voters_unless(const Leader& leader, Predicate is_fine) const {
  std::vector<NodeId> others;
  for (const Member& member : record_.config.members) {
    const auto* progress = leader.find(member.id);
    const bool is_one = member.id != self_.id && (progress == nullptr || !is_fine(*progress));
    if (is_one) others.push_back(member.id);
  }
  return others;
}

std::vector<NodeId> Raft::voters_behind(const Leader& leader) const {
  return voters_unless(leader,
                       [&](const auto& it) { return it.acknowledged == record_.config.stamp; });
}

std::vector<NodeId> Raft::silent_voters(const Leader& leader, Instant since) const {
  return voters_unless(leader, [&](const auto& it) { return it.heard > since; });
}

}  // namespace duckduckgoose

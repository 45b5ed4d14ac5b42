#include <algorithm>
#include <utility>

#include "raft/raft.hpp"

/// Voting and campaigning: rules 2, 3, 4 and 6; thesis 3.4, 3.6, 9.6.
namespace duckduckgoose {

namespace {

constexpr int promises_of_observers = 8;

/// A request refused for one of these changes nothing in the voter, not even its term: the promise
/// that stands in the way protects a leader which that term would depose (thesis 4.2.3, 6.4.1).
/// Only the configuration stays.
bool leaves_term_alone(Ballot ballot) {
  return ballot == Ballot::promised_to_another || ballot == Ballot::restarted ||
         ballot == Ballot::incarnation_was_released;
}

}  // namespace

void Raft::receive(const Message& message, const VoteRequest& request) {
  if (request.asked.value != message.term.value + (request.pre ? 1 : 0)) return;
  const Voter voter{record_, promises_, releases_, may_vote_at_};
  const Ballot ballot = decide(request, message.from, message.stamp, voter, now_);
  if (!leaves_term_alone(ballot)) adopt_term_of(message);
  if (ballot == Ballot::granted && !request.pre) {
    record_.voted_for = message.from.id;
    promise(message.from, request.asked, request.promise);
    const auto* follower = std::get_if<Follower>(&role_);
    const bool follows_it = follower != nullptr && follower->leader == message.from;
    if (!follows_it) follow(std::nullopt, why_campaign(), free_to_campaign_at());
  }
  send(message.from.id, VoteReply{request.pre, request.asked, request.round, ballot},
       message.stamp < record_.config.stamp);
}

void Raft::receive(const Message& message, const VoteReply& reply) {
  adopt_term_of(message);
  const NodeId voter = message.from.id;
  if (!record_.config.has(voter)) return;
  if (auto* asking = std::get_if<PreCandidate>(&role_)) {
    if (!reply.pre || reply.round != asking->round || reply.asked != asking->asked) return;
    if (reply.ballot != Ballot::granted) return;
    count(asking->granted, voter);
    if (is_majority(asking->granted)) campaign();
  } else if (auto* candidate = std::get_if<Candidate>(&role_)) {
    if (reply.pre || reply.round != candidate->round.id || reply.asked != record_.term) return;
    count(reply.ballot == Ballot::granted ? candidate->granted : candidate->refused, voter);
    if (is_majority(candidate->granted)) {
      lead();
    } else if (!candidate->refused.empty() && !can_still_win(*candidate)) {
      lose();
    }
  }
}

void Raft::receive(const Message& message, const Heartbeat& heartbeat) {
  adopt_term_of(message);
  HeartbeatReply reply{heartbeat.round, std::nullopt};
  if (releases_.covers(message.from, message.term)) {
    reply.refused = HeartbeatRefusal::incarnation_was_released;
  } else if (message.term < record_.term) {
    reply.refused = HeartbeatRefusal::term_is_old;
  } else if (message.term > record_.term || !record_.config.may_lead(message.from.id)) {
    return;  // from no voter of this node's configuration
  } else {
    if (std::holds_alternative<Candidate>(role_)) lose();
    promise(message.from, message.term, heartbeat.promise);
    follow(message.from, heartbeat.cause, free_to_campaign_at());
  }
  send(message.from.id, reply);
}

void Raft::receive(const Message& message, const Notice& notice) {
  if (is_voter()) return;  // voters believe rounds
  const bool was_leader = seat().leader == message.from;
  if (!notice.leader && !was_leader) return;  // who knows nobody raises no term
  adopt_term_of(message);
  if (message.term < record_.term) return;
  follow(notice.leader, notice.cause, now_ + 2 * record_.config.promise);
}

/// Becomes a pre-candidate; false: it may not campaign, or not yet. Who never may tells what it
/// knows instead.
bool Raft::stand() {
  Cause cause = why_campaign();
  const bool is_news = seat().leader.has_value();
  const Instant free_at =
      std::max(may_vote_at_, promises_.barred_until(self_.id, now_).value_or(now_));
  if (!may_campaign() || free_at > now_) {
    // The leader is gone all the same; who may not campaign, or not yet, waits.
    follow(std::nullopt, std::move(cause), free_at + stagger_);
    if (may_campaign()) return false;
    // Whoever may lead may have missed that it votes, and who knows that be a witness or an
    // observer: these ask nobody, so nobody would ever hear it from them. Observers may be
    // thousands, and leave the cores to the election that is due when they lose their leader.
    const Duration promise = record_.config.promise;
    std::get<Follower>(role_).campaign_at =
        now_ + (is_voter() ? promise : chance_.up_to(promises_of_observers * promise));
    if (!is_voter() && is_news) return false;
    for (const Member& it : record_.config.members) {
      if (it.id != self_.id) send(it.id, Notice{std::nullopt, leadership().cause}, true);
    }
    return false;
  }
  // Drawn anew for each try: else two candidates collide for ever (3.4).
  stagger_ = chance_.up_to(spread());
  role_ = PreCandidate{.round = new_round(),
                       .asked = Term{record_.term.value + 1},
                       .ask_again_at = now_ + record_.config.promise / 2 + stagger_,
                       .cause = std::move(cause),
                       .granted = {self_.id}};
  return true;
}

void Raft::ask() {
  if (!stand()) return;
  trace(Turn::asks);
  if (record_.config.is_single()) {
    campaign();
    return;
  }
  const auto& asking = std::get<PreCandidate>(role_);
  request_votes({.pre = true,
                 .asked = asking.asked,
                 .round = asking.round,
                 .promise = record_.config.promise,
                 .release = releases_.last()});
}

void Raft::campaign() {
  auto& asking = std::get<PreCandidate>(role_);
  const SentRound round{new_round(), now_, record_.config.promise};
  record_.term = asking.asked;
  record_.voted_for = self_.id;
  bind_self(round.promise);
  role_ = Candidate{.round = round,
                    .give_up_at = now_ + record_.config.promise / 2 + chance_.up_to(spread()),
                    .cause = std::move(asking.cause),
                    .granted = {self_.id},
                    .refused = {}};
  trace(Turn::campaigns);
  if (record_.config.is_single()) {
    lead();
    return;
  }
  request_votes({.pre = false,
                 .asked = record_.term,
                 .round = round.id,
                 .promise = round.promise,
                 .release = releases_.last()});
}

void Raft::request_votes(const VoteRequest& request) {
  for (const Member& member : record_.config.members) {
    if (member.id != self_.id) send(member.id, request, true);
  }
}

void Raft::lose() {
  Cause cause = std::move(std::get<Candidate>(role_).cause);
  trace(Turn::lost);
  follow(std::nullopt, std::move(cause), now_ + short_wait_ + chance_.up_to(spread()));
  // Its voters have promised; nothing else frees them before the promise runs out (rule 8).
  owed_ = Release{self_, record_.term, ReleaseReason::lost_election, std::nullopt};
}

/// Voters without a link cannot answer any more: to wait for them would only hold up the next
/// election.
bool Raft::can_still_win(const Candidate& candidate) const {
  return is_majority(with_linked_voters(candidate.granted, candidate.refused));
}

std::vector<NodeId> Raft::with_linked_voters(std::vector<NodeId> nodes,
                                             const std::vector<NodeId>& except) const {
  for (const LinkedPeer& link : links_) {
    const NodeId id = link.who.id;
    const bool is_excepted = std::ranges::find(except, id) != except.end();
    if (record_.config.has(id) && !is_excepted) count(nodes, id);
  }
  return nodes;
}

/// All hear of a Release at the same moment, and a random wait as short as a failover should be is
/// shorter than a save: they would split the votes. So they stand in line: the successor that was
/// named, then those that are linked and may lead, by id. The first does not wait.
Duration Raft::turn_after(const Release& release) const {
  if (release.successor == self_.id) return Duration{0};
  const NodeId first = release.successor.value_or(NodeId{});
  const auto is_before = [&](const LinkedPeer& it) {
    const NodeId id = it.who.id;
    const bool stands = may_lead_other(id) && id != release.incarnation.id;
    return stands && (id == first || id < self_.id);
  };
  const auto before = std::ranges::count_if(links_, is_before);
  return before * turn_length();
}

/// Nobody has promised anything yet, and all begin at about the same moment: they stand in line,
/// too.
Duration Raft::turn_of_founder() const {
  const auto is_before = [&](const Member& it) { return it.may_lead && it.id < self_.id; };
  return std::ranges::count_if(record_.config.members, is_before) * turn_length();
}

/// Longer than a save and a round trip take, so that one turn is over before the next one begins.
Duration Raft::turn_length() const { return std::max(short_wait_, record_.config.promise / 20); }

/// Whoever is called to follow, and can reach a majority, need not ask whether it would win: the
/// Release that it sends along frees its voters (thesis 3.10).
void Raft::succeed(const Release& release) {
  // The dead may still be linked. One that has handed over answers.
  const auto dead = release.is_dead() ? std::vector{release.incarnation.id} : std::vector<NodeId>{};
  if (!is_majority(with_linked_voters({self_.id}, dead))) {
    ask();
  } else if (stand()) {
    campaign();
  }
}

void Raft::retry_soon() {
  const Instant soon = now_ + chance_.up_to(short_wait_);
  if (auto* follower = std::get_if<Follower>(&role_)) {
    if (!follower->leader) follower->campaign_at = std::min(follower->campaign_at, soon);
  } else if (auto* asking = std::get_if<PreCandidate>(&role_)) {
    asking->ask_again_at = std::min(asking->ask_again_at, soon);
  }
}

void Raft::promise(Incarnation to, Term term, Duration length) {
  promises_.give(to, term, now_ + length, now_);
  record_.promise_max = std::max(record_.promise_max, length);
}

void Raft::bind_self(Duration length) {
  // A single voter has nobody to promise to, and leads at once after a restart, until a hold or a
  // command makes somebody else rely on its lease (rule 6).
  const bool relied_on = works_ || held_until_ > now_ || record_.promise_max > Duration{0};
  if (record_.config.is_single() && !relied_on) return;
  // A lease that rests on rounds of a longer promise, which was lowered since, binds for longer.
  record_.promise_max = std::max({record_.promise_max, length, promises_.longest_left(now_)});
}

Instant Raft::free_to_campaign_at() const {
  return promises_.barred_until(self_.id, now_).value_or(now_ + record_.config.promise) + stagger_;
}

Cause Raft::why_campaign() const {
  const auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr) return leadership().cause;
  if (follower->leader) {
    return {.code = CauseCode::promise_ran_out,
            .previous = follower->leader->id,
            .quiet = now_ - follower->heard};
  }
  if (follower->cause.code != CauseCode::none_yet) return follower->cause;
  const bool first = record_.config.stamp.term == Term{};
  return {.code = first ? CauseCode::founded : CauseCode::promise_ran_out,
          .quiet = now_ - follower->heard};
}

void Raft::count(std::vector<NodeId>& ballots, NodeId voter) {
  if (std::ranges::find(ballots, voter) == ballots.end()) ballots.push_back(voter);
}

bool Raft::is_majority(const std::vector<NodeId>& voters) const {
  return voters.size() >= majority_of(record_.config.members.size());
}

Duration Raft::spread() const {
  constexpr Duration longest = std::chrono::milliseconds{250};
  return std::min(record_.config.promise / 4, longest);
}

}  // namespace duckduckgoose

#include "raft/raft.hpp"

#include <algorithm>
#include <utility>

#include "raft/ensure.hpp"

namespace duckduckgoose {

namespace {

/// Round ids are never reused, not even by a later life of the node: a late acknowledgement of an
/// earlier life's round must not count. The start number makes the upper bits; the sum stays below
/// 2^53.
std::uint64_t first_round(std::uint64_t starts) {
  constexpr unsigned starts_bits = 16;
  constexpr unsigned counter_bits = 36;
  return (starts % (std::uint64_t{1} << starts_bits)) << counter_bits;
}

}  // namespace

Raft::Raft(Record record, Options options, Instant now)
    : record_(std::move(record)),
      self_{record_.node.id, record_.starts, options.nonce},
      chance_(options.seed),
      short_wait_(options.short_wait),
      now_(now),
      may_vote_at_(now + record_.promise_max),
      acquaintance_(record_.seen),
      rounds_(first_round(record_.starts)),
      aside_until_(now),
      held_until_(now) {
  stagger_ = chance_.up_to(spread());
  const Duration patience = record_.config.is_single() ? Duration{0} : stagger_;
  role_ = Follower{.leader = {}, .heard = now, .campaign_at = may_vote_at_ + patience, .cause = {}};
}

Effects Raft::step(Instant now, const Event& event) {
  ensure(now >= now_);
  now_ = now;
  const Vitals vitals_before = vitals_of(record_);
  const Seat seat_before = seat();
  lapse();  // what has ended, ended before this event: a late acknowledgement revives nothing
  std::visit([this](const auto& it) { on(it); }, event);
  release_when_free();
  lower_promise_max();
  Effects effects = std::exchange(out_, {});
  if (seat_before.mine && seat().mine != seat_before.mine) effects.withdraw = seat_before.mine;
  if (vitals_of(record_) != vitals_before) {
    ++record_.saves;
    record_.seen = seen();
    effects.persist = record_;
  }
  for (Message& message : effects.send) message.saves = record_.saves;
  if (effects.notice) effects.notice->saves = record_.saves;
  if (seat() != seat_before) effects.announce = leadership();
  effects.wake_at = wake_at();
  return effects;
}

Raft::Seat Raft::seat() const {
  if (const auto* leader = std::get_if<Leader>(&role_)) {
    return {.mine = leader->tenure, .leader = self_, .term = leader->tenure.term};
  }
  const auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || !follower->leader) return {};
  return {.mine = {}, .leader = follower->leader, .term = record_.term};
}

Leadership Raft::leadership() const {
  const Seat now = seat();
  const Cause& cause =
      std::visit([](const auto& role) -> const Cause& { return role.cause; }, role_);
  return {.mine = now.mine,
          .leader = now.leader,
          .term = now.leader ? now.term : record_.term,
          .cause = cause};
}

std::optional<Instant> Raft::lease_end() const {
  const Leader* const it = leader();
  return it == nullptr ? std::nullopt : std::optional{it->lease.ends(record_.config, self_.id)};
}

void Raft::lapse() {
  const auto end = lease_end();
  if (!end || now_ < *end) return;
  const Leader& leader = std::get<Leader>(role_);
  const std::size_t voters = record_.config.members.size();
  const auto silent = silent_voters(leader, now_ - counted(record_.config.promise));
  trace(Turn::lapsed);
  leave_office({.code = CauseCode::lost_majority,
                .previous = self_.id,
                .quiet = counted(record_.config.promise),
                .heard = static_cast<std::uint32_t>(voters - silent.size()),
                .of = static_cast<std::uint32_t>(voters)});
}

void Raft::on(const Tick& /*tick*/) {
  if (auto* follower = std::get_if<Follower>(&role_)) {
    if (now_ >= follower->campaign_at) ask();
  } else if (const auto* asking = std::get_if<PreCandidate>(&role_)) {
    if (now_ >= asking->ask_again_at) ask();
  } else if (const auto* candidate = std::get_if<Candidate>(&role_)) {
    if (now_ >= candidate->give_up_at) lose();
  } else if (now_ >= std::get<Leader>(role_).heartbeat_at) {
    send_next_round();
  }
}

void Raft::on(const Received& received) {
  const Message& message = received.message;
  if (const auto* rejected = std::get_if<Rejected>(&message.body)) {
    if (message.to == self_.id) {
      trace(Turn::was_refused, message.from.id).refusal = rejected->refusal;
    }
    return;
  }
  if (const auto why = refusal(message)) {
    trace(Turn::refused, message.from.id).refusal = why;
    acquaintance_.refused(message.from, *why);
    send(message.from.id, Rejected{*why});
    return;
  }
  if (const auto* release = std::get_if<Release>(&message.body)) {
    if (hear(*release)) succeed(*release);
    return;
  }
  acquaintance_.met(message.from, message.saves);
  // Rule 0: first the Release, then the configuration, then the term, then the message itself.
  if (const auto* request = std::get_if<VoteRequest>(&message.body); request && request->release) {
    static_cast<void>(hear(*request->release));  // its sender campaigns already
  }
  if (message.config) install(*message.config, message);
  std::visit([&](const auto& body) { receive(message, body); }, message.body);
}

void Raft::on(const Enrolled& enrolled) {
  ensure(record_.is_fresh());
  record_.cluster = enrolled.cluster;
  record_.config = enrolled.config;
  record_.term = std::max(record_.term, enrolled.config.stamp.term);
  trace(Turn::installed).stamp = record_.config.stamp;
  const bool founds = record_.config.stamp.term == Term{} && may_campaign();
  follow(std::nullopt, {}, now_ + (founds ? turn_of_founder() : chance_.up_to(spread())));
}

void Raft::on(const LinkUp& link) {
  if (const auto why = acquaintance_.judge(link.who, link.saves); why || link.who.id == self_.id) {
    trace(Turn::refused, link.who.id).refusal = why.value_or(Refusal::clone);
    acquaintance_.refused(link.who, why.value_or(Refusal::clone));
    return;
  }
  acquaintance_.met(link.who, link.saves);
  std::erase_if(links_, [&](const LinkedPeer& it) { return it.who.id == link.who.id; });
  const auto place = std::ranges::lower_bound(links_, link.who.id, {},
                                              [](const LinkedPeer& it) { return it.who.id; });
  links_.insert(place, {link.who, {link.who.id, link.address, link.may_lead}});
  const bool is_member = record_.config.has(link.who.id);
  if (leader() != nullptr && !is_member) send(link.who.id, Notice{self_, leadership().cause}, true);
  if (std::holds_alternative<PreCandidate>(role_) && is_member) retry_soon();
}

void Raft::on(const LinkDown& link) {
  std::erase_if(links_, [&](const LinkedPeer& it) { return it.who.id == link.who; });
  // It alone: who was dropped after its link had ended may vote again, and its older lives are out.
  if (!record_.config.has(link.who)) acquaintance_.forget(link.who);
  if (!is_voter()) return;  // may dial it again while it believes in it
  // A closed connection ends no promise; it only saves the random wait after the promise (rule 8).
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || !follower->leader || follower->leader->id != link.who) return;
  const Instant free_at = std::max(now_, promises_.barred_until(self_.id, now_).value_or(now_));
  // All who were linked to it notice at once: apart by less than an election takes, they would
  // split the votes.
  const Duration wait = std::max(short_wait_, record_.config.promise / 20);
  follower->campaign_at = std::min(follower->campaign_at, free_at + chance_.up_to(wait));
}

std::optional<Refusal> Raft::refusal(const Message& message) const {
  if (record_.is_fresh() || message.cluster != record_.cluster.id) return Refusal::other_cluster;
  const bool to_all = message.to == NodeId{} && std::holds_alternative<Notice>(message.body);
  if (message.to != self_.id && !to_all) return Refusal::other_node;
  if (message.from.id == self_.id) return Refusal::clone;
  if (std::holds_alternative<Release>(message.body))
    return std::nullopt;  // judged by whom it names
  if (const auto why = acquaintance_.judge(message.from, message.saves)) return why;
  Term furthest = message.term;
  if (message.config) furthest = std::max(furthest, message.config->stamp.term);
  if (const auto* request = std::get_if<VoteRequest>(&message.body))
    furthest = std::max(furthest, request->asked);
  if (furthest.value > record_.term.value + term_jump_max) return Refusal::term_jump;
  return std::nullopt;
}

/// True: this node is the first that may follow who was followed until now.
bool Raft::hear(const Release& release) {
  if (release.incarnation.id == self_.id) return false;
  const Term until = release.is_dead() ? Term{~std::uint64_t{0}} : release.term;
  promises_.release(release.incarnation, until);
  if (!releases_.accept(release)) return false;
  trace(Turn::heard_release, release.incarnation.id);

  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr) {
    if (std::holds_alternative<PreCandidate>(role_)) retry_soon();
    return false;
  }
  const bool chosen = release.successor == self_.id;
  if (!follower->leader) {
    const Duration wait = chosen ? Duration{0} : chance_.up_to(spread());
    follower->campaign_at = std::min(follower->campaign_at, now_ + wait);
  } else if (follower->leader == release.incarnation && until >= record_.term) {
    const Duration turn = turn_after(release);
    const CauseCode code = release.is_dead() ? CauseCode::proof_of_death : CauseCode::handover;
    follow(std::nullopt,
           {.code = code, .previous = release.incarnation.id, .release = release.reason},
           now_ + turn);
    // Whoever lost an election was last followed in an earlier one: to ask first costs nothing.
    return turn == Duration{0} && release.reason != ReleaseReason::lost_election && may_campaign();
  }
  return false;
}

void Raft::install(const Configuration& config, const Message& carrier) {
  if (config.stamp <= record_.config.stamp) return;
  if (leader() != nullptr) {
    // A leader installs nothing, unless the message also deposes it.
    if (carrier.term <= record_.term || !config.has(carrier.from.id)) return;
    adopt(carrier.term, carrier.from.id);
  }
  if (std::holds_alternative<Candidate>(role_)) lose();  // its votes were given under the older one
  record_.config = config;
  trace(Turn::installed, carrier.from.id).stamp = config.stamp;
  if (config.stamp.term > record_.term) adopt(config.stamp.term, carrier.from.id);
  if (!std::holds_alternative<Follower>(role_)) follow(std::nullopt, leadership().cause, now_);
  retry_soon();
}

void Raft::adopt_term_of(const Message& message) {
  if (message.term > record_.term && record_.config.has(message.from.id))
    adopt(message.term, message.from.id);
}

void Raft::adopt(Term term, NodeId from) {
  ensure(term > record_.term);
  if (leader() != nullptr) {
    trace(Turn::deposed, from);
    leave_office({.code = CauseCode::newer_term, .previous = self_.id});
  }
  if (std::holds_alternative<Candidate>(role_)) lose();
  record_.term = term;
  record_.voted_for.reset();
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr) {
    follow(std::nullopt, leadership().cause, now_ + chance_.up_to(short_wait_));
  } else if (follower->leader) {
    follow(std::nullopt, {.code = CauseCode::newer_term, .previous = follower->leader->id},
           follower->campaign_at);
  }
}

void Raft::follow(std::optional<Incarnation> leader, Cause cause, Instant campaign_at) {
  const auto* follower = std::get_if<Follower>(&role_);
  const bool is_news = follower == nullptr || follower->leader != leader;
  role_ = Follower{
      .leader = leader, .heard = now_, .campaign_at = campaign_at, .cause = std::move(cause)};
  if (!is_news) return;
  if (leader) {
    trace(Turn::follows, leader->id);
  } else {
    trace(Turn::waits);
  }
}

void Raft::lower_promise_max() {
  const Duration present = record_.config.promise;
  if (record_.promise_max <= present || now_ < may_vote_at_) return;
  if (promises_.longest_left(now_) <= present) record_.promise_max = present;
}

std::optional<Instant> Raft::wake_at() const {
  std::optional<Instant> wake;
  if (const auto* follower = std::get_if<Follower>(&role_)) {
    if (!record_.is_fresh()) wake = follower->campaign_at;
  } else if (const auto* asking = std::get_if<PreCandidate>(&role_)) {
    wake = asking->ask_again_at;
  } else if (const auto* candidate = std::get_if<Candidate>(&role_)) {
    wake = candidate->give_up_at;
  } else {
    wake = std::min(std::get<Leader>(role_).heartbeat_at, *lease_end());
  }
  const bool waits_for_hold =
      !works_ && held_until_ > now_ && (owed_ || (leader() && leader()->drain));
  if (waits_for_hold) wake = std::min(wake.value_or(held_until_), held_until_);
  return wake;
}

void Raft::send(NodeId to, Body body, bool with_config) {
  out_.send.push_back({.cluster = record_.cluster.id,
                       .from = self_,
                       .to = to,
                       .saves = 0,  // step() fills it in, when it is known whether it saves
                       .term = record_.term,
                       .stamp = record_.config.stamp,
                       .config = with_config ? std::optional{record_.config} : std::nullopt,
                       .body = std::move(body)});
}

void Raft::notify() {
  const Leadership now = leadership();
  const std::vector<NodeId> reached = rounds_to();
  const auto unreached = [&](const LinkedPeer& it) {
    return !std::ranges::binary_search(reached, it.who.id);
  };
  if (std::ranges::none_of(links_, unreached)) return;
  out_.notice = Message{.cluster = record_.cluster.id,
                        .from = self_,
                        .to = NodeId{},
                        .saves = 0,
                        .term = record_.term,
                        .stamp = record_.config.stamp,
                        .config = record_.config,
                        .body = Notice{now.leader, now.cause}};
}

Trace& Raft::trace(Turn turn, std::optional<NodeId> other) {
  return out_.trace.emplace_back(Trace{.turn = turn, .term = record_.term, .other = other});
}

}  // namespace duckduckgoose

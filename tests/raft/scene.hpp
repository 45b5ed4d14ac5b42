#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "raft/raft.hpp"
#include "raft/text.hpp"

/// Words for the core's tests: nodes n1, n2, ... of one cluster, messages between them, instants.
namespace duckduckgoose::test {

using namespace std::chrono_literals;

inline constexpr ClusterId pond{77};
inline constexpr NodeId n1{1};
inline constexpr NodeId n2{2};
inline constexpr NodeId n3{3};
inline constexpr NodeId n4{4};
inline constexpr NodeId n5{5};

/// Long enough after the start that no promise of an earlier life binds.
inline Instant at(Duration since) { return Instant{1h} + since; }

inline Incarnation life(NodeId id, std::uint64_t starts = 1) {
  return {id, starts, 1000 + id.value};
}

inline Member member(NodeId id, bool may_lead = true) {
  return {id, "localhost:" + std::to_string(4000 + id.value), may_lead};
}

inline Configuration voters(const std::vector<NodeId>& ids, Stamp stamp = {Term{1}, 1}) {
  Configuration config;
  config.stamp = stamp;
  config.token_base = 1'000'000;
  for (const NodeId id : ids) config.add(member(id));
  return config;
}

inline const std::vector<NodeId> three{n1, n2, n3};

/// What of a record a test varies.
struct Past {
  NodeId self = n1;
  Configuration config = voters(three);
  Term term{1};
  std::optional<NodeId> voted_for{};
  Duration promised{0};
};

inline Record record_of(const Past& past) {
  Record record;
  record.node = {past.self, 1, true};
  record.saves = 10;
  record.cluster = {"pond", pond};
  record.term = past.term;
  record.voted_for = past.voted_for;
  record.promise_max = past.promised;
  record.config = past.config;
  return record;
}

/// A node that started at `at(0)` and knows no leader.
inline Raft node(const Past& past = {}) {
  return Raft{started_again(record_of(past)),
              {.nonce = 1000 + past.self.value, .seed = past.self.value},
              at(0ms)};
}

/// Where a message comes from and what its sender knows.
struct Sender {
  NodeId id = n2;
  Term term{1};
  Configuration config = voters(three);
  NodeId to = n1;
  std::uint64_t starts = 1;
  std::uint64_t saves = 10;
};

inline Message message(const Sender& sender, Body body, bool with_config = false) {
  return {.cluster = pond,
          .from = life(sender.id, sender.starts),
          .to = sender.to,
          .saves = sender.saves,
          .term = sender.term,
          .stamp = sender.config.stamp,
          .config = with_config ? std::optional{sender.config} : std::nullopt,
          .body = std::move(body)};
}

inline Event heartbeat(const Sender& sender, Round round = Round{1}, Duration promise = 1s) {
  return Received{message(sender, Heartbeat{round, promise, {}})};
}

inline Event request_vote(const Sender& sender, std::optional<Release> release = {}) {
  return Received{message(sender, VoteRequest{false, sender.term, Round{1}, 1s, release})};
}

inline Event request_pre_vote(const Sender& sender, std::optional<Release> release = {}) {
  const Term asked{sender.term.value + 1};
  return Received{message(sender, VoteRequest{true, asked, Round{1}, 1s, release})};
}

inline Event released(const Release& release, const Sender& carrier) {
  return Received{message(carrier, release)};
}

/// The messages of one kind among those that a step sends.
template <class Kind>
std::vector<Kind> sent(const Effects& effects) {
  std::vector<Kind> found;
  for (const Message& it : effects.send) {
    if (const auto* body = std::get_if<Kind>(&it.body)) found.push_back(*body);
  }
  return found;
}

/// The one message of a kind that a step sends.
template <class Kind>
std::optional<Kind> reply_in(const Effects& effects) {
  const auto all = sent<Kind>(effects);
  return all.size() == 1 ? std::optional{all.front()} : std::nullopt;
}

inline std::optional<Ballot> ballot_in(const Effects& effects) {
  const auto reply = reply_in<VoteReply>(effects);
  return reply ? std::optional{reply->ballot} : std::nullopt;
}

inline std::optional<Outcome> outcome_in(const Effects& effects) {
  return effects.answers.size() == 1 ? std::optional{effects.answers.front().outcome}
                                     : std::nullopt;
}

inline bool turned(const Effects& effects, Turn turn) {
  return std::ranges::find(effects.trace, turn, &Trace::turn) != effects.trace.end();
}

template <class Kind>
bool is(const Raft& raft) {
  return std::holds_alternative<Kind>(raft.role());
}

/// Lets time pass until the node asks for pre-votes (alone: leads), and gives that moment.
inline Instant wait_until_it_asks(Raft& raft, Instant now) {
  Effects effects = raft.step(now, Tick{});
  while (is<Follower>(raft)) {
    now = effects.wake_at.value();
    effects = raft.step(now, Tick{});
  }
  return now;
}

/// `voter` answers what `raft` asked last, as a voter of `config` would.
inline Effects answer_vote(Raft& raft, Instant now, NodeId voter, Ballot ballot = Ballot::granted) {
  if (const auto* asking = std::get_if<PreCandidate>(&raft.role())) {
    const Sender from{.id = voter,
                      .term = raft.record().term,
                      .config = raft.record().config,
                      .to = raft.self().id};
    return raft.step(
        now, Received{message(from, VoteReply{true, asking->asked, asking->round, ballot})});
  }
  const auto& candidate = std::get<Candidate>(raft.role());
  const Sender from{.id = voter,
                    .term = raft.record().term,
                    .config = raft.record().config,
                    .to = raft.self().id};
  return raft.step(
      now,
      Received{message(from, VoteReply{false, raft.record().term, candidate.round.id, ballot})});
}

/// `voter` acknowledges the round `round` under the leader's present configuration.
inline Effects acknowledge(Raft& leader, Instant now, NodeId voter, Round round) {
  const Sender from{.id = voter,
                    .term = leader.record().term,
                    .config = leader.record().config,
                    .to = leader.self().id};
  return leader.step(now, Received{message(from, HeartbeatReply{round, std::nullopt})});
}

inline Round round_in(const Effects& effects) { return sent<Heartbeat>(effects).front().round; }

/// A leader that was just elected by n2 and whose configuration n2 has acknowledged.
struct Elected {
  Raft raft;
  Instant now;
};
inline Elected leader(const Past& past = {}) {
  Raft raft = node(past);
  const Instant now = wait_until_it_asks(raft, at(0ms));
  for (const Member& it : past.config.members) {
    if (it.id != past.self && !is<Leader>(raft)) {
      static_cast<void>(answer_vote(raft, now, it.id));
      if (is<Candidate>(raft)) static_cast<void>(answer_vote(raft, now, it.id));
    }
  }
  return {std::move(raft), now};
}

/// Elected, and every other voter has acknowledged the configuration.
inline Elected settled_leader(const Past& past = {}) {
  Elected elected = leader(past);
  const Instant beat = std::get<Leader>(elected.raft.role()).heartbeat_at;
  const Effects effects = elected.raft.step(beat, Tick{});
  elected.now = beat;
  if (sent<Heartbeat>(effects).empty()) return elected;
  for (const Member& it : past.config.members) {
    if (it.id != past.self)
      static_cast<void>(acknowledge(elected.raft, beat, it.id, round_in(effects)));
  }
  return elected;
}

}  // namespace duckduckgoose::test

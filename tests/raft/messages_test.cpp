#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "scene.hpp"

/// Every message met in every role: what comes of it.
namespace duckduckgoose::test {
namespace {

Elected follower() {
  Raft raft = node();
  static_cast<void>(raft.step(at(0ms), heartbeat({.id = n2})));
  return {std::move(raft), at(1ms)};
}
Elected pre_candidate() {
  Raft raft = node();
  const Instant now = wait_until_it_asks(raft, at(0ms));
  return {std::move(raft), now};
}
Elected candidate() {
  Elected it = pre_candidate();
  static_cast<void>(answer_vote(it.raft, it.now, n3));
  return it;
}
Elected observer() { return {node({.self = n4}), at(1ms)}; }

std::string role_of(const Raft& raft) {
  constexpr std::array<std::string_view, 4> names{"follower", "pre-candidate", "candidate",
                                                  "leader"};
  return std::string{names.at(raft.role().index())};
}

/// The role after the message, and what was sent back: each as one line.
std::string met(Elected it, std::uint64_t term, Body body) {
  const Sender sender{
      .id = n3, .term = Term{term}, .config = it.raft.record().config, .to = it.raft.self().id};
  const Effects effects = it.raft.step(it.now, Received{message(sender, std::move(body))});
  std::string line = role_of(it.raft) + " term " + std::to_string(it.raft.record().term.value);
  for (const Message& sent : effects.send) {
    if (sent.to == n3) line += "; " + to_text(sent).substr(to_text(sent).find("config"));
  }
  return line;
}

struct Case {
  std::string_view message;
  Body body;
  std::uint64_t term;
  std::array<std::string_view, 5>
      expected;  ///< follower, pre-candidate, candidate, leader, observer
};

TEST(EveryMessage, in_every_role) {
  const std::array roles{follower(), pre_candidate(), candidate(), settled_leader(), observer()};
  const std::vector<Case> cases{
      {"an old heartbeat",
       Heartbeat{Round{5}, 1s, {}},
       0,
       {"follower term 1; config 1.1 refuses heartbeat 5: the term is old",
        "pre-candidate term 1; config 1.1 refuses heartbeat 5: the term is old",
        "candidate term 2; config 1.1 refuses heartbeat 5: the term is old",
        "leader term 2; config 2.2 refuses heartbeat 5: the term is old",
        "follower term 1; config 1.1 refuses heartbeat 5: the term is old"}},
      {"a newer heartbeat",
       Heartbeat{Round{5}, 1s, {}},
       7,
       {"follower term 7; config 1.1 acknowledges heartbeat 5",
        "follower term 7; config 1.1 acknowledges heartbeat 5",
        "follower term 7; config 1.1 acknowledges heartbeat 5; config 1.1 release of "
        "0000000000000001 "
        "up to term 2: lost election",
        "follower term 7; config 2.2 acknowledges heartbeat 5",
        "follower term 7; config 1.1 acknowledges heartbeat 5"}},
      {"an acknowledgement that was not asked for",
       HeartbeatReply{Round{5}, std::nullopt},
       1,
       {"follower term 1", "pre-candidate term 1", "candidate term 2", "leader term 2",
        "follower term 1"}},
      {"a refusal of a higher term",
       HeartbeatReply{Round{5}, HeartbeatRefusal::term_is_old},
       7,
       {"follower term 7", "follower term 7",
        "follower term 7; config 1.1 release of 0000000000000001 up to term 2: lost election",
        "follower term 7", "follower term 7"}},
      {"an old vote request",
       VoteRequest{false, Term{0}, Round{5}, 1s, {}},
       0,
       {"follower term 1; config 1.1 vote in term 0: promised to another",
        "pre-candidate term 1; config 1.1 vote in term 0: the term is old",
        "candidate term 2; config 1.1 vote in term 0: the term is old",
        "leader term 2; config 2.2 vote in term 0: promised to another",
        "follower term 1; config 1.1 vote in term 0: this node is no voter"}},
      {"a newer vote request",
       VoteRequest{false, Term{7}, Round{5}, 1s, {}},
       7,
       {"follower term 1; config 1.1 vote in term 7: promised to another",
        "follower term 7; config 1.1 vote in term 7: granted",
        "follower term 7; config 1.1 vote in term 7: granted; config 1.1 release of "
        "0000000000000001 "
        "up to term 2: lost election",
        "leader term 2; config 2.2 vote in term 7: promised to another",
        "follower term 7; config 1.1 vote in term 7: this node is no voter"}},
      {"a pre-vote request",
       VoteRequest{true, Term{3}, Round{5}, 1s, {}},
       2,
       {"follower term 1; config 1.1 pre-vote in term 3: promised to another",
        "follower term 2; config 1.1 pre-vote in term 3: granted",
        "candidate term 2; config 1.1 pre-vote in term 3: granted",
        "leader term 2; config 2.2 pre-vote in term 3: promised to another",
        "follower term 2; config 1.1 pre-vote in term 3: this node is no voter"}},
      {"a vote that was not asked for",
       VoteReply{false, Term{1}, Round{5}, Ballot::granted},
       1,
       {"follower term 1", "pre-candidate term 1", "candidate term 2", "leader term 2",
        "follower term 1"}},
      {"a release",
       Release{life(n2), Term{1}, ReleaseReason::handover, {}},
       1,
       {"pre-candidate term 1; config 1.1+ asks for a pre-vote in term 2 promise 1s with release "
        "of 0000000000000002 up to term 1: handover",
        "pre-candidate term 1", "candidate term 2", "leader term 2", "follower term 1"}},
      {"a notice",
       Notice{life(n3), {}},
       7,
       {"follower term 1", "pre-candidate term 1", "candidate term 2", "leader term 2",
        "follower term 7"}},
      {"a rejection",
       Rejected{Refusal::clone},
       7,
       {"follower term 1", "pre-candidate term 1", "candidate term 2", "leader term 2",
        "follower term 1"}},
  };
  for (const Case& it : cases) {
    for (std::size_t role = 0; role < roles.size(); ++role) {
      EXPECT_EQ(met(roles.at(role), it.term, it.body), it.expected.at(role))
          << it.message << ", role " << role;
    }
  }
}

}  // namespace
}  // namespace duckduckgoose::test

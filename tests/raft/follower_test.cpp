#include <gtest/gtest.h>

#include "scene.hpp"

/// How a follower takes heartbeats, and when it stops waiting: thesis 3.4, 4.2.3; rule 4.
namespace duckduckgoose::test {
namespace {

// 3.4: a heartbeat of the present term makes a follower of its leader.
TEST(Follower, follows_and_acknowledges) {
  Raft follower = node();
  const Effects effects = follower.step(at(1ms), heartbeat({.id = n2}, Round{7}));
  EXPECT_EQ(reply_in<HeartbeatReply>(effects).value(), (HeartbeatReply{Round{7}, std::nullopt}));
  EXPECT_EQ(effects.announce.value().leader, life(n2));
}

// Rule 4: the longest promise ever is on disk before the acknowledgement leaves.
TEST(Follower, saves_a_longer_promise_with_the_acknowledgement) {
  Raft follower = node();
  const Effects first = follower.step(at(1ms), heartbeat({.id = n2}, Round{1}, 1s));
  EXPECT_EQ(first.persist.value().promise_max, 1s);
  EXPECT_TRUE(reply_in<HeartbeatReply>(first));
  const Effects same = follower.step(at(2ms), heartbeat({.id = n2}, Round{2}, 1s));
  EXPECT_FALSE(same.persist) << "nothing new to save";
  const Effects longer = follower.step(at(3ms), heartbeat({.id = n2}, Round{3}, 3s));
  EXPECT_EQ(longer.persist.value().promise_max, 3s);
}

// Rule 4: a later message never shortens a promise.
TEST(Follower, keeps_the_longer_promise) {
  Raft follower = node();
  static_cast<void>(follower.step(at(0ms), heartbeat({.id = n2}, Round{1}, 3s)));
  static_cast<void>(follower.step(at(100ms), heartbeat({.id = n2}, Round{2}, 1s)));
  const Effects inside = follower.step(at(2900ms), request_vote({.id = n3, .term = Term{2}}));
  EXPECT_EQ(ballot_in(inside), Ballot::promised_to_another);
  const Effects outside = follower.step(at(3000ms), request_vote({.id = n3, .term = Term{2}}));
  EXPECT_EQ(ballot_in(outside), Ballot::granted);
}

// Rule 6: promise_max is lowered, durably, once every longer promise has passed.
TEST(Follower, lowers_the_longest_promise_once_it_has_passed) {
  Raft follower = node();
  static_cast<void>(follower.step(at(0ms), heartbeat({.id = n2}, Round{1}, 3s)));
  const Effects inside = follower.step(at(1900ms), heartbeat({.id = n2}, Round{2}, 1s));
  EXPECT_FALSE(inside.persist);
  const Effects outside = follower.step(at(2000ms), heartbeat({.id = n2}, Round{3}, 1s));
  EXPECT_EQ(outside.persist.value().promise_max, 1s);
}

// 3.3: a heartbeat of an older term is refused; the refusal tells the leader the newer term.
TEST(Follower, refuses_a_heartbeat_of_an_old_term) {
  Raft follower = node({.term = Term{4}});
  const Effects effects = follower.step(at(1ms), heartbeat({.id = n2, .term = Term{3}}));
  EXPECT_EQ(reply_in<HeartbeatReply>(effects).value().refused, HeartbeatRefusal::term_is_old);
  EXPECT_EQ(effects.send.front().term, Term{4});
  EXPECT_FALSE(effects.announce);
}

TEST(Follower, takes_on_the_term_and_the_configuration_of_a_new_leader) {
  Raft follower = node();
  const Sender newer{.id = n2, .term = Term{4}, .config = voters(three, {Term{4}, 2})};
  const Effects effects =
      follower.step(at(1ms), Received{message(newer, Heartbeat{Round{1}, 1s, {}}, true)});
  EXPECT_EQ(effects.persist.value().term, Term{4});
  EXPECT_EQ(effects.persist.value().config.stamp, (Stamp{Term{4}, 2}));
  EXPECT_EQ(effects.send.front().stamp, (Stamp{Term{4}, 2}))
      << "the acknowledgement names what it holds";
}

// Rule 1: a message that brings a newer configuration which names its sender may raise the term.
TEST(Follower, learns_of_a_leader_that_its_old_configuration_does_not_name) {
  Raft follower = node();
  const Sender stranger{.id = n4, .term = Term{3}, .config = voters({n1, n2, n4}, {Term{3}, 5})};
  const Effects effects =
      follower.step(at(1ms), Received{message(stranger, Heartbeat{Round{1}, 1s, {}}, true)});
  EXPECT_EQ(effects.announce.value().leader, life(n4));
  EXPECT_EQ(follower.record().term, Term{3});
}

TEST(Follower, is_not_moved_by_a_leader_outside_its_configuration) {
  Raft follower = node();
  const Effects effects = follower.step(at(1ms), heartbeat({.id = n4, .term = Term{3}}));
  EXPECT_TRUE(effects.send.empty());
  EXPECT_EQ(follower.record().term, Term{1});
}

// Rule 7: an older configuration is never installed.
TEST(Follower, never_installs_an_older_configuration) {
  Raft follower = node({.config = voters(three, {Term{2}, 3}), .term = Term{2}});
  const Sender older{.id = n2, .term = Term{2}, .config = voters({n2, n4, n5}, {Term{1}, 9})};
  static_cast<void>(
      follower.step(at(1ms), Received{message(older, Heartbeat{Round{1}, 1s, {}}, true)}));
  EXPECT_EQ(follower.record().config.stamp, (Stamp{Term{2}, 3}));
}

// Rule 1: installing a configuration raises the term to at least the configuration's.
TEST(Follower, is_at_least_in_the_term_of_its_configuration) {
  Raft follower = node({.voted_for = n1});
  const Sender observer{.id = n5, .term = Term{1}, .config = voters(three, {Term{6}, 2})};
  const Effects effects = follower.step(at(1ms), Received{message(observer, Notice{}, true)});
  EXPECT_EQ(effects.persist.value().term, Term{6});
  EXPECT_EQ(effects.persist.value().voted_for, std::nullopt);
}

// Rule 4: who has promised does not campaign before the promise has passed.
TEST(Follower, does_not_campaign_inside_its_promise) {
  Raft follower = node();
  const Effects effects = follower.step(at(1ms), heartbeat({.id = n2}));
  EXPECT_GE(effects.wake_at.value(), at(1001ms));
  EXPECT_TRUE(follower.step(at(1000ms), Tick{}).send.empty());
  EXPECT_GE(wait_until_it_asks(follower, at(1000ms)), at(1001ms));
}

// A closed connection to the leader ends no promise; it only saves the random wait behind it (rule
// 8).
TEST(Follower, asks_early_when_the_link_to_the_leader_is_lost_but_not_inside_its_promise) {
  Raft follower = node();
  static_cast<void>(follower.step(at(0ms), LinkUp{life(n2), 10, "localhost:4002", true}));
  static_cast<void>(follower.step(at(1ms), heartbeat({.id = n2})));
  const Effects cut = follower.step(at(10ms), LinkDown{n2});
  EXPECT_GE(cut.wake_at.value(), at(1001ms));
  EXPECT_LE(cut.wake_at.value(), at(1051ms));
}

// It cannot follow the leader, and does not know that anybody does: it may as well be the link.
TEST(Follower, outside_its_configuration_believes_on_when_its_link_to_the_leader_is_lost) {
  Raft observer = node({.self = n4});
  static_cast<void>(observer.step(at(0ms), LinkUp{life(n2), 10, "localhost:4002", true}));
  Message notice = message({.id = n2, .to = n4}, Notice{life(n2), {}}, true);
  static_cast<void>(observer.step(at(1ms), Received{std::move(notice)}));
  const Effects cut = observer.step(at(10ms), LinkDown{n2});
  EXPECT_EQ(cut.wake_at, at(2001ms)) << "two promises after the notice";
  EXPECT_EQ(observer.leadership().leader, life(n2));
}

// 3.4: timeouts are drawn anew for each try, so that two candidates do not collide for ever.
TEST(Follower, draws_its_timeout_anew_for_each_try) {
  Raft follower = node();
  Instant now = wait_until_it_asks(follower, at(0ms));
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) {
    const Instant next = follower.step(now, Tick{}).wake_at.value();
    waits.push_back(next - now);
    now = next;
  }
  std::ranges::sort(waits);
  EXPECT_GT(std::ranges::unique(waits).begin() - waits.begin(), 4);
}

/// To whom a node that may not campaign, and knows no leader, has sent its configuration, and
/// nothing else.
std::vector<NodeId> told_configuration(const Effects& effects, const Configuration& config) {
  std::vector<NodeId> told;
  for (const Message& it : effects.send) {
    told.push_back(it.to);
    EXPECT_FALSE(std::get<Notice>(it.body).leader);
    EXPECT_EQ(it.config, config);
  }
  return told;
}

// Rule 9: outside its newest configuration a node never campaigns.
TEST(Follower, outside_its_configuration_never_campaigns) {
  Raft observer = node({.self = n4});
  const Effects late = observer.step(at(1h), Tick{});
  EXPECT_EQ(told_configuration(late, voters(three)), three);
  EXPECT_LE(late.wake_at, at(1h + 8s)) << "again within eight promises";
  EXPECT_TRUE(is<Follower>(observer));
}

// Thousands may lose their leader at once, when others have to elect the next.
TEST(Follower, as_an_observer_says_nothing_at_once_when_it_loses_its_leader) {
  Raft observer = node({.self = n4});
  static_cast<void>(observer.step(at(1ms), heartbeat({.id = n2, .to = n4})));
  const Effects effects = observer.step(at(10s), Tick{});
  EXPECT_FALSE(effects.announce.value().leader);
  EXPECT_TRUE(effects.send.empty());
  const Effects later = observer.step(effects.wake_at.value(), Tick{});
  EXPECT_EQ(told_configuration(later, voters(three)), three);
}

// Who could not do the goose's work leaves it to others for a while, and is a voter all the same.
TEST(Follower, that_stands_aside_does_not_campaign_and_votes) {
  Raft follower = node();
  static_cast<void>(follower.step(at(1ms), heartbeat({.id = n2}, Round{1}, 1s)));
  static_cast<void>(follower.step(at(2ms), StandAside{at(10s)}));
  std::optional<Instant> wake = follower.step(at(3ms), Tick{}).wake_at;
  int asked = 0;
  while (wake && *wake < at(10s)) {
    const Effects effects = follower.step(*wake, Tick{});
    if (!sent<VoteRequest>(effects).empty()) ++asked;
    wake = effects.wake_at;
  }
  EXPECT_EQ(asked, 0);
  const auto vote = follower.step(at(9999ms), request_vote({.id = n3, .term = Term{2}}));
  EXPECT_EQ(ballot_in(vote), Ballot::granted);
}

TEST(Follower, that_stood_aside_campaigns_again_afterwards) {
  Raft follower = node();
  static_cast<void>(follower.step(at(1ms), StandAside{at(10s)}));
  std::optional<Instant> wake = follower.step(at(2ms), Tick{}).wake_at;
  bool has_asked = false;
  while (wake && *wake < at(20s) && !has_asked) {
    const Effects effects = follower.step(*wake, Tick{});
    has_asked = !sent<VoteRequest>(effects).empty();
    EXPECT_TRUE(!has_asked || *wake >= at(10s));
    wake = effects.wake_at;
  }
  EXPECT_TRUE(has_asked);
}

TEST(Candidate, that_stands_aside_gives_up) {
  Raft follower = node();
  std::optional<Instant> wake = follower.step(at(2ms), Tick{}).wake_at;
  while (std::holds_alternative<Follower>(follower.role())) {
    wake = follower.step(*wake, Tick{}).wake_at;
  }
  static_cast<void>(follower.step(*wake, StandAside{*wake + 10s}));
  EXPECT_TRUE(std::holds_alternative<Follower>(follower.role()));
}

TEST(Follower, as_a_witness_never_campaigns_and_tells_the_configuration) {
  Configuration config = voters({n2, n3});
  config.add(member(n1, false));
  Raft witness = node({.config = config});
  static_cast<void>(witness.step(at(0ms), heartbeat({.id = n2, .config = config})));
  const Effects late = witness.step(at(10s), Tick{});
  EXPECT_FALSE(late.announce.value().leader) << "it still notices that the leader is gone";
  EXPECT_EQ(told_configuration(late, config), (std::vector{n2, n3}));
  EXPECT_EQ(late.wake_at, at(11s)) << "again after a promise";
}

// Section 6: observers acknowledge, and so promise, but no vote of theirs is ever asked for.
TEST(Follower, as_an_observer_acknowledges_rounds) {
  Raft observer = node({.self = n4});
  const Effects effects = observer.step(at(1ms), heartbeat({.id = n2, .to = n4}));
  EXPECT_EQ(reply_in<HeartbeatReply>(effects).value().refused, std::nullopt);
  EXPECT_EQ(effects.persist.value().promise_max, 1s);
}

// Section 6: observers that get no rounds learn from notices, and promise nothing.
TEST(Follower, as_an_observer_learns_from_a_notice) {
  Raft observer = node({.self = n4});
  const Sender goose{.id = n2, .to = NodeId{}};
  const Effects effects = observer.step(at(1ms), Received{message(goose, Notice{life(n2), {}})});
  EXPECT_EQ(effects.announce.value().leader, life(n2));
  EXPECT_TRUE(effects.send.empty());
  EXPECT_FALSE(effects.persist);
  const Effects gone = observer.step(at(2ms), Received{message(goose, Notice{})});
  EXPECT_EQ(gone.announce.value().leader, std::nullopt);
}

}  // namespace
}  // namespace duckduckgoose::test

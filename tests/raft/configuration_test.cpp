#include <gtest/gtest.h>

#include "scene.hpp"

/// How the configuration changes: rule 7; logless dynamic reconfiguration, OPODIS 2021.
namespace duckduckgoose::test {
namespace {

std::optional<Outcome> ask(Raft& raft, Instant now, Edit edit) {
  return outcome_in(raft.step(now, ChangeRequest{std::move(edit), Ticket{1}}));
}

/// A settled leader that n4, an observer, has acknowledged.
Elected leader_with_observer() {
  Elected it = settled_leader();
  static_cast<void>(it.raft.step(it.now, LinkUp{life(n4), 10, "localhost:4004", true}));
  it.now = it.raft.leader()->heartbeat_at;
  const Effects round = it.raft.step(it.now, Tick{});
  for (const NodeId id : {n2, n3, n4})
    static_cast<void>(acknowledge(it.raft, it.now, id, round_in(round)));
  return it;
}

TEST(Change, is_in_force_once_a_majority_has_acknowledged_exactly_it) {
  auto [raft, now] = leader_with_observer();
  const Effects effects = raft.step(now, ChangeRequest{AddVoter{member(n4)}, Ticket{3}});
  EXPECT_EQ(effects.persist.value().config.stamp, (Stamp{Term{2}, 3}));
  EXPECT_TRUE(effects.persist.value().config.has(n4));
  EXPECT_EQ(sent<Heartbeat>(effects).size(), 3U);
  EXPECT_TRUE(effects.answers.empty());
  EXPECT_TRUE(acknowledge(raft, now, n2, round_in(effects)).answers.empty()) << "two of four";
  const Effects in_force = acknowledge(raft, now, n4, round_in(effects));
  EXPECT_EQ(in_force.answers, (std::vector{Answer{Ticket{3}, Outcome::in_force, {}}}));
}

TEST(Change, is_sent_along_until_it_is_acknowledged) {
  auto [raft, now] = settled_leader();
  const auto carries = [](const Effects& effects, NodeId to) {
    return std::ranges::any_of(effects.send,
                               [to](const Message& it) { return it.to == to && it.config; });
  };
  Effects effects = raft.step(now, ChangeRequest{ChangeSettings{.promise = 2s}, Ticket{3}});
  static_cast<void>(acknowledge(raft, now, n2, round_in(effects)));
  effects = raft.step(raft.leader()->heartbeat_at, Tick{});
  EXPECT_FALSE(carries(effects, n2));
  EXPECT_TRUE(carries(effects, n3));
}

// Rule 7a: while the present configuration is not on a majority, it is not changed; the answer
// names who is silent.
TEST(Change, waits_until_the_present_configuration_is_on_a_majority) {
  auto [raft, now] = leader();
  now = raft.leader()->heartbeat_at;
  static_cast<void>(raft.step(now, Tick{}));
  const Effects effects = raft.step(now, ChangeRequest{ChangeSettings{.promise = 2s}, Ticket{3}});
  EXPECT_EQ(effects.answers, (std::vector{Answer{Ticket{3}, Outcome::voters_silent, {n2, n3}}}))
      << "the new leader's rewrite of the term is itself a change to be acknowledged";
}

// Rule 7: the older term's stamp may be on a majority already; that says nothing of this term.
TEST(Change, waits_for_the_new_leaders_rewrite_of_the_term) {
  Raft raft = node();
  const Instant now = wait_until_it_asks(raft, at(0ms));
  static_cast<void>(answer_vote(raft, now, n2));
  const Effects first = answer_vote(raft, now, n2);
  for (const NodeId id : {n2, n3}) static_cast<void>(acknowledge(raft, now, id, round_in(first)));
  EXPECT_EQ(ask(raft, now, ChangeSettings{.promise = 2s}), Outcome::change_in_flight);

  // With a promise of a minute it would otherwise be six seconds away.
  EXPECT_LT(raft.leader()->heartbeat_at, now + 20ms);
  const Instant then = now + 20ms;
  EXPECT_EQ(ask(raft, then, ChangeSettings{.promise = 2s}), Outcome::change_in_flight);
  EXPECT_TRUE(raft.has_claimed_configuration());
}

// The rewrite of the term is on its way to it: it needs no second acknowledgement to take over.
TEST(Change, of_the_term_alone_does_not_hold_up_a_handover) {
  Raft raft = node();
  Instant now = wait_until_it_asks(raft, at(0ms));
  static_cast<void>(answer_vote(raft, now, n2));
  const Effects first = answer_vote(raft, now, n2);
  static_cast<void>(acknowledge(raft, now, n2, round_in(first)));
  now = raft.leader()->heartbeat_at;
  static_cast<void>(raft.step(now, Tick{}));
  const Effects effects = raft.step(now, Drain{ReleaseReason::handover, n2, Ticket{3}});
  EXPECT_EQ(effects.answers, (std::vector{Answer{Ticket{3}, Outcome::in_force, {}}}));
}

TEST(Change, is_made_one_at_a_time) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now, ChangeRequest{ChangeSettings{.promise = 2s}, Ticket{3}}));
  EXPECT_EQ(ask(raft, now, ChangeSettings{.promise = 3s}), Outcome::change_in_flight);
}

// Rule 7b: the lease must hold under the new configuration at that instant.
TEST(Change, is_refused_when_the_lease_would_not_hold_under_it) {
  auto [alone, now] = leader({.config = voters({n1})});
  EXPECT_EQ(ask(alone, now, AddVoter{member(n2)}), Outcome::lease_would_end)
      << "n2 has acknowledged nothing: the leader would lose its lease by its own change";
  EXPECT_TRUE(alone.leader());
}

TEST(Change, counts_the_rounds_that_an_observer_acknowledged_from_the_moment_it_is_a_voter) {
  auto [alone, now] = leader({.config = voters({n1})});
  static_cast<void>(alone.step(now, LinkUp{life(n2), 10, "localhost:4002", true}));
  now = alone.leader()->heartbeat_at;
  const Effects round = alone.step(now, Tick{});
  static_cast<void>(acknowledge(alone, now, n2, round_in(round)));
  const Effects changed = alone.step(now, ChangeRequest{AddVoter{member(n2)}, Ticket{1}});
  EXPECT_EQ(alone.lease_end(), now + counted(1s));
  EXPECT_EQ(changed.persist.value().promise_max, 1s)
      << "from now on somebody relies on its promise to itself";
}

// P2: whatever was told under a longer promise must have run out before majorities of others can
// promise shorter.
TEST(Change, of_voters_waits_for_a_hold_that_was_given_under_a_longer_promise) {
  Configuration config = voters({n1});
  config.promise = 10s;
  auto [alone, now] = leader({.config = config});
  ASSERT_EQ(alone.step(now, Hold{9s}).held, now + 9s);
  static_cast<void>(alone.step(now, ChangeRequest{ChangeSettings{.promise = 1s}, Ticket{1}}));
  static_cast<void>(alone.step(now, LinkUp{life(n2), 10, "localhost:4002", true}));
  const auto join = [&](Instant at_time) {
    const Effects round = alone.step(at_time, Tick{});
    static_cast<void>(acknowledge(alone, at_time, n2, round_in(round)));
    return ask(alone, at_time, AddVoter{member(n2)});
  };
  EXPECT_EQ(join(alone.leader()->heartbeat_at), Outcome::lease_would_end);
  Instant beat = alone.leader()->heartbeat_at;
  while (std::max(now + 9s, alone.lease_end().value()) > beat + counted(1s)) {
    static_cast<void>(alone.step(beat, Tick{}));
    beat = alone.leader()->heartbeat_at;
  }
  EXPECT_EQ(join(alone.leader()->heartbeat_at), std::nullopt)
      << "made, and waiting to be acknowledged";
}

TEST(Change, of_a_follower_is_refused) {
  Raft follower = node();
  EXPECT_EQ(ask(follower, at(1ms), ChangeSettings{.promise = 2s}), Outcome::not_leader);
}

TEST(Change, while_draining_is_refused) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now, WorkBegan{}));
  static_cast<void>(raft.step(now, Drain{}));
  EXPECT_EQ(ask(raft, now, ChangeSettings{.promise = 2s}), Outcome::draining);
}

TEST(Change, that_changes_nothing_is_in_force_already) {
  auto [raft, now] = settled_leader();
  EXPECT_EQ(ask(raft, now, ChangeSettings{.promise = 1s}), Outcome::in_force);
  EXPECT_EQ(ask(raft, now, AddVoter{member(n2)}), Outcome::in_force);
}

TEST(Change, names_what_is_wrong_with_it) {
  auto [raft, now] = settled_leader();
  EXPECT_EQ(ask(raft, now, DropVoter{n1, RemovedBy::operator_}), Outcome::is_leader);
  EXPECT_EQ(ask(raft, now, DropVoter{n5, std::nullopt}), Outcome::unknown_node);
  EXPECT_EQ(ask(raft, now, Readdress{n5, "localhost:1"}), Outcome::unknown_node);
  EXPECT_EQ(ask(raft, now, BarNode{n2}), Outcome::out_of_range);
  EXPECT_EQ(ask(raft, now, ChangeSettings{.promise = 49ms}), Outcome::out_of_range);
  EXPECT_EQ(ask(raft, now, ChangeSettings{.promise = 61s}), Outcome::out_of_range);
  EXPECT_EQ(ask(raft, now, ChangeSettings{.limits = Limits{.voters = 4}}), Outcome::out_of_range);
  EXPECT_EQ(ask(raft, now, Undo{}), Outcome::nothing_to_undo);
}

// Rule 7: one voter more or fewer, so that majorities of neighbouring configurations intersect.
TEST(Change, adds_one_voter_at_a_time) {
  auto [raft, now] = leader_with_observer();
  static_cast<void>(raft.step(now, LinkUp{life(n5), 10, "localhost:4005", true}));
  static_cast<void>(raft.step(now, ChangeRequest{AddVoter{member(n4)}, Ticket{1}}));
  EXPECT_EQ(raft.record().config.members.size(), 4U);
}

// Section 6: a removed id is never promoted again, and the configuration says who took it out.
TEST(Change, remembers_who_was_removed_and_by_whom) {
  auto [raft, now] = settled_leader();
  const Effects effects =
      raft.step(now, ChangeRequest{DropVoter{n3, RemovedBy::operator_}, Ticket{1}});
  EXPECT_EQ(effects.persist.value().config.removed_by(n3), RemovedBy::operator_);
  static_cast<void>(acknowledge(raft, now, n2, round_in(effects)));
  EXPECT_EQ(ask(raft, now, AddVoter{member(n3)}), Outcome::unknown_node);
}

TEST(Change, of_an_observer_bars_it) {
  auto [raft, now] = leader_with_observer();
  const Effects effects = raft.step(now, ChangeRequest{BarNode{n4}, Ticket{1}});
  EXPECT_EQ(effects.persist.value().config.removed_by(n4), RemovedBy::operator_);
  EXPECT_EQ(sent<Heartbeat>(effects).size(), 2U) << "a barred node gets no rounds";
  ASSERT_TRUE(effects.notice) << "but it is told";
  EXPECT_TRUE(effects.notice.value().config.value().removed_by(n4));
}

TEST(Configuration, remembers_the_last_sixty_four_removed_ids) {
  Configuration config;
  for (std::uint64_t i = 0; i <= Configuration::removed_max; ++i)
    config.mark_removed(NodeId{i}, RemovedBy::upkeep);
  EXPECT_EQ(config.removed.size(), Configuration::removed_max);
  EXPECT_FALSE(config.removed_by(NodeId{0}));
  EXPECT_TRUE(config.removed_by(NodeId{1}));
}

// Rule 7: a leader may undo its own last change while it is not acknowledged: the former members,
// the next version.
TEST(Undo, brings_the_former_members_back_under_the_next_version) {
  auto [raft, now] = leader_with_observer();
  static_cast<void>(raft.step(now, ChangeRequest{AddVoter{member(n4)}, Ticket{3}}));
  const Effects effects = raft.step(now, ChangeRequest{Undo{}, Ticket{4}});
  EXPECT_EQ(effects.answers, (std::vector{Answer{Ticket{3}, Outcome::lost, {}}}));
  EXPECT_EQ(raft.record().config.stamp, (Stamp{Term{2}, 4}));
  EXPECT_FALSE(raft.record().config.has(n4));
  EXPECT_EQ(ask(raft, now, Undo{}), Outcome::nothing_to_undo) << "an undo is not undone";
}

TEST(Undo, is_refused_once_the_change_is_in_force) {
  auto [raft, now] = settled_leader();
  const Effects effects = raft.step(now, ChangeRequest{ChangeSettings{.promise = 2s}, Ticket{1}});
  static_cast<void>(acknowledge(raft, now, n2, round_in(effects)));
  EXPECT_EQ(ask(raft, now, Undo{}), Outcome::nothing_to_undo);
}

// Rule 5: rounds that went out under the old promise are counted with the old promise.
TEST(Settings, apply_to_rounds_that_go_out_from_now_on) {
  auto [raft, now] = settled_leader();
  const Instant beat = raft.leader()->heartbeat_at;
  const Effects old_round = raft.step(beat, Tick{});
  static_cast<void>(
      raft.step(beat + 1ms, ChangeRequest{ChangeSettings{.promise = 10s}, Ticket{1}}));
  const Sender voter{.id = n2, .term = Term{2}, .config = voters(three, {Term{2}, 2})};
  static_cast<void>(raft.step(
      beat + 2ms, Received{message(voter, HeartbeatReply{round_in(old_round), std::nullopt})}));
  EXPECT_EQ(raft.lease_end(), beat + counted(1s));
}

// Rule 7: whoever is not leader installs a newer configuration from any node.
TEST(Configuration, newer_is_installed_from_any_node) {
  Raft observer = node({.self = n4});
  const Sender other{.id = n5, .config = voters({n1, n2, n4}, {Term{1}, 2}), .to = n4};
  static_cast<void>(observer.step(at(1ms), Received{message(other, HeartbeatReply{}, true)}));
  EXPECT_TRUE(observer.is_voter());
}

TEST(Leader, installs_nothing_that_does_not_depose_it) {
  auto [raft, now] = settled_leader();
  const Sender other{.id = n2, .term = Term{2}, .config = voters({n2, n3}, {Term{2}, 99})};
  static_cast<void>(
      raft.step(now, Received{message(other, HeartbeatReply{Round{1}, std::nullopt}, true)}));
  EXPECT_TRUE(raft.leader());
  EXPECT_TRUE(raft.record().config.has(n1));
}

TEST(Leader, deposed_by_a_newer_configuration_installs_it) {
  auto [raft, now] = settled_leader();
  const Sender other{.id = n4, .term = Term{3}, .config = voters({n2, n3, n4}, {Term{3}, 9})};
  const Effects effects =
      raft.step(now, Received{message(other, HeartbeatReply{Round{1}, std::nullopt}, true)});
  EXPECT_TRUE(effects.withdraw);
  EXPECT_FALSE(raft.is_voter());
  EXPECT_FALSE(raft.may_campaign());
}

TEST(Enrolled, gives_a_fresh_node_its_cluster_and_any_term) {
  Record fresh;
  fresh.node = {n4, 1, true};
  Raft raft{started_again(fresh), {.nonce = 4, .seed = 4}, at(0ms)};
  EXPECT_FALSE(raft.step(at(0ms), Tick{}).wake_at);
  const Term far{5 * term_jump_max};
  const Effects effects = raft.step(at(1ms), Enrolled{{"pond", pond}, voters(three, {far, 3})});
  EXPECT_EQ(effects.persist.value().cluster.id, pond);
  EXPECT_EQ(effects.persist.value().term, far);
}

TEST(Enrolled, alone_leads_at_once) {
  Record fresh;
  fresh.node = {n1, 1, true};
  Raft raft{started_again(fresh), {.nonce = 4, .seed = 4}, at(0ms)};
  const Effects effects = raft.step(at(1ms), Enrolled{{"pond", pond}, voters({n1}, {Term{0}, 1})});
  EXPECT_LE(effects.wake_at.value(), at(1ms));
  EXPECT_EQ(raft.step(at(1ms), Tick{}).announce.value().cause.code, CauseCode::founded);
}

TEST(Observers, in_rounds_are_at_most_eight) {
  auto [raft, now] = settled_leader();
  for (std::uint64_t i = 10; i < 30; ++i) {
    const Effects linked = raft.step(now, LinkUp{life(NodeId{i}), 10, "localhost:1", true});
    EXPECT_EQ(sent<Notice>(linked).size(), 1U) << "whoever links up is told who leads";
  }
  const Effects round = raft.step(raft.leader()->heartbeat_at, Tick{});
  EXPECT_EQ(sent<Heartbeat>(round).size(), 2U + Raft::observers_in_rounds_max);
  const Effects changed =
      raft.step(raft.leader()->heartbeat_at, ChangeRequest{ChangeSettings{.promise = 2s}, {}});
  EXPECT_TRUE(changed.notice) << "the others hear of a change at once";
}

TEST(Leader, knows_what_each_node_has_acknowledged) {
  auto [raft, now] = leader_with_observer();
  EXPECT_EQ(raft.leader()->find(n4)->acknowledged, raft.record().config.stamp);
  EXPECT_EQ(raft.leader()->find(n4)->heard, now);
  EXPECT_EQ(raft.leader()->find(n5), nullptr);
  EXPECT_EQ(raft.links().front().who, life(n4));
}

}  // namespace
}  // namespace duckduckgoose::test

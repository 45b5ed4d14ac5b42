#include <gtest/gtest.h>

#include "scene.hpp"

/// The lease and what a leader does with it: thesis 6.4; rule 5.
namespace duckduckgoose::test {
namespace {

Lease lease_with(std::vector<SentRound> rounds) {
  Lease lease;
  for (const SentRound& it : rounds) lease.sent(it);
  return lease;
}

TEST(Lease, runs_from_the_stamp_and_allows_for_drift) {
  Lease lease = lease_with({{Round{1}, at(0ms), 1010ms}});
  EXPECT_TRUE(lease.acknowledged(n2, Round{1}));
  EXPECT_EQ(lease.ends(voters(three), n1), at(989ms)) << "1010 ms * 0.99 / 1.01, less 1 ms";
}

TEST(Lease, is_what_a_majority_reaches) {
  Lease lease = lease_with({{Round{1}, at(0ms), 1010ms}, {Round{2}, at(100ms), 1010ms}});
  const Configuration five = voters({n1, n2, n3, n4, n5});
  lease.acknowledged(n2, Round{2});
  EXPECT_EQ(lease.ends(five, n1), Instant{}) << "two of five are no majority";
  lease.acknowledged(n3, Round{1});
  EXPECT_EQ(lease.ends(five, n1), at(989ms));
  lease.acknowledged(n4, Round{2});
  EXPECT_EQ(lease.ends(five, n1), at(1089ms));
}

TEST(Lease, of_two_voters_rests_on_the_other) {
  Lease lease = lease_with({{Round{1}, at(0ms), 1010ms}});
  lease.acknowledged(n1, Round{1});
  EXPECT_EQ(lease.ends(voters({n1, n2}), n1), Instant{});
}

TEST(Lease, of_a_single_voter_runs_from_its_last_round) {
  Lease lease = lease_with({{Round{1}, at(0ms), 1010ms}});
  lease.acknowledged(n1, Round{1});
  EXPECT_EQ(lease.ends(voters({n1}), n1), at(989ms));
}

TEST(Lease, counts_no_observer) {
  Lease lease = lease_with({{Round{1}, at(0ms), 1010ms}});
  lease.acknowledged(n4, Round{1});
  lease.acknowledged(n5, Round{1});
  EXPECT_EQ(lease.ends(voters(three), n1), Instant{});
}

// Rule 5: the configuration's present promise is never applied to an old round.
TEST(Lease, counts_each_round_with_the_promise_that_it_carried) {
  Lease lease = lease_with({{Round{1}, at(0ms), 1010ms}, {Round{2}, at(100ms), 101ms}});
  lease.acknowledged(n2, Round{1});
  lease.acknowledged(n2, Round{2});
  EXPECT_EQ(lease.ends(voters(three), n1), at(989ms));
}

TEST(Lease, knows_no_round_that_was_never_sent) {
  Lease lease = lease_with({{Round{5}, at(0ms), 1010ms}});
  EXPECT_FALSE(lease.acknowledged(n2, Round{4}));
  EXPECT_FALSE(lease.acknowledged(n2, Round{6}));
}

TEST(Lease, keeps_a_bounded_number_of_rounds) {
  Lease lease;
  for (std::uint64_t i = 1; i <= Lease::rounds_max + 1; ++i) lease.sent({Round{i}, at(0ms), 1s});
  EXPECT_FALSE(lease.acknowledged(n2, Round{1}));
  EXPECT_TRUE(lease.acknowledged(n2, Round{2}));
}

// Rule 5: votes are the first acknowledgements; the stamp is the one taken before they were asked
// for.
TEST(Leader, has_a_lease_from_its_votes) {
  auto [raft, now] = leader();
  EXPECT_EQ(raft.lease_end(), now + counted(1s));
}

TEST(Leader, renews_its_lease_from_the_stamp_of_the_acknowledged_round) {
  auto [raft, now] = settled_leader();
  const Instant sent_at = raft.leader()->heartbeat_at;
  const Effects round = raft.step(sent_at, Tick{});
  static_cast<void>(acknowledge(raft, sent_at + 300ms, n3, round_in(round)));
  EXPECT_EQ(raft.lease_end(), sent_at + counted(1s))
      << "not from the arrival of the acknowledgement";
}

// What a late answer to an old round tells is old: nobody is taken for alive because of it.
TEST(Leader, has_heard_a_voter_when_the_round_was_stamped_not_when_its_answer_came) {
  auto [raft, now] = settled_leader();
  const Instant sent_at = raft.leader()->heartbeat_at;
  const Effects round = raft.step(sent_at, Tick{});
  const Effects next = raft.step(raft.leader()->heartbeat_at, Tick{});
  static_cast<void>(acknowledge(raft, sent_at + 300ms, n3, round_in(round)));
  EXPECT_EQ(raft.leader()->find(n3)->heard, sent_at);
  static_cast<void>(acknowledge(raft, sent_at + 300ms, n3, round_in(next)));
  static_cast<void>(acknowledge(raft, sent_at + 301ms, n3, round_in(round)));
  EXPECT_EQ(raft.leader()->find(n3)->heard, sent_at + 100ms);
}

// Rule 5: leader, lease and goose are one thing. An acknowledgement after the deadline revives
// nothing.
TEST(Leader, lapses_before_the_event_that_wakes_it) {
  auto [raft, now] = settled_leader();
  const auto tenure = raft.leadership().mine;
  const Effects round = raft.step(raft.leader()->heartbeat_at, Tick{});
  const Instant end = raft.lease_end().value();
  const Effects effects = acknowledge(raft, end, n2, round_in(round));
  EXPECT_EQ(effects.withdraw, tenure);
  EXPECT_TRUE(turned(effects, Turn::lapsed));
  EXPECT_FALSE(raft.leader());
  EXPECT_EQ(effects.announce.value().cause.code, CauseCode::lost_majority);
  EXPECT_EQ(effects.announce.value().cause.heard, 1U);
}

TEST(Leader, that_has_lapsed_is_silent) {
  auto [raft, now] = settled_leader();
  const Effects effects = raft.step(raft.lease_end().value(), Tick{});
  EXPECT_TRUE(sent<Heartbeat>(effects).empty());
  EXPECT_TRUE(sent<Heartbeat>(raft.step(effects.wake_at.value(), Tick{})).empty());
}

TEST(Leader, that_has_lapsed_can_only_lead_in_another_term) {
  auto [raft, now] = settled_leader();
  const Term term = raft.record().term;
  Instant later = raft.lease_end().value();
  static_cast<void>(raft.step(later, Tick{}));
  later = wait_until_it_asks(raft, later);
  EXPECT_GT(std::get<PreCandidate>(raft.role()).asked, term);
}

// Rule 4: a leader has promised itself until its lease ends, also after it was deposed.
TEST(Leader, deposed_grants_nobody_inside_its_own_lease) {
  auto [raft, now] = settled_leader();
  const Instant end = raft.lease_end().value();
  const Sender higher{.id = n2, .term = Term{9}, .config = raft.record().config};
  const Effects deposed =
      raft.step(end - 500ms,
                Received{message(higher, HeartbeatReply{Round{1}, HeartbeatRefusal::term_is_old})});
  EXPECT_TRUE(turned(deposed, Turn::deposed));
  EXPECT_TRUE(deposed.withdraw);
  const Sender candidate{.id = n3, .term = Term{10}, .config = raft.record().config};
  EXPECT_EQ(ballot_in(raft.step(end - 1us, request_vote(candidate))), Ballot::promised_to_another);
  EXPECT_EQ(ballot_in(raft.step(end, request_vote(candidate))), Ballot::granted);
}

TEST(Leader, deposed_may_campaign_itself) {
  auto [raft, now] = settled_leader();
  const Instant end = raft.lease_end().value();
  const Sender higher{.id = n2, .term = Term{9}, .config = raft.record().config};
  static_cast<void>(raft.step(
      end - 500ms,
      Received{message(higher, HeartbeatReply{Round{1}, HeartbeatRefusal::term_is_old})}));
  EXPECT_LT(wait_until_it_asks(raft, end - 500ms), end);
}

// P6: no candidate deposes a leader whose lease lasts, whatever its term.
TEST(Leader, is_not_moved_by_a_candidate_of_a_higher_term) {
  auto [raft, now] = settled_leader();
  const Sender candidate{.id = n3, .term = Term{50}, .config = raft.record().config};
  const Effects effects = raft.step(now + 1ms, request_vote(candidate));
  EXPECT_EQ(ballot_in(effects), Ballot::promised_to_another);
  EXPECT_TRUE(raft.leader());
}

// P6, as in Raft: a voter whose own term was raised by a lost election must be heard, or it could
// never follow.
TEST(Leader, gives_way_to_a_voter_that_is_stuck_in_a_higher_term) {
  auto [raft, now] = settled_leader();
  const Sender stuck{.id = n3, .term = Term{5}, .config = raft.record().config};
  static_cast<void>(
      raft.step(now + 1ms,
                Received{message(stuck, HeartbeatReply{Round{1}, HeartbeatRefusal::term_is_old})}));
  EXPECT_EQ(raft.record().term, Term{5});
}

TEST(Leader, does_not_give_way_to_a_removed_node) {
  auto [raft, now] = settled_leader();
  const Sender removed{.id = n4, .term = Term{5}, .config = raft.record().config};
  static_cast<void>(raft.step(
      now + 1ms,
      Received{message(removed, HeartbeatReply{Round{1}, HeartbeatRefusal::term_is_old})}));
  EXPECT_TRUE(raft.leader());
  EXPECT_EQ(raft.record().term, Term{2});
}

// Rule 4: the leader's own promise counts in its promise_max, saved before the round leaves.
TEST(Leader, saves_its_own_promise_before_a_longer_round_leaves) {
  auto [raft, now] = settled_leader();
  const Effects effects =
      raft.step(now + 1ms, ChangeRequest{ChangeSettings{.promise = 5s}, Ticket{1}});
  EXPECT_EQ(sent<Heartbeat>(effects).front().promise, 5s);
  EXPECT_EQ(effects.persist.value().promise_max, 5s);
}

// Rule 4: rounds have ids that are never reused, not even by a later life.
TEST(Leader, numbers_its_rounds_differently_in_each_life) {
  auto [first, now] = leader();
  Record record = first.record();
  const Round last = round_in(first.step(first.leader()->heartbeat_at, Tick{}));
  Raft second{started_again(record), {.nonce = 5, .seed = 5}, now};
  const Instant asks = wait_until_it_asks(second, now);
  EXPECT_GT(std::get<PreCandidate>(second.role()).round, last);
  static_cast<void>(asks);
}

// P6: the lease still rests on rounds of the shorter promise, so rounds keep its pace until the
// longer is in force.
TEST(Leader, keeps_its_pace_until_a_longer_promise_is_in_force) {
  auto [raft, now] = settled_leader();
  Effects effects = raft.step(now + 1ms, ChangeRequest{ChangeSettings{.promise = 60s}, Ticket{1}});
  EXPECT_EQ(raft.leader()->heartbeat_at, now + 101ms);
  effects = raft.step(raft.leader()->heartbeat_at, Tick{});
  static_cast<void>(acknowledge(raft, now + 102ms, n2, round_in(effects)));
  effects = raft.step(raft.leader()->heartbeat_at, Tick{});
  EXPECT_EQ(raft.leader()->heartbeat_at, now + 201ms + 6s);
}

// Thesis 6.4: a read is confirmed by a round that began after it was asked for.
TEST(Leader, confirms_with_a_round_that_began_after_the_question) {
  auto [raft, now] = settled_leader();
  const Effects before = raft.step(raft.leader()->heartbeat_at, Tick{});
  const Instant asked = now + 150ms;
  const Effects effects = raft.step(asked, Confirm{Ticket{7}});
  EXPECT_TRUE(effects.answers.empty());
  const Effects old_round = acknowledge(raft, asked, n2, round_in(before));
  EXPECT_TRUE(old_round.answers.empty());
  const Effects answered = acknowledge(raft, asked, n2, round_in(effects));
  EXPECT_EQ(answered.answers, (std::vector{Answer{Ticket{7}, Outcome::in_force, {}}}));
}

// Rounds that are forgotten before a voter from afar can answer them would make it look silent.
TEST(Leader, confirms_many_questions_with_few_rounds) {
  auto [raft, now] = settled_leader();
  const Effects first = raft.step(now + 20ms, Confirm{Ticket{1}});
  EXPECT_EQ(sent<Heartbeat>(first).size(), 2U);
  EXPECT_TRUE(raft.step(now + 21ms, Confirm{Ticket{2}}).send.empty());
  const Effects soon = raft.step(now + 22ms, Confirm{Ticket{3}});
  EXPECT_TRUE(soon.send.empty());
  EXPECT_EQ(soon.wake_at, now + 20ms + Duration{1s} / Lease::rounds_max);
  EXPECT_EQ(acknowledge(raft, now + 23ms, n2, round_in(first)).answers.size(), 1U);
  const Effects second = raft.step(soon.wake_at.value(), Tick{});
  EXPECT_EQ(acknowledge(raft, now + 40ms, n2, round_in(second)).answers.size(), 2U);
}

TEST(Leader, that_lapses_answers_every_question) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now + 1ms, Confirm{Ticket{1}}));
  const Effects lapsed = raft.step(raft.lease_end().value(), Tick{});
  EXPECT_EQ(lapsed.answers, (std::vector{Answer{Ticket{1}, Outcome::lost, {}}}));
}

TEST(Leader, keeps_a_bounded_number_of_questions) {
  auto [raft, now] = settled_leader();
  for (std::uint64_t i = 0; i < Raft::questions_max; ++i) {
    EXPECT_TRUE(raft.step(now + 1ms, Confirm{Ticket{i}}).answers.empty());
  }
  EXPECT_EQ(outcome_in(raft.step(now + 1ms, Confirm{Ticket{999}})), Outcome::too_many);
}

TEST(Follower, confirms_nothing) {
  Raft follower = node();
  EXPECT_EQ(outcome_in(follower.step(at(1ms), Confirm{Ticket{1}})), Outcome::not_leader);
}

}  // namespace
}  // namespace duckduckgoose::test

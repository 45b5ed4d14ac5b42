#include <gtest/gtest.h>

#include "scene.hpp"

/// How a lease ends early, and what may not end it: rule 8.
namespace duckduckgoose::test {
namespace {

Release of(NodeId id, Term term, ReleaseReason reason = ReleaseReason::handover) {
  return {life(id), term, reason, std::nullopt};
}

/// n1 follows n2 in term 1 since at(0ms).
struct Following {
  Raft raft = node();
  Effects heard = raft.step(at(0ms), heartbeat({.id = n2}));
};

TEST(Release, frees_the_voter_of_its_promise) {
  Following it;
  const Effects effects = it.raft.step(at(10ms), released(of(n2, Term{1}), {.id = n2}));
  EXPECT_EQ(effects.announce.value().leader, std::nullopt);
  EXPECT_EQ(effects.announce.value().cause.code, CauseCode::handover);
  EXPECT_EQ(ballot_in(it.raft.step(at(10ms), request_vote({.id = n3, .term = Term{2}}))),
            Ballot::granted);
}

TEST(Release, lets_the_named_successor_ask_at_once) {
  Following it;
  Release release = of(n2, Term{1});
  release.successor = n1;
  const Effects effects = it.raft.step(at(10ms), released(release, {.id = n2}));
  ASSERT_EQ(sent<VoteRequest>(effects).size(), 2U);
  EXPECT_EQ(sent<VoteRequest>(effects).front().release, release) << "it carries the Release on";
  EXPECT_TRUE(sent<VoteRequest>(effects).front().pre) << "it is linked to nobody";
}

// Thesis 3.10: who takes over need not ask whether it would win.
TEST(Release, lets_the_first_in_line_campaign_at_once_if_it_reaches_a_majority) {
  for (const ReleaseReason reason : {ReleaseReason::dead, ReleaseReason::handover}) {
    Following it;
    static_cast<void>(it.raft.step(at(1ms), LinkUp{life(n3), 10, "", true}));
    const Release release = of(n2, Term{1}, reason);
    const Effects effects = it.raft.step(at(10ms), released(release, {.id = n2}));
    EXPECT_EQ(effects.persist.value().voted_for, n1);
    ASSERT_EQ(sent<VoteRequest>(effects).size(), 2U);
    EXPECT_FALSE(sent<VoteRequest>(effects).front().pre);
    EXPECT_EQ(sent<VoteRequest>(effects).front().release, release) << "it carries the Release on";
  }
}

// The closed connection of the dead may be noticed after its keeper has spoken.
TEST(Release, lets_the_first_in_line_ask_if_only_the_dead_would_make_it_a_majority) {
  for (const ReleaseReason reason : {ReleaseReason::dead, ReleaseReason::handover}) {
    Following it;
    static_cast<void>(it.raft.step(at(1ms), LinkUp{life(n2), 10, "", true}));
    const Effects effects = it.raft.step(at(10ms), released(of(n2, Term{1}, reason), {.id = n2}));
    ASSERT_EQ(sent<VoteRequest>(effects).size(), 2U);
    EXPECT_EQ(sent<VoteRequest>(effects).front().pre, reason == ReleaseReason::dead);
  }
}

// n2 led, and has campaigned since: its voters may still be bound to another one.
TEST(Release, of_an_election_that_the_leader_has_lost_since_lets_nobody_campaign_at_once) {
  Following it;
  static_cast<void>(it.raft.step(at(1ms), LinkUp{life(n3), 10, "", true}));
  const Release release = of(n2, Term{2}, ReleaseReason::lost_election);
  const Effects effects = it.raft.step(at(10ms), released(release, {.id = n2}));
  EXPECT_FALSE(effects.persist);
  EXPECT_EQ(effects.wake_at.value(), at(10ms)) << "it asks";
}

// Another one asks already: to campaign against it would split the votes.
TEST(Release, that_a_request_carries_lets_nobody_campaign_at_once) {
  Following it;
  static_cast<void>(it.raft.step(at(1ms), LinkUp{life(n3), 10, "", true}));
  const VoteRequest request{true, Term{2}, Round{1}, 1s, of(n2, Term{1})};
  const Effects effects = it.raft.step(at(10ms), Received{message({.id = n3}, request)});
  EXPECT_EQ(ballot_in(effects), Ballot::granted);
  EXPECT_FALSE(effects.persist);
}

// All hear of it at the same moment: who goes first is settled beforehand, or they split the votes.
TEST(Release, lets_those_go_first_who_are_linked_and_have_lower_ids) {
  for (const bool is_named : {false, true}) {
    Raft raft = node({.self = n3});
    static_cast<void>(raft.step(at(0ms), heartbeat({.id = n2, .to = n3})));
    for (const NodeId id : {n1, n2}) {  // n2, which dies, does not count
      static_cast<void>(raft.step(at(1ms), LinkUp{life(id), 10, "", true}));
    }
    Release release = of(n2, Term{1}, ReleaseReason::dead);
    if (is_named) release.successor = n3;
    const Effects effects = raft.step(at(10ms), released(release, {.id = n1, .to = n3}));
    EXPECT_EQ(sent<VoteRequest>(effects).size(), is_named ? 2U : 0U);
    if (is_named) continue;
    EXPECT_EQ(effects.wake_at.value(), at(60ms)) << "a promise/20 for the first";
  }
}

TEST(Release, of_a_dead_incarnation_covers_every_term) {
  Following it;
  const Effects effects =
      it.raft.step(at(10ms), released(of(n2, Term{0}, ReleaseReason::dead), {.id = n3}));
  EXPECT_EQ(effects.announce.value().cause.code, CauseCode::proof_of_death);
  EXPECT_EQ(ballot_in(it.raft.step(at(10ms), request_vote({.id = n3, .term = Term{2}}))),
            Ballot::granted);
}

// Nothing but time or a Release of exactly that incarnation ends a promise.
TEST(Release, of_another_incarnation_ends_no_promise) {
  Following it;
  Release earlier = of(n2, Term{9}, ReleaseReason::dead);
  earlier.incarnation.starts = 0;
  static_cast<void>(it.raft.step(at(10ms), released(earlier, {.id = n3})));
  Release other_bits = of(n2, Term{9}, ReleaseReason::dead);
  other_bits.incarnation.nonce += 1;
  static_cast<void>(it.raft.step(at(11ms), released(other_bits, {.id = n3})));
  static_cast<void>(
      it.raft.step(at(12ms), released(of(n3, Term{9}, ReleaseReason::dead), {.id = n3})));
  EXPECT_EQ(ballot_in(it.raft.step(
                at(13ms), request_vote({.id = n3, .term = Term{2}, .starts = 2, .saves = 20}))),
            Ballot::promised_to_another);
}

// A Release of an earlier term says nothing of the promise given in a later one.
TEST(Release, of_an_earlier_term_ends_no_promise_of_a_later_one) {
  Raft raft = node();
  const Sender goose{.id = n2, .term = Term{3}};
  static_cast<void>(raft.step(at(0ms), heartbeat(goose)));
  const Effects effects = raft.step(at(1ms), released(of(n2, Term{2}), goose));
  EXPECT_FALSE(effects.announce) << "it still follows n2";
  EXPECT_EQ(ballot_in(raft.step(at(2ms), request_vote({.id = n3, .term = Term{4}}))),
            Ballot::promised_to_another);
}

// A delayed heartbeat of a released incarnation must not renew the promise.
TEST(Release, makes_late_heartbeats_of_that_term_void) {
  Following it;
  static_cast<void>(it.raft.step(at(10ms), released(of(n2, Term{1}), {.id = n2})));
  const Effects late = it.raft.step(at(11ms), heartbeat({.id = n2}, Round{2}));
  EXPECT_EQ(reply_in<HeartbeatReply>(late).value().refused,
            HeartbeatRefusal::incarnation_was_released);
  EXPECT_EQ(ballot_in(it.raft.step(at(12ms), request_vote({.id = n3, .term = Term{2}}))),
            Ballot::granted);
}

TEST(Release, makes_late_vote_requests_of_that_term_void) {
  Following it;
  static_cast<void>(
      it.raft.step(at(10ms), released(of(n2, Term{2}, ReleaseReason::lost_election), {.id = n2})));
  EXPECT_EQ(ballot_in(it.raft.step(at(11ms), request_vote({.id = n2, .term = Term{2}}))),
            Ballot::incarnation_was_released);
  EXPECT_EQ(ballot_in(it.raft.step(at(12ms), request_pre_vote({.id = n2, .term = Term{1}}))),
            Ballot::incarnation_was_released);
}

// The same incarnation may lead again, in a later term.
TEST(Release, leaves_later_terms_of_the_same_incarnation_alone) {
  Following it;
  static_cast<void>(it.raft.step(at(10ms), released(of(n2, Term{1}), {.id = n2})));
  EXPECT_EQ(ballot_in(it.raft.step(at(11ms), request_vote({.id = n2, .term = Term{2}}))),
            Ballot::granted);
  const Effects again = it.raft.step(at(12ms), heartbeat({.id = n2, .term = Term{2}}, Round{9}));
  EXPECT_EQ(reply_in<HeartbeatReply>(again).value().refused, std::nullopt);
}

// A Release is judged by the incarnation that it names, not by its sender's.
TEST(Release, carried_by_another_counts_for_the_incarnation_that_it_names) {
  Following it;
  const Effects effects = it.raft.step(at(10ms), request_pre_vote({.id = n3}, of(n2, Term{1})));
  EXPECT_EQ(ballot_in(effects), Ballot::granted)
      << "the Release is read before the request (rule 0)";
  static_cast<void>(it.raft.step(at(11ms), request_vote({.id = n3, .term = Term{2}})));
  const Effects other = it.raft.step(at(12ms), request_vote({.id = n2, .term = Term{3}}));
  EXPECT_EQ(ballot_in(other), Ballot::promised_to_another) << "n3 itself has released nothing";
}

// The next life of the node may speak first: the Release of the former one counts all the same.
TEST(Release, of_a_former_life_counts_when_the_next_has_been_met) {
  Following it;
  static_cast<void>(it.raft.step(at(10ms), request_pre_vote({.id = n2, .starts = 2, .saves = 20})));
  const Release next_life{life(n2, 2), Term{2}, ReleaseReason::lost_election, std::nullopt};
  static_cast<void>(
      it.raft.step(at(11ms), released(next_life, {.id = n2, .starts = 2, .saves = 20})));
  static_cast<void>(
      it.raft.step(at(12ms), released(of(n2, Term{0}, ReleaseReason::dead), {.id = n2})));
  EXPECT_EQ(ballot_in(it.raft.step(at(13ms), request_vote({.id = n3, .term = Term{2}}))),
            Ballot::granted);
}

TEST(Release, raises_no_term) {
  Following it;
  const Effects effects =
      it.raft.step(at(10ms), released(of(n2, Term{1}), {.id = n3, .term = Term{6}}));
  EXPECT_EQ(it.raft.record().term, Term{1});
  EXPECT_FALSE(effects.persist);
}

TEST(Release, of_a_lost_candidate_does_not_move_who_follows_a_leader) {
  Following it;
  const Effects effects =
      it.raft.step(at(10ms), released(of(n3, Term{2}, ReleaseReason::lost_election), {.id = n3}));
  EXPECT_GE(effects.wake_at.value(), at(1s));
  EXPECT_FALSE(effects.announce);
}

TEST(Release, about_oneself_from_others_is_ignored) {
  auto [raft, now] = settled_leader();
  const Release rumour{raft.self(), Term{9}, ReleaseReason::dead, std::nullopt};
  static_cast<void>(raft.step(now, released(rumour, {.id = n2, .term = raft.record().term})));
  EXPECT_TRUE(raft.leader());
}

// Heard from others only, a Release of a newer life says that the older one is over.
TEST(Releases, of_a_newer_life_cover_the_older_ones) {
  Releases releases;
  EXPECT_TRUE(releases.accept({life(n2, 3), Term{5}, ReleaseReason::handover, std::nullopt}));
  EXPECT_TRUE(releases.covers(life(n2, 2), Term{9}));
  EXPECT_FALSE(releases.covers(life(n2, 4), Term{1}));
  EXPECT_FALSE(releases.accept({life(n2, 2), Term{9}, ReleaseReason::dead, std::nullopt}));
}

TEST(Releases, keep_one_entry_for_each_node_and_forget_the_oldest) {
  Releases releases;
  for (std::uint64_t i = 1; i <= Releases::kept_max + 1; ++i) {
    EXPECT_TRUE(releases.accept(of(NodeId{i}, Term{3})));
  }
  EXPECT_FALSE(releases.covers(life(NodeId{1}), Term{3}));
  EXPECT_TRUE(releases.covers(life(NodeId{2}), Term{3}));
}

// Handing over: the office is withdrawn in the step that releases, so perform() withdraws first.
TEST(Handover, withdraws_and_releases_in_one_step) {
  auto [raft, now] = settled_leader();
  const auto tenure = raft.leadership().mine;
  const Effects effects = raft.step(now + 1ms, Drain{.successor = n3, .ticket = Ticket{4}});
  EXPECT_EQ(effects.withdraw, tenure);
  ASSERT_EQ(sent<Release>(effects).size(), 2U);
  EXPECT_EQ(sent<Release>(effects).front(),
            (Release{raft.self(), Term{2}, ReleaseReason::handover, n3}));
  EXPECT_EQ(outcome_in(effects), Outcome::in_force);
  EXPECT_FALSE(raft.leader());
}

TEST(Handover, chooses_a_voter_that_was_heard_lately) {
  auto [raft, now] = settled_leader();
  const Effects round = raft.step(raft.leader()->heartbeat_at, Tick{});
  static_cast<void>(acknowledge(raft, now + 101ms, n3, round_in(round)));
  const Effects effects = raft.step(now + 102ms, Drain{});
  EXPECT_EQ(sent<Release>(effects).front().successor, n3);
}

TEST(Handover, frees_the_old_leader_to_vote) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now + 1ms, Drain{}));
  const Sender next{.id = n2, .term = Term{3}, .config = raft.record().config};
  EXPECT_EQ(ballot_in(raft.step(now + 2ms, request_vote(next))), Ballot::granted);
}

// Whoever gave the office up lets the others go first, and never returns to it in that term.
TEST(Handover, does_not_snatch_the_office_back) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now + 1ms, Drain{}));
  const Instant asks = wait_until_it_asks(raft, now + 1ms);
  EXPECT_GE(asks, now + 1001ms);
  EXPECT_EQ(std::get<PreCandidate>(raft.role()).asked, Term{3});
}

// Drain has two phases: the lease is renewed on while the work winds down.
TEST(Handover, waits_for_the_work_to_end) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now, WorkBegan{}));
  const Effects drains = raft.step(now + 1ms, Drain{.ticket = Ticket{4}});
  EXPECT_TRUE(drains.answers.empty());
  EXPECT_TRUE(sent<Release>(drains).empty());
  EXPECT_TRUE(raft.leader());
  EXPECT_EQ(raft.step(now + 2ms, Hold{1s}).held, now + 2ms)
      << "no new hold is given while draining";
  EXPECT_FALSE(sent<Heartbeat>(raft.step(raft.leader()->heartbeat_at, Tick{})).empty());
  const Effects ended = raft.step(raft.leader()->heartbeat_at, WorkEnded{});
  EXPECT_EQ(outcome_in(ended), Outcome::in_force);
  EXPECT_EQ(sent<Release>(ended).size(), 2U);
}

// SURFACE 5: if the on-duck hook fails: no Release, the promise runs out.
TEST(Handover, waits_for_the_end_of_the_lease_when_the_work_ended_badly) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now, WorkBegan{}));
  static_cast<void>(raft.step(now + 1ms, Drain{}));
  const Instant lease_end = raft.lease_end().value();
  ASSERT_TRUE(sent<Release>(raft.step(now + 2ms, WorkEnded{.well = false})).empty());
  EXPECT_EQ(raft.held_until(), lease_end);
  const Effects round = raft.step(raft.leader()->heartbeat_at, Tick{});
  static_cast<void>(acknowledge(raft, now + 150ms, n2, round_in(round)));
  EXPECT_TRUE(sent<Release>(raft.step(lease_end - 1us, Tick{})).empty());
  EXPECT_EQ(sent<Release>(raft.step(lease_end, Tick{})).size(), 2U);
}

TEST(Handover, waits_for_a_hold_to_pass) {
  auto [raft, now] = settled_leader();
  const Instant held = raft.step(now, Hold{300ms}).held.value();
  EXPECT_EQ(held, now + 300ms);
  ASSERT_TRUE(raft.step(now + 1ms, Drain{}).answers.empty());
  const Effects round = raft.step(raft.leader()->heartbeat_at, Tick{});
  static_cast<void>(acknowledge(raft, now + 150ms, n2, round_in(round)));
  const Effects inside = raft.step(held - 1us, Tick{});
  EXPECT_TRUE(sent<Release>(inside).empty());
  EXPECT_EQ(inside.wake_at, held);
  EXPECT_EQ(sent<Release>(raft.step(held, Tick{})).size(), 2U);
}

TEST(Handover, waits_for_the_longest_hold_to_pass) {
  auto [raft, now] = settled_leader();
  const Instant held = raft.step(now, Hold{300ms}).held.value();
  static_cast<void>(raft.step(now + 1ms, Hold{10ms}));
  static_cast<void>(raft.step(now + 2ms, Drain{}));
  EXPECT_TRUE(sent<Release>(raft.step(held - 1us, LinkDown{n5})).empty());
  EXPECT_EQ(sent<Release>(raft.step(held, Tick{})).size(), 2U);
}

TEST(Hold, is_capped_by_the_lease) {
  auto [raft, now] = settled_leader();
  EXPECT_EQ(raft.step(now, Hold{1h}).held, raft.lease_end());
}

TEST(Hold, is_not_given_by_a_follower) {
  Raft follower = node();
  EXPECT_EQ(follower.step(at(1ms), Hold{1s}).held, at(1ms));
}

// A deposed leader inside its own hold must not release, not even as a candidate that lost: the
// Release would cover the term of the hold as well.
TEST(Hold, of_an_earlier_tenure_keeps_the_release_of_a_lost_candidate_back) {
  auto [raft, now] = settled_leader();
  const Instant held = raft.step(now, Hold{800ms}).held.value();
  const Sender higher{.id = n3, .term = Term{5}, .config = raft.record().config};
  const Message refusal = message(higher, HeartbeatReply{Round{1}, HeartbeatRefusal::term_is_old});
  static_cast<void>(raft.step(now + 1ms, Received{refusal}));
  const Instant asks = wait_until_it_asks(raft, now + 1ms);
  static_cast<void>(answer_vote(raft, asks, n2));
  const Effects lost = answer_vote(raft, asks, n2, Ballot::vote_is_given);
  EXPECT_TRUE(turned(lost, Turn::lost));
  EXPECT_TRUE(sent<Release>(lost).empty());
  EXPECT_TRUE(sent<Release>(raft.step(held - 1us, LinkDown{n5})).empty());
  EXPECT_FALSE(sent<Release>(raft.step(held, LinkDown{n5})).empty());
}

TEST(Handover, needs_somebody_to_hand_over_to) {
  auto [raft, now] = settled_leader();
  EXPECT_EQ(outcome_in(raft.step(now, Drain{.successor = n4})), Outcome::unknown_node);
  auto [alone, then] = leader({.config = voters({n1})});
  for (const auto reason :
       {ReleaseReason::handover, ReleaseReason::stopped, ReleaseReason::removed}) {
    EXPECT_EQ(outcome_in(alone.step(then, Drain{.reason = reason})), Outcome::no_successor);
  }
  EXPECT_TRUE(alone.leader());
  static_cast<void>(alone.step(then, StandAside{then + 1s}));
  EXPECT_EQ(outcome_in(alone.step(then, Drain{})), Outcome::in_force);
  EXPECT_FALSE(alone.leader());
}

TEST(Handover, is_refused_to_a_voter_that_is_silent) {
  auto [raft, now] = leader();
  EXPECT_EQ(outcome_in(raft.step(now, Drain{.successor = n3})), Outcome::voters_silent);
}

TEST(Handover, can_be_asked_for_once) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now, WorkBegan{}));
  static_cast<void>(raft.step(now, Drain{}));
  EXPECT_EQ(outcome_in(raft.step(now, Drain{})), Outcome::draining);
}

TEST(Handover, of_a_follower_is_refused) {
  Raft follower = node();
  EXPECT_EQ(outcome_in(follower.step(at(1ms), Drain{})), Outcome::not_leader);
}

TEST(Handover, that_ends_in_a_lapse_is_reported_lost) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now, WorkBegan{}));
  static_cast<void>(raft.step(now, Drain{.ticket = Ticket{4}}));
  const Effects lapsed = raft.step(raft.lease_end().value(), Tick{});
  EXPECT_EQ(outcome_in(lapsed), Outcome::lost);
  EXPECT_TRUE(sent<Release>(lapsed).empty()) << "the command may still live";
}

TEST(Candidate, that_stands_aside_releases_its_voters) {
  Raft raft = node();
  const Instant now = wait_until_it_asks(raft, at(0ms));
  static_cast<void>(answer_vote(raft, now, n2));
  const Effects effects = raft.step(now, StandAside{now + 1s});
  EXPECT_EQ(sent<Release>(effects).size(), 2U);
}

}  // namespace
}  // namespace duckduckgoose::test

#include <gtest/gtest.h>

#include "scene.hpp"

/// How a node asks, campaigns, wins and loses: thesis 3.4, 9.6; rules 3, 5 and 8.
namespace duckduckgoose::test {
namespace {

Raft linked_node() {
  Raft raft = node();
  for (const NodeId id : {n2, n3})
    static_cast<void>(raft.step(at(0ms), LinkUp{life(id), 1, "", true}));
  return raft;
}

struct Asking {
  Raft raft = linked_node();
  Instant now = wait_until_it_asks(raft, at(0ms));
};

struct Campaigning : Asking {
  Effects effects = answer_vote(raft, now, n2);
};

// 9.6: before it raises its term a node asks whether it would win.
TEST(PreCandidate, asks_without_raising_its_term) {
  Raft raft = node();
  Effects effects = raft.step(at(0ms), Tick{});
  const Instant asks_at = effects.wake_at.value();
  effects = raft.step(asks_at, Tick{});
  const auto requests = sent<VoteRequest>(effects);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_TRUE(requests[0].pre);
  EXPECT_EQ(requests[0].asked, Term{2});
  EXPECT_EQ(raft.record().term, Term{1});
  EXPECT_FALSE(effects.persist);
}

// 3.4: a candidate raises its term, votes for itself and saves both before it asks.
TEST(PreCandidate, campaigns_once_a_majority_would_vote_for_it) {
  Campaigning it;
  EXPECT_TRUE(is<Candidate>(it.raft));
  EXPECT_EQ(it.effects.persist.value().term, Term{2});
  EXPECT_EQ(it.effects.persist.value().voted_for, n1);
  EXPECT_EQ(it.effects.persist.value().promise_max, 1s) << "it promises itself (rule 4)";
  EXPECT_EQ(sent<VoteRequest>(it.effects).size(), 2U);
  EXPECT_FALSE(sent<VoteRequest>(it.effects).front().pre);
}

TEST(PreCandidate, counts_only_answers_to_its_last_question) {
  Asking it;
  const auto round = std::get<PreCandidate>(it.raft.role()).round;
  const VoteReply stale{true, Term{2}, Round{round.value - 1}, Ballot::granted};
  static_cast<void>(it.raft.step(it.now, Received{message({.id = n2}, stale)}));
  EXPECT_TRUE(is<PreCandidate>(it.raft));
  const VoteReply other_term{true, Term{3}, round, Ballot::granted};
  static_cast<void>(it.raft.step(it.now, Received{message({.id = n2}, other_term)}));
  EXPECT_TRUE(is<PreCandidate>(it.raft));
}

// Rule 7: a refusal for an older configuration carries the newer one; the candidate installs it and
// asks again.
TEST(PreCandidate, catches_up_with_a_newer_configuration_and_asks_again) {
  Asking it;
  const auto& asking = std::get<PreCandidate>(it.raft.role());
  const Sender newer{.id = n2, .config = voters(three, {Term{1}, 5})};
  const VoteReply refusal{true, asking.asked, asking.round, Ballot::configuration_is_old};
  const Effects effects = it.raft.step(it.now, Received{message(newer, refusal, true)});
  EXPECT_EQ(effects.persist.value().config.stamp, (Stamp{Term{1}, 5}));
  EXPECT_LE(effects.wake_at.value(), it.now + 2ms);
  EXPECT_LE(wait_until_it_asks(it.raft, it.now), it.now + 2ms);
}

TEST(PreCandidate, learns_of_a_higher_term_from_a_refusal) {
  Asking it;
  const auto& asking = std::get<PreCandidate>(it.raft.role());
  const VoteReply refusal{true, asking.asked, asking.round, Ballot::term_is_old};
  static_cast<void>(it.raft.step(it.now, Received{message({.id = n2, .term = Term{8}}, refusal)}));
  EXPECT_EQ(it.raft.record().term, Term{8});
  static_cast<void>(wait_until_it_asks(it.raft, it.now));
  EXPECT_EQ(std::get<PreCandidate>(it.raft.role()).asked, Term{9});
}

TEST(PreCandidate, follows_a_leader_that_it_hears) {
  Asking it;
  const Effects effects = it.raft.step(it.now, heartbeat({.id = n3}));
  EXPECT_EQ(effects.announce.value().leader, life(n3));
}

// 3.4: a majority of the votes makes the leader of the term.
TEST(Candidate, leads_with_a_majority) {
  Campaigning it;
  const Effects effects = answer_vote(it.raft, it.now, n3);
  EXPECT_EQ(effects.announce.value().mine.value().term, Term{2});
  EXPECT_EQ(effects.announce.value().mine.value().token, Token{1'000'002});
  EXPECT_EQ(effects.announce.value().cause.electors, (std::vector{n1, n3}));
  EXPECT_EQ(sent<Heartbeat>(effects).size(), 2U);
}

// Rule 7: a new leader rewrites the configuration's term to its own, durably; all hear before that
// that it leads, since its lease rests on the votes alone.
TEST(Candidate, rewrites_the_term_of_the_configuration_with_the_second_round_of_its_lease) {
  Campaigning it;
  Effects effects = answer_vote(it.raft, it.now, n2);
  EXPECT_FALSE(effects.persist);
  ASSERT_EQ(sent<Heartbeat>(effects).size(), 2U);
  EXPECT_EQ(effects.send.front().stamp, (Stamp{Term{1}, 1}));
  effects = it.raft.step(it.raft.leader()->heartbeat_at, Tick{});
  EXPECT_EQ(effects.persist.value().config.stamp, (Stamp{Term{2}, 2}));
  ASSERT_EQ(sent<Heartbeat>(effects).size(), 2U);
  EXPECT_EQ(effects.send.front().config.value().stamp, (Stamp{Term{2}, 2}));
}

// F4: who reads a configuration of term 0 takes its cluster for one that never had a goose.
TEST(Candidate, rewrites_at_once_the_term_of_a_configuration_under_which_nobody_has_led) {
  Configuration founded = voters({n1, n2, n3});
  founded.stamp.term = Term{};
  Raft raft = node({.config = founded});
  const Instant now = wait_until_it_asks(raft, at(0ms));
  static_cast<void>(answer_vote(raft, now, n2));
  const Effects effects = answer_vote(raft, now, n2);
  ASSERT_TRUE(is<Leader>(raft));
  EXPECT_EQ(effects.persist.value().config.stamp, (Stamp{raft.record().term, 2}));
}

// {n1, n2}: n2 leaves at the first round, and can be dropped if it has acknowledged the rewrite.
TEST(Candidate, rewrites_at_once_the_term_of_the_configuration_of_an_even_number) {
  Raft raft = node({.config = voters({n1, n2})});
  const Instant now = wait_until_it_asks(raft, at(0ms));
  static_cast<void>(answer_vote(raft, now, n2));
  Effects effects = answer_vote(raft, now, n2);
  ASSERT_TRUE(is<Leader>(raft));
  EXPECT_EQ(effects.persist.value().config.stamp, (Stamp{Term{2}, 2}));
  static_cast<void>(acknowledge(raft, now, n2, round_in(effects)));
  effects = raft.step(now, ChangeRequest{DropVoter{n2, {}}, Ticket{1}});
  EXPECT_EQ(outcome_in(effects), Outcome::in_force);
}

TEST(Candidate, counts_a_voter_once) {
  Raft raft = node({.config = voters({n1, n2, n3, n4, n5})});
  const Instant now = wait_until_it_asks(raft, at(0ms));
  static_cast<void>(answer_vote(raft, now, n2));
  static_cast<void>(answer_vote(raft, now, n2));
  EXPECT_TRUE(is<PreCandidate>(raft));
  static_cast<void>(answer_vote(raft, now, n3));
  static_cast<void>(answer_vote(raft, now, n2));
  static_cast<void>(answer_vote(raft, now, n2));
  EXPECT_TRUE(is<Candidate>(raft));
  static_cast<void>(answer_vote(raft, now, n4));
  EXPECT_TRUE(is<Leader>(raft));
}

TEST(Candidate, counts_no_observer) {
  Campaigning it;
  static_cast<void>(answer_vote(it.raft, it.now, n4));
  EXPECT_TRUE(is<Candidate>(it.raft));
}

TEST(Candidate, takes_no_pre_vote_for_a_vote) {
  Campaigning it;
  const auto& candidate = std::get<Candidate>(it.raft.role());
  const VoteReply pre{true, Term{2}, candidate.round.id, Ballot::granted};
  static_cast<void>(it.raft.step(it.now, Received{message({.id = n2, .term = Term{2}}, pre)}));
  EXPECT_TRUE(is<Candidate>(it.raft));
}

TEST(Candidate, takes_no_vote_of_an_older_round) {
  Campaigning it;
  const auto& candidate = std::get<Candidate>(it.raft.role());
  const VoteReply old{false, Term{2}, Round{candidate.round.id.value - 1}, Ballot::granted};
  static_cast<void>(it.raft.step(it.now, Received{message({.id = n2, .term = Term{2}}, old)}));
  EXPECT_TRUE(is<Candidate>(it.raft));
}

// Rule 5: votes that come after the promises have run out make no leader.
TEST(Candidate, does_not_lead_on_promises_that_have_run_out) {
  Campaigning it;
  const Effects effects = answer_vote(it.raft, it.now + counted(1s), n2);
  EXPECT_FALSE(it.raft.leader());
  EXPECT_TRUE(turned(effects, Turn::lost));
}

// Rule 8: a candidate that has lost releases its voters.
TEST(Candidate, releases_its_voters_when_it_has_lost) {
  Campaigning it;
  static_cast<void>(answer_vote(it.raft, it.now, n2, Ballot::vote_is_given));
  EXPECT_TRUE(is<Candidate>(it.raft));
  const Effects effects = answer_vote(it.raft, it.now, n3, Ballot::vote_is_given);
  EXPECT_TRUE(is<Follower>(it.raft));
  const auto releases = sent<Release>(effects);
  ASSERT_EQ(releases.size(), 2U);
  EXPECT_EQ(releases[0], (Release{life(n1), Term{2}, ReleaseReason::lost_election, std::nullopt}));
}

// A voter without a link cannot answer: to wait for it would only hold up the next election.
TEST(Candidate, gives_up_at_once_when_those_that_are_left_cannot_elect_it) {
  Campaigning it;
  static_cast<void>(it.raft.step(it.now, LinkDown{n2}));
  const Effects effects = answer_vote(it.raft, it.now, n3, Ballot::vote_is_given);
  EXPECT_TRUE(turned(effects, Turn::lost));
}

TEST(PreCandidate, has_no_office_to_give_up) {
  Asking it;
  static_cast<void>(it.raft.step(it.now, Drain{.reason = ReleaseReason::stopped}));
  EXPECT_TRUE(is<PreCandidate>(it.raft));
}

TEST(PreCandidate, that_stands_aside_asks_no_more) {
  Asking it;
  static_cast<void>(it.raft.step(it.now, StandAside{it.now + 1s}));
  EXPECT_TRUE(is<Follower>(it.raft));
}

TEST(Candidate, gives_up_when_nobody_answers) {
  Campaigning it;
  const Effects effects = it.raft.step(it.effects.wake_at.value(), Tick{});
  EXPECT_TRUE(turned(effects, Turn::lost));
  EXPECT_EQ(sent<Release>(effects).size(), 2U);
}

// Rule 5: whoever has left the term cannot be its leader any more; a late vote is ignored.
TEST(Candidate, cannot_win_a_term_that_it_has_given_up) {
  Campaigning it;
  const auto round = std::get<Candidate>(it.raft.role()).round.id;
  static_cast<void>(it.raft.step(it.effects.wake_at.value(), Tick{}));
  const VoteReply late{false, Term{2}, round, Ballot::granted};
  static_cast<void>(it.raft.step(it.effects.wake_at.value(),
                                 Received{message({.id = n2, .term = Term{2}}, late)}));
  EXPECT_FALSE(it.raft.leader());
}

// 3.4: a candidate that hears the leader of its term follows it, and frees the voters it had.
TEST(Candidate, follows_the_leader_of_its_term) {
  Campaigning it;
  const Effects effects = it.raft.step(it.now, heartbeat({.id = n3, .term = Term{2}}));
  EXPECT_EQ(effects.announce.value().leader, life(n3));
  EXPECT_EQ(sent<Release>(effects).size(), 2U);
}

TEST(Candidate, gives_way_to_a_higher_term) {
  Campaigning it;
  const Effects effects = it.raft.step(it.now, request_vote({.id = n3, .term = Term{3}}));
  EXPECT_EQ(ballot_in(effects), Ballot::granted);
  EXPECT_EQ(effects.persist.value().voted_for, n3);
}

TEST(Candidate, keeps_its_own_vote_from_others_of_its_term) {
  Campaigning it;
  const Effects effects = it.raft.step(it.now, request_vote({.id = n3, .term = Term{2}}));
  EXPECT_EQ(ballot_in(effects), Ballot::vote_is_given);
}

// 3.4: one vote a term, also after the election is lost.
TEST(Candidate, keeps_its_vote_when_it_has_lost) {
  Campaigning it;
  static_cast<void>(answer_vote(it.raft, it.now, n2, Ballot::vote_is_given));
  static_cast<void>(answer_vote(it.raft, it.now, n3, Ballot::vote_is_given));
  EXPECT_EQ(it.raft.record().voted_for, n1);
  const Effects effects = it.raft.step(it.now, request_vote({.id = n3, .term = Term{2}}));
  EXPECT_EQ(ballot_in(effects), Ballot::vote_is_given);
}

// Rule 9: a node with a lost disk is a new node, whatever its address.
TEST(Candidate, does_not_take_a_wiped_node_for_its_former_self) {
  Campaigning it;
  static_cast<void>(it.raft.step(it.now, LinkUp{life(n4), 1, member(n2).address, true}));
  static_cast<void>(answer_vote(it.raft, it.now, n4));
  EXPECT_TRUE(is<Candidate>(it.raft));
}

// Votes were given under the configuration of the campaign: a newer one ends it.
TEST(Candidate, gives_up_when_a_newer_configuration_comes) {
  Campaigning it;
  const Sender newer{.id = n2, .term = Term{2}, .config = voters({n1, n2, n3, n4}, {Term{1}, 5})};
  const Effects effects = it.raft.step(it.now, Received{message(newer, HeartbeatReply{}, true)});
  EXPECT_TRUE(turned(effects, Turn::lost));
  EXPECT_EQ(it.raft.record().config.stamp, (Stamp{Term{1}, 5}));
}

// A single voter needs nobody: it asks, campaigns and leads in one step.
TEST(Candidate, alone_leads_at_once) {
  Raft raft = node({.config = voters({n1})});
  const Effects effects = raft.step(at(0ms), Tick{});
  EXPECT_EQ(effects.announce.value().mine.value().term, Term{2});
  EXPECT_EQ(effects.persist.value().promise_max, 0s) << "nobody relies on its lease yet (rule 6)";
}

}  // namespace
}  // namespace duckduckgoose::test

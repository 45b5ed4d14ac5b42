#include <gtest/gtest.h>

#include "scene.hpp"

/// How a voter answers, and why: thesis 3.4, 3.6, 3.8, 4.2.3, 9.6; rules 1, 2 and 3.
namespace duckduckgoose::test {
namespace {

// 3.4: a server votes for at most one candidate in a term, first come, first served.
TEST(Voter, gives_one_vote_per_term) {
  Raft voter = node();
  const Effects first = voter.step(at(5ms), request_vote({.id = n2, .term = Term{2}}));
  EXPECT_EQ(ballot_in(first), Ballot::granted);
  EXPECT_EQ(first.persist.value().voted_for, n2);
  // The promise to n2 has run out by then; the vote has not.
  const Effects second = voter.step(at(2s), request_vote({.id = n3, .term = Term{2}}));
  EXPECT_EQ(ballot_in(second), Ballot::vote_is_given);
  EXPECT_FALSE(second.persist);
}

// 3.4: the vote of a term outlives whatever happens in that term: following its leader clears
// nothing.
TEST(Voter, keeps_its_vote_when_it_follows_the_leader_of_the_same_term) {
  Raft voter = node({.term = Term{2}, .voted_for = n1});
  static_cast<void>(voter.step(at(1ms), heartbeat({.id = n2, .term = Term{2}})));
  EXPECT_EQ(voter.record().voted_for, n1);
  const Effects later = voter.step(at(2s), request_vote({.id = n3, .term = Term{2}}));
  EXPECT_EQ(ballot_in(later), Ballot::vote_is_given);
}

// 3.8: a reply may be lost, so the same candidate is answered alike.
TEST(Voter, answers_the_same_candidate_alike) {
  Raft voter = node();
  static_cast<void>(voter.step(at(5ms), request_vote({.id = n2, .term = Term{2}})));
  const Effects again = voter.step(at(6ms), request_vote({.id = n2, .term = Term{2}}));
  EXPECT_EQ(ballot_in(again), Ballot::granted);
}

// 3.8: term and vote are one write, and it is asked for in the step that answers.
TEST(Voter, saves_term_and_vote_together_with_the_reply) {
  Raft voter = node();
  const Effects effects = voter.step(at(5ms), request_vote({.id = n2, .term = Term{5}}));
  EXPECT_EQ(effects.persist.value().term, Term{5});
  EXPECT_EQ(effects.persist.value().voted_for, n2);
  EXPECT_EQ(effects.persist.value().promise_max, 1s);
  EXPECT_EQ(reply_in<VoteReply>(effects).value().asked, Term{5});
}

// 3.8: a vote in a term that the node is already in changes only the vote, and is saved all the
// same.
TEST(Voter, saves_a_vote_that_leaves_the_term_alone) {
  Raft voter = node({.term = Term{5}, .promised = 1s});
  const Effects effects = voter.step(at(2s), request_vote({.id = n2, .term = Term{5}}));
  EXPECT_EQ(ballot_in(effects), Ballot::granted);
  EXPECT_EQ(effects.persist.value().voted_for, n2);
}

// 3.3: a request of an older term is refused, and the refusal carries the newer one.
TEST(Voter, refuses_an_old_term_and_tells_its_own) {
  Raft voter = node({.term = Term{7}});
  const Effects effects = voter.step(at(5ms), request_vote({.id = n2, .term = Term{6}}));
  EXPECT_EQ(ballot_in(effects), Ballot::term_is_old);
  EXPECT_EQ(effects.send.front().term, Term{7});
}

// OPODIS 2021: a voter elects nobody with an older configuration, and hands the newer one on (rule
// 7).
TEST(Voter, refuses_an_older_configuration_and_sends_the_newer) {
  Raft voter = node({.config = voters(three, {Term{1}, 4})});
  const Effects effects = voter.step(at(5ms), request_vote({.id = n2, .term = Term{2}}));
  EXPECT_EQ(ballot_in(effects), Ballot::configuration_is_old);
  EXPECT_EQ(effects.send.front().config.value().stamp, (Stamp{Term{1}, 4}));
}

TEST(Voter, compares_configurations_by_term_before_version) {
  Raft voter = node({.config = voters(three, {Term{2}, 3}), .term = Term{2}});
  const Sender older{.id = n2, .term = Term{3}, .config = voters(three, {Term{1}, 9})};
  EXPECT_EQ(ballot_in(voter.step(at(5ms), request_vote(older))), Ballot::configuration_is_old);
}

// 4.2.3: within the promise to a leader a higher term is not even looked at.
TEST(Voter, ignores_a_higher_term_while_a_promise_to_another_is_live) {
  Raft voter = node();
  static_cast<void>(voter.step(at(1ms), heartbeat({.id = n2})));
  const Effects effects = voter.step(at(999ms), request_vote({.id = n3, .term = Term{9}}));
  EXPECT_EQ(ballot_in(effects), Ballot::promised_to_another);
  EXPECT_EQ(voter.record().term, Term{1});
  EXPECT_FALSE(effects.persist);
  const Effects after = voter.step(at(1001ms), request_vote({.id = n3, .term = Term{9}}));
  EXPECT_EQ(ballot_in(after), Ballot::granted);
}

// P6: nor does a request that would be refused for another reason as well.
TEST(Voter, ignores_a_higher_term_of_an_old_configuration_while_a_promise_is_live) {
  Raft voter = node({.config = voters(three, {Term{1}, 4})});
  static_cast<void>(
      voter.step(at(1ms), heartbeat({.id = n2, .config = voters(three, {Term{1}, 4})})));
  const Effects effects = voter.step(at(2ms), request_pre_vote({.id = n3, .term = Term{9}}));
  EXPECT_EQ(ballot_in(effects), Ballot::promised_to_another);
  EXPECT_EQ(effects.send.front().config.value().stamp, (Stamp{Term{1}, 4}))
      << "it is handed on all the same";
  EXPECT_EQ(voter.record().term, Term{1});
}

// The network may double a vote request: that the candidate leads by now must not be forgotten.
TEST(Voter, answers_a_doubled_request_of_its_leader_and_follows_on) {
  Raft voter = node();
  static_cast<void>(voter.step(at(1ms), request_vote({.id = n2, .term = Term{2}})));
  static_cast<void>(voter.step(at(2ms), heartbeat({.id = n2, .term = Term{2}})));
  const Effects doubled = voter.step(at(3ms), request_vote({.id = n2, .term = Term{2}}));
  EXPECT_EQ(ballot_in(doubled), Ballot::granted);
  EXPECT_FALSE(doubled.announce);
}

// Rule 1: of a request refused for a promise only the configuration stays.
TEST(Voter, installs_the_configuration_of_a_request_that_it_refuses) {
  Raft voter = node();
  static_cast<void>(voter.step(at(1ms), heartbeat({.id = n2})));
  const Sender newer{.id = n3, .term = Term{1}, .config = voters(three, {Term{1}, 8})};
  const Effects effects = voter.step(
      at(2ms), Received{message(newer, VoteRequest{true, Term{2}, Round{1}, 1s, {}}, true)});
  EXPECT_EQ(ballot_in(effects), Ballot::promised_to_another);
  EXPECT_EQ(effects.persist.value().config.stamp, (Stamp{Term{1}, 8}));
}

TEST(Voter, grants_nothing_to_a_node_outside_its_configuration) {
  Raft voter = node();
  const Effects effects = voter.step(at(5ms), request_vote({.id = n4, .term = Term{2}}));
  EXPECT_EQ(ballot_in(effects), Ballot::candidate_is_no_voter);
  EXPECT_EQ(voter.record().term, Term{1}) << "a foreign node raises nobody's term (rule 1)";
}

TEST(Voter, grants_nothing_to_a_witness) {
  Configuration config = voters({n1, n3});
  config.add(member(n2, false));
  Raft voter = node({.config = config});
  const Sender witness{.id = n2, .term = Term{2}, .config = config};
  EXPECT_EQ(ballot_in(voter.step(at(5ms), request_vote(witness))), Ballot::candidate_may_not_lead);
}

TEST(Voter, grants_nothing_when_it_is_no_voter_itself) {
  Raft observer = node({.self = n4});
  const Effects effects =
      observer.step(at(5ms), request_vote({.id = n2, .term = Term{2}, .to = n4}));
  EXPECT_EQ(ballot_in(effects), Ballot::voter_is_no_voter);
}

// 9.6: answering a pre-vote changes nothing: no vote, no timer, no promise, no term.
TEST(Voter, is_left_as_it_was_by_a_pre_vote) {
  Raft voter = node();
  const auto wake_before = voter.step(at(1ms), Tick{}).wake_at;
  const Effects effects = voter.step(at(2ms), request_pre_vote({.id = n2}));
  EXPECT_EQ(ballot_in(effects), Ballot::granted);
  EXPECT_EQ(reply_in<VoteReply>(effects).value().asked, Term{2});
  EXPECT_FALSE(effects.persist);
  EXPECT_EQ(voter.record().term, Term{1});
  EXPECT_EQ(effects.wake_at, wake_before);
  EXPECT_EQ(ballot_in(voter.step(at(3ms), request_vote({.id = n3, .term = Term{2}}))),
            Ballot::granted);
}

// Rule 1: the term that a pre-vote asks about is never adopted; its sender's own is.
TEST(Voter, adopts_the_own_term_of_who_asks_for_a_pre_vote) {
  Raft voter = node();
  const Effects effects = voter.step(at(2ms), request_pre_vote({.id = n2, .term = Term{6}}));
  EXPECT_EQ(effects.persist.value().term, Term{6});
  EXPECT_EQ(ballot_in(effects), Ballot::granted);
}

TEST(Voter, refuses_a_pre_vote_like_a_vote) {
  Raft voter = node({.config = voters(three, {Term{1}, 4}), .term = Term{3}, .voted_for = n3});
  const Sender fresh{.id = n2, .term = Term{2}, .config = voters(three, {Term{1}, 4})};
  EXPECT_EQ(ballot_in(voter.step(at(1ms), request_pre_vote(fresh))), Ballot::vote_is_given);
  const Sender old_config{.id = n2, .term = Term{3}};
  EXPECT_EQ(ballot_in(voter.step(at(2ms), request_pre_vote(old_config))),
            Ballot::configuration_is_old);
}

// Rule 3: the node that the voter believes to lead may be granted.
TEST(Voter, grants_a_pre_vote_to_the_leader_that_it_believes_in) {
  Raft voter = node();
  static_cast<void>(voter.step(at(1ms), heartbeat({.id = n2})));
  EXPECT_EQ(ballot_in(voter.step(at(2ms), request_pre_vote({.id = n2}))), Ballot::granted);
}

// Granting a vote is a promise to the candidate (rule 5: a vote is the first acknowledgement).
TEST(Voter, has_promised_itself_to_the_candidate_that_it_elected) {
  Raft voter = node();
  static_cast<void>(voter.step(at(5ms), request_vote({.id = n2, .term = Term{2}})));
  const Effects other = voter.step(at(1004ms), request_vote({.id = n3, .term = Term{3}}));
  EXPECT_EQ(ballot_in(other), Ballot::promised_to_another);
}

// Rule 9: no message may raise a term by more than 2^20, save in the first configuration of a node.
TEST(Voter, refuses_a_term_that_jumps) {
  Raft voter = node();
  const Effects far =
      voter.step(at(5ms), request_vote({.id = n2, .term = Term{1 + term_jump_max + 1}}));
  EXPECT_EQ(reply_in<Rejected>(far).value().refusal, Refusal::term_jump);
  const Effects near =
      voter.step(at(6ms), request_vote({.id = n2, .term = Term{1 + term_jump_max}}));
  EXPECT_EQ(ballot_in(near), Ballot::granted);
}

// A vote request names its own term; a forged pair of terms must not write a vote into another
// term.
TEST(Voter, ignores_a_request_whose_terms_contradict_each_other) {
  Raft voter = node();
  const Message forged =
      message({.id = n2, .term = Term{2}}, VoteRequest{false, Term{3}, Round{1}, 1s, {}});
  const Effects effects = voter.step(at(5ms), Received{forged});
  EXPECT_TRUE(effects.send.empty());
  EXPECT_FALSE(effects.persist);
}

}  // namespace
}  // namespace duckduckgoose::test

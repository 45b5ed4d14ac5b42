#include <gtest/gtest.h>

#include "scene.hpp"

/// What a node may do after a restart: it has forgotten its promises (rule 6).
namespace duckduckgoose::test {
namespace {

TEST(Restart, counts_starts_and_saves) {
  const Record before = record_of({});
  const Record after = started_again(before);
  EXPECT_EQ(after.starts, before.starts + 1);
  EXPECT_EQ(after.saves, before.saves + 1);
}

TEST(Restart, inside_a_promise_gives_no_vote_and_no_pre_vote) {
  Raft voter = node({.promised = 3s});
  EXPECT_EQ(ballot_in(voter.step(at(2999ms), request_vote({.id = n2, .term = Term{2}}))),
            Ballot::restarted);
  EXPECT_EQ(voter.record().term, Term{1}) << "a promise that it has forgotten may be live (4.2.3)";
  EXPECT_EQ(ballot_in(voter.step(at(2999ms), request_pre_vote({.id = n2}))), Ballot::restarted);
  EXPECT_EQ(ballot_in(voter.step(at(3s), request_vote({.id = n2, .term = Term{2}}))),
            Ballot::granted);
}

TEST(Restart, inside_a_promise_does_not_campaign) {
  Raft voter = node({.promised = 3s});
  EXPECT_GE(wait_until_it_asks(voter, at(0ms)), at(3s));
}

TEST(Restart, inside_a_promise_acknowledges_heartbeats_at_once) {
  Raft voter = node({.promised = 3s});
  const Effects effects = voter.step(at(1ms), heartbeat({.id = n2}));
  EXPECT_EQ(reply_in<HeartbeatReply>(effects).value().refused, std::nullopt);
}

TEST(Restart, lowers_no_promise_that_it_has_forgotten) {
  Raft voter = node({.promised = 3s});
  EXPECT_FALSE(voter.step(at(2999ms), heartbeat({.id = n2}, Round{1}, 1s)).persist);
  EXPECT_EQ(voter.step(at(3s), heartbeat({.id = n2}, Round{2}, 1s)).persist.value().promise_max,
            1s);
}

// A single voter that gave a hold or started a command is relied on: after a restart it waits like
// any other.
TEST(SingleVoter, leads_at_once_after_a_restart_unless_somebody_relied_on_its_lease) {
  auto [raft, now] = leader({.config = voters({n1})});
  EXPECT_EQ(raft.record().promise_max, 0s);
  Raft idle{started_again(raft.record()), {.nonce = 9, .seed = 9}, now};
  EXPECT_TRUE(idle.step(now, Tick{}).announce.value().mine);

  const Effects held = raft.step(now, Hold{10ms});
  EXPECT_EQ(held.persist.value().promise_max, 1s) << "saved with the step that gives the hold";
  Raft relied_on{started_again(raft.record()), {.nonce = 9, .seed = 9}, now};
  EXPECT_FALSE(relied_on.step(now, Tick{}).announce);
  EXPECT_GE(wait_until_it_asks(relied_on, now), now + 1s);
}

TEST(SingleVoter, that_started_a_command_is_relied_on_too) {
  auto [raft, now] = leader({.config = voters({n1})});
  EXPECT_EQ(raft.step(now, WorkBegan{}).persist.value().promise_max, 1s);
}

// A lease that rests on rounds of a longer promise binds for longer than the present one.
TEST(SingleVoter, that_lowered_its_promise_saves_how_long_its_lease_binds) {
  auto [raft, now] = leader({.config = voters({n1})});
  const Effects held = raft.step(now, Hold{900ms});
  ASSERT_EQ(held.held, now + 900ms);
  Record record = raft.record();
  auto [other, then] = leader({.config = voters({n1})});
  static_cast<void>(other.step(then, ChangeRequest{ChangeSettings{.promise = 50ms}, Ticket{1}}));
  const Effects later = other.step(then + 1ms, Hold{900ms});
  EXPECT_GE(later.persist.value().promise_max, later.held.value() - (then + 1ms));
}

TEST(Leader, saves_how_long_a_late_acknowledgement_of_a_longer_promise_binds_it) {
  Configuration config = voters(three);
  config.promise = 4s;
  auto [raft, now] = settled_leader({.config = config});
  const Instant sent_at = raft.leader()->heartbeat_at;
  const Effects long_round = raft.step(sent_at, Tick{});
  Effects effects =
      raft.step(sent_at + 1ms, ChangeRequest{ChangeSettings{.promise = 1s}, Ticket{1}});
  // Only short rounds are answered from here on, until the promise to itself is short again.
  Instant beat = raft.leader()->heartbeat_at;
  while (raft.record().promise_max > 1s) {
    effects = raft.step(beat, Tick{});
    static_cast<void>(acknowledge(raft, beat, n2, round_in(effects)));
    beat = raft.leader()->heartbeat_at;
  }
  static_cast<void>(acknowledge(raft, beat, n3, round_in(long_round)));
  EXPECT_GE(raft.record().promise_max, raft.lease_end().value() - beat);
}

TEST(SingleVoter, renews_its_lease_by_its_own_rounds) {
  auto [raft, now] = leader({.config = voters({n1})});
  const Instant end = raft.lease_end().value();
  static_cast<void>(raft.step(raft.leader()->heartbeat_at, Tick{}));
  EXPECT_EQ(raft.lease_end(), end + 100ms);
}

TEST(SingleVoter, that_slept_too_long_leads_again_only_in_a_new_term) {
  auto [raft, now] = leader({.config = voters({n1})});
  const Term term = raft.record().term;
  Effects effects = raft.step(now + 1h, Tick{});
  EXPECT_TRUE(effects.withdraw);
  effects = raft.step(wait_until_it_asks(raft, now + 1h), Tick{});
  EXPECT_GT(raft.record().term, term);
}

}  // namespace
}  // namespace duckduckgoose::test

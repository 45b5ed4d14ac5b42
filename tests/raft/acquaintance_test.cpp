#include <gtest/gtest.h>

#include "scene.hpp"

/// Membership is by id: who may speak at all (rule 9).
namespace duckduckgoose::test {
namespace {

std::optional<Refusal> refused(Raft& raft, Message message) {
  const Effects effects = raft.step(at(10ms), Received{std::move(message)});
  const auto reply = reply_in<Rejected>(effects);
  return reply ? std::optional{reply->refusal} : std::nullopt;
}

Message beat(const Sender& sender) { return message(sender, Heartbeat{Round{1}, 1s, {}}); }

TEST(Message, of_another_cluster_is_refused) {
  Raft raft = node();
  Message foreign = beat({.id = n2});
  foreign.cluster = ClusterId{78};
  EXPECT_EQ(refused(raft, foreign), Refusal::other_cluster);
  EXPECT_EQ(raft.record().promise_max, 0s);
}

TEST(Message, to_another_node_is_refused) {
  Raft raft = node();
  EXPECT_EQ(refused(raft, beat({.id = n2, .to = n3})), Refusal::other_node);
  EXPECT_EQ(refused(raft, beat({.id = n2, .to = NodeId{}})), Refusal::other_node)
      << "only a notice is to whoever listens";
}

TEST(Message, to_a_fresh_node_is_refused) {
  Record fresh;
  fresh.node = {n1, 1, true};
  Raft raft{started_again(fresh), {}, at(0ms)};
  Message early = beat({.id = n2});
  early.cluster = ClusterId{};
  EXPECT_EQ(refused(raft, early), Refusal::other_cluster);
}

TEST(Message, of_an_older_life_is_refused) {
  Raft raft = node();
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 3, .saves = 30})), std::nullopt);
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 2, .saves = 40})), Refusal::old_incarnation);
}

// An old copy of the data shows itself: its new start has not more saves than the highest met
// before.
TEST(Message, of_an_old_copy_of_the_data_is_refused) {
  Raft raft = node();
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 3, .saves = 30})), std::nullopt);
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 4, .saves = 30})), Refusal::old_copy);
}

// It lives on and saves what it hears: that makes its data no newer.
TEST(Message, of_an_old_copy_is_refused_however_often_it_saves) {
  Raft raft = node();
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 3, .saves = 30})), std::nullopt);
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 4, .saves = 21})), Refusal::old_copy);
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 4, .saves = 31})), Refusal::old_copy);
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 14, .saves = 31})), Refusal::old_copy)
      << "nor however often it is started: it has forgotten votes";
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 3, .saves = 31})), std::nullopt)
      << "the life that was met before it is still heard";
}

TEST(Message, that_is_late_within_one_life_may_show_fewer_saves) {
  Raft raft = node();
  EXPECT_EQ(refused(raft, beat({.id = n2, .saves = 30})), std::nullopt);
  EXPECT_EQ(refused(raft, beat({.id = n2, .saves = 29})), std::nullopt);
}

// Two processes on copies of one directory: neither is heard until one of them starts anew.
TEST(Message, of_either_of_two_clones_is_refused) {
  Raft raft = node();
  Message clone = beat({.id = n2});
  clone.from.nonce += 1;
  EXPECT_EQ(refused(raft, beat({.id = n2})), std::nullopt);
  EXPECT_EQ(refused(raft, clone), Refusal::clone);
  EXPECT_EQ(refused(raft, beat({.id = n2})), Refusal::clone);
  EXPECT_EQ(refused(raft, beat({.id = n2, .starts = 2, .saves = 40})), std::nullopt);
}

TEST(Message, that_bears_ones_own_id_is_a_clones) {
  Raft raft = node();
  EXPECT_EQ(refused(raft, beat({.id = n1, .to = n1})), Refusal::clone);
}

TEST(Message, that_was_refused_is_told_to_its_sender_and_traced_on_both_sides) {
  Raft raft = node();
  const Message foreign = beat({.id = n2, .to = n3});
  const Effects here = raft.step(at(1ms), Received{foreign});
  EXPECT_EQ(to_text(here.trace.front()), "refused 0000000000000002: to another node");
  Raft sender = node({.self = n2});
  const Effects there = sender.step(at(1ms), Received{here.send.front()});
  EXPECT_EQ(to_text(there.trace.front()), "was refused by 0000000000000001: to another node");
  EXPECT_TRUE(there.send.empty());
}

TEST(Link, of_an_old_copy_is_not_taken_up) {
  auto [raft, now] = settled_leader();
  static_cast<void>(raft.step(now, LinkUp{life(n4, 3), 30, "localhost:4004", true}));
  static_cast<void>(raft.step(now, LinkDown{n2}));
  const Effects old = raft.step(now, LinkUp{life(n2, 2), 9, "localhost:4002", true});
  EXPECT_TRUE(turned(old, Turn::refused));
  EXPECT_EQ(raft.links().size(), 1U);
}

TEST(Record, keeps_whom_it_met_of_its_members) {
  Raft raft = node();
  static_cast<void>(raft.step(at(1ms), request_pre_vote({.id = n4})));
  const Effects effects = raft.step(at(2ms), heartbeat({.id = n2, .saves = 33}));
  EXPECT_EQ(effects.persist.value().seen, (std::vector{Seen{life(n2), 33}}));
  Raft again{started_again(raft.record()), {}, at(3ms)};
  EXPECT_EQ(refused(again, beat({.id = n2, .starts = 2, .saves = 33})), Refusal::old_copy);
}

TEST(Step, counts_its_saves_and_shows_them_in_every_message) {
  Raft raft = node();
  const Effects effects = raft.step(at(1ms), heartbeat({.id = n2}));
  EXPECT_EQ(effects.persist.value().saves, 12U);
  EXPECT_EQ(effects.send.front().saves, 12U);
}

}  // namespace
}  // namespace duckduckgoose::test

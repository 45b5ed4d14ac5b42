#include "sim/checker.hpp"

#include <gtest/gtest.h>

#include "sim/names.hpp"
#include "sim/world.hpp"

/// The checker is shown what must not be, and must say so. The mutants are its other test.
namespace duckduckgoose::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration promise = milliseconds{200};

World cluster() {
  World world{1};
  std::vector<PlaceIndex> voters;
  for (const char* const name : {"n1", "n2", "n3"}) voters.push_back(world.add_place(name, {}));
  world.found(voters, promise, {});
  for (const PlaceIndex voter : voters) world.start(voter);
  world.run_for(promise * 4);
  return world;
}

std::string violated(const World& world) {
  return world.violation() ? world.violation()->invariant : "nothing";
}

/// A message that `from` could have sent just now.
Message message_of(const World& world, PlaceIndex from, NodeId to, Body body) {
  const Record& record = *world.places()[from].disk;
  return {.cluster = the_cluster,
          .from = world.places()[from].process->self(),
          .to = to,
          .saves = record.saves,
          .term = record.term,
          .stamp = record.config.stamp,
          .config = {},
          .body = std::move(body)};
}

TEST(Checker, finds_nothing_in_fair_weather) { EXPECT_EQ(violated(cluster()), "nothing"); }

TEST(Checker, sees_two_leases_at_once) {
  World world = cluster();
  world.pause_guest(*world.goose(), promise * 5);
  EXPECT_EQ(violated(world), "I3");
}

TEST(Checker, sees_a_vote_that_is_not_on_the_disk) {
  World world = cluster();
  const Term term = world.places()[0].disk->term;
  world.checker().sends(
      0, message_of(world, 0, world.id(1), VoteReply{false, term, {}, Ballot::granted}),
      world.now());
  world.checker().sends(
      0, message_of(world, 0, world.id(2), VoteReply{false, term, {}, Ballot::granted}),
      world.now());
  EXPECT_EQ(violated(world), "I2");
}

TEST(Checker, sees_a_term_that_is_not_on_the_disk) {
  World world = cluster();
  Message message = message_of(world, 0, world.id(1), Rejected{});
  ++message.term.value;
  world.checker().sends(0, message, world.now());
  EXPECT_EQ(violated(world), "I2");
}

TEST(Checker, sees_a_term_go_back_on_the_disk) {
  World world = cluster();
  Record record = *world.places()[0].disk;
  ++record.saves;
  record.term = {};
  world.checker().saved(0, record, world.now());
  EXPECT_EQ(violated(world), "I5");
}

TEST(Checker, sees_saves_that_do_not_grow) {
  World world = cluster();
  world.checker().saved(0, *world.places()[0].disk, world.now());
  EXPECT_EQ(violated(world), "I5");
}

TEST(Checker, sees_a_round_id_that_is_used_again) {
  World world = cluster();
  const PlaceIndex goose = *world.goose();
  const auto heartbeat = [&](std::uint64_t round) {
    world.checker().sends(
        goose, message_of(world, goose, world.id(0), Heartbeat{Round{round}, promise, {}}),
        world.now());
  };
  heartbeat(std::uint64_t{1} << 50U);
  EXPECT_EQ(violated(world), "nothing");
  heartbeat((std::uint64_t{1} << 50U) - 1);
  EXPECT_EQ(violated(world), "I5");
}

TEST(Checker, sees_heartbeats_of_who_does_not_lead) {
  World world = cluster();
  const PlaceIndex duck = *world.goose() == 0 ? 1 : 0;
  const Heartbeat heartbeat{Round{std::uint64_t{1} << 50U}, promise, {}};
  world.checker().sends(duck, message_of(world, duck, world.id(2), heartbeat), world.now());
  EXPECT_EQ(violated(world), "P3");
}

TEST(Checker, sees_a_release_that_leaves_before_the_withdrawal) {
  World world = cluster();
  const PlaceIndex goose = *world.goose();
  const Release release{world.places()[goose].process->self(), world.places()[goose].disk->term,
                        ReleaseReason::handover, std::nullopt};
  world.checker().sends(goose, message_of(world, goose, world.id(0), release), world.now());
  EXPECT_EQ(violated(world), "release");
}

TEST(Checker, sees_a_release_of_what_is_not_ones_own) {
  World world = cluster();
  const PlaceIndex goose = *world.goose();
  const PlaceIndex other = goose == 0 ? 1 : 0;
  const Release release{
      world.places()[goose].process->self(), {}, ReleaseReason::handover, std::nullopt};
  world.checker().sends(other, message_of(world, other, world.id(goose), release), world.now());
  EXPECT_EQ(violated(world), "release");
}

TEST(Checker, sees_a_keeper_release_inside_a_hold) {
  World world = cluster();
  const PlaceIndex goose = *world.goose();
  world.hold(goose, promise / 2);
  world.checker().proven_dead(world.places()[goose].process->self(), world.now());
  EXPECT_EQ(violated(world), "hold");
}

TEST(Checker, sees_an_answer_that_nobody_asked_for) {
  World world = cluster();
  Effects effects;
  effects.answers.push_back({Ticket{4711}, Outcome::in_force, {}});
  world.checker().announces(0, effects, world.now());
  EXPECT_EQ(violated(world), "I7");
}

TEST(Checker, sees_a_confirmation_of_who_does_not_lead) {
  World world = cluster();
  const PlaceIndex duck = *world.goose() == 0 ? 1 : 0;
  world.checker().asked(duck, Ticket{4711}, true, world.now());
  Effects effects;
  effects.answers.push_back({Ticket{4711}, Outcome::in_force, {}});
  world.checker().announces(duck, effects, world.now());
  EXPECT_EQ(violated(world), "I7");
}

TEST(Checker, sees_a_campaign_outside_the_configuration) {
  World world = cluster();
  const PlaceIndex duck = *world.goose() == 0 ? 1 : 0;
  Record record = *world.places()[duck].disk;
  ++record.saves;
  ++record.config.stamp.version;
  record.config.drop(world.id(duck));
  world.checker().saved(duck, record, world.now());
  Message message = message_of(world, duck, world.id(2), VoteRequest{true, {}, {}, promise, {}});
  world.checker().sends(duck, message, world.now());
  EXPECT_EQ(violated(world), "I6");
}

TEST(Checker, says_what_happened_in_a_sentence) {
  World world = cluster();
  world.pause_guest(*world.goose(), promise * 5);
  EXPECT_NE(world.violation()->what.find("both hold a lease by their own clocks"),
            std::string::npos);
}

}  // namespace
}  // namespace duckduckgoose::sim

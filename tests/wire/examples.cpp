#include "examples.hpp"

#include <chrono>

namespace duckduckgoose::wire {

using namespace std::chrono_literals;

Configuration example_config() {
  return {.stamp = {Term{7}, 4},
          .token_base = 1'795'478'400'116,
          .promise = 1s,
          .limits = {.voters = 5, .replace_after = 30s, .shrink_after = 2min},
          .members = {{node_a, "localhost:4001", true},
                      {node_b, "localhost:4002", true},
                      {node_c, "[::1]:4003", false}},
          .removed = {{NodeId{0x0000000000000001}, RemovedBy::operator_},
                      {NodeId{0xffffffffffffffff}, RemovedBy::upkeep}}};
}

Hello example_hello() {
  return {.protocol = {1, 1},
          .features = {},
          .version = "0.1.0",
          .cluster = "default",
          .cluster_id = cluster_id,
          .incarnation = life_a,
          .saves = 41,
          .address = "localhost:4001",
          .may_lead = true,
          .to = node_b};
}

Founding example_founding() {
  return {.born = 1'795'478'400'116,
          .slots = {"localhost:4001", "localhost:4002", "localhost:4003"},
          .promise = 1s,
          .limits = {.voters = 5, .replace_after = 30s, .shrink_after = 2min}};
}

Welcome example_welcome() {
  return {.cluster = "default",
          .enrolment = Welcome::Enrolment{cluster_id, example_config()},
          .goose = KnownGoose{node_a, "localhost:4001"}};
}

Message message_with(Body body, bool with_config) {
  return {.cluster = cluster_id,
          .from = life_a,
          .to = node_b,
          .saves = 41,
          .term = Term{7},
          .stamp = example_config().stamp,
          .config = with_config ? std::optional{example_config()} : std::nullopt,
          .body = std::move(body)};
}

namespace {

std::vector<Cause> example_causes() {
  const std::vector electors{node_a, node_c};
  return {
      {.code = CauseCode::none_yet},
      {.code = CauseCode::founded, .electors = {node_a}},
      {.code = CauseCode::handover,
       .previous = node_b,
       .release = ReleaseReason::stopped,
       .electors = electors},
      {.code = CauseCode::proof_of_death,
       .previous = node_b,
       .release = ReleaseReason::dead,
       .electors = electors},
      {.code = CauseCode::promise_ran_out,
       .previous = node_b,
       .quiet = 1000123us,
       .electors = electors},
      {.code = CauseCode::lost_majority, .previous = node_b, .quiet = 979ms, .heard = 1, .of = 3},
      {.code = CauseCode::newer_term, .previous = node_b}};
}

std::vector<Release> example_releases() {
  std::vector<Release> releases;
  for (const auto reason :
       {ReleaseReason::handover, ReleaseReason::stopped, ReleaseReason::removed,
        ReleaseReason::unhealthy, ReleaseReason::command_failed, ReleaseReason::command_ended,
        ReleaseReason::keeper_silent, ReleaseReason::keeper_dead, ReleaseReason::lease_ran_low,
        ReleaseReason::lost_election, ReleaseReason::dead}) {
    releases.push_back({life_a, Term{7}, reason, std::nullopt});
  }
  releases.front().successor = node_b;
  return releases;
}

}  // namespace

std::vector<Message> example_messages() {
  std::vector<Message> messages;
  const auto add = [&](const Body& body, bool with_config = false) {
    messages.push_back(message_with(body, with_config));
  };
  for (const Cause& cause : example_causes()) {
    add(Heartbeat{Round{206158430296}, 1s, cause}, cause.code == CauseCode::founded);
    add(Notice{life_a, cause}, true);
  }
  add(Notice{std::nullopt, {}});
  add(HeartbeatReply{Round{206158430296}, std::nullopt});
  add(HeartbeatReply{Round{206158430296}, HeartbeatRefusal::term_is_old});
  add(HeartbeatReply{Round{206158430296}, HeartbeatRefusal::incarnation_was_released});
  add(VoteRequest{.pre = true, .asked = Term{8}, .round = Round{12}, .promise = 50ms}, true);
  for (const Release& release : example_releases()) {
    add(release);
    add(VoteRequest{
        .pre = false, .asked = Term{7}, .round = Round{13}, .promise = 60s, .release = release});
  }
  for (const auto ballot :
       {Ballot::granted, Ballot::candidate_is_no_voter, Ballot::candidate_may_not_lead,
        Ballot::voter_is_no_voter, Ballot::term_is_old, Ballot::configuration_is_old,
        Ballot::incarnation_was_released, Ballot::promised_to_another, Ballot::restarted,
        Ballot::vote_is_given}) {
    add(VoteReply{ballot == Ballot::granted, Term{8}, Round{12}, ballot},
        ballot == Ballot::configuration_is_old);
  }
  for (const auto refusal : {Refusal::other_cluster, Refusal::other_node, Refusal::old_incarnation,
                             Refusal::clone, Refusal::old_copy, Refusal::term_jump}) {
    add(Rejected{refusal});
  }
  return messages;
}

std::vector<std::string> example_frames() {
  Hello fresh = example_hello();
  fresh.cluster_id.reset();
  fresh.to.reset();
  fresh.may_lead = false;
  fresh.features = {"compression", "x-trace"};
  fresh.protocol = {1, 3};

  Hello founder = fresh;
  founder.founding = example_founding();

  Hello keeper = example_hello();
  keeper.keeper = true;

  Welcome no_goose = example_welcome();
  no_goose.goose.reset();

  std::vector<std::string> frames{
      encode(example_hello()),
      encode(fresh),
      encode(founder),
      encode(keeper),
      encode(example_welcome()),
      encode(no_goose),
      encode(Welcome{.cluster = "default"}),
      encode(Invite{"localhost:4001"}),
      encode(Call{1, "DELETE", "/members/b1b2c3d4e5f60718", ""}),
      encode(Call{2, "POST", "/handover", R"({"to":"b1b2c3d4e5f60718"})"}),
      encode(Call{3, "GET", "/status?confirm=quorum", ""}),
      encode(Reply{1, 200, R"({"in_force":true,"detail":"localhost:4002 was removed"})"}),
      encode(Reply{2, 503, ""}),
      encode(Unsupported{"gossip"}),
  };
  for (const Message& message : example_messages()) frames.push_back(encode(message));
  return frames;
}

}  // namespace duckduckgoose::wire

#include "wire/frame.hpp"

#include <gtest/gtest.h>

#include <set>

#include "examples.hpp"
#include "real_messages.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::wire {
namespace {

template <class F>
F decoded(const std::string& text) {
  const auto frame = decode_frame(text);
  EXPECT_TRUE(frame) << frame.error().reason << "\n" << text;
  return frame ? std::get<F>(*frame) : F{};
}

TEST(Frame, hello_reads_as_the_design_shows_it) {
  EXPECT_EQ(encode(example_hello()),
            R"({"type":"hello","protocol":[1,1],"features":[],"version":"0.1.0",)"
            R"("cluster":"default","cluster_id":"5b0e4c1d77aa9e20",)"
            R"("incarnation":{"id":"9f3c1a7be204d856","starts":3,"nonce":"00e1f2a3b4c5d6e7"},)"
            R"("saves":41,"address":"localhost:4001","may_lead":true,"to":"b1b2c3d4e5f60718"})");
  EXPECT_EQ(decoded<Hello>(encode(example_hello())), example_hello());
}

TEST(Frame, a_fresh_node_says_hello_without_cluster_and_to) {
  Hello fresh = example_hello();
  fresh.cluster_id.reset();
  fresh.to.reset();
  const std::string text = encode(fresh);
  EXPECT_EQ(text.find("cluster_id"), std::string::npos);
  EXPECT_EQ(text.find("\"to\""), std::string::npos);
  EXPECT_EQ(decoded<Hello>(text), fresh);
}

TEST(Frame, a_founder_says_what_it_was_told) {
  Hello founder = example_hello();
  founder.cluster_id.reset();
  founder.founding = example_founding();
  const std::string text = encode(founder);
  EXPECT_NE(text.find(R"("founding":{"born":1795478400116,"slots":["localhost:4001",)"
                      R"("localhost:4002","localhost:4003"],"promise_us":1000000,"limits":{)"),
            std::string::npos)
      << text;
  EXPECT_EQ(decoded<Hello>(text), founder);
  EXPECT_EQ(encode(example_hello()).find("founding"), std::string::npos);
}

TEST(Frame, a_keeper_says_so_and_nobody_else_mentions_it) {
  Hello keeper = example_hello();
  keeper.keeper = true;
  const std::string text = encode(keeper);
  EXPECT_NE(text.find(R"("keeper":true)"), std::string::npos);
  EXPECT_EQ(decoded<Hello>(text), keeper);
  EXPECT_EQ(encode(example_hello()).find("keeper"), std::string::npos);
}

TEST(Frame, heartbeat_is_readable_and_says_not_who_speaks) {
  const Message message = message_with(Heartbeat{
      Round{88},
      std::chrono::seconds{1},
      {.code = CauseCode::handover, .previous = node_b, .release = ReleaseReason::stopped}});
  EXPECT_EQ(encode(message),
            R"({"type":"heartbeat","saves":41,"term":7,"stamp":{"term":7,"version":4},)"
            R"("body":{"round":88,"promise_us":1000000,"cause":{"code":"handover",)"
            R"("previous":"b1b2c3d4e5f60718","release":"stopped","quiet_us":0,"heard":0,"of":0,)"
            R"("electors":[]}}})");
}

TEST(Frame, configuration_is_one_flat_object) {
  const std::string text = encode(message_with(Rejected{Refusal::clone}, true));
  EXPECT_NE(
      text.find(
          R"("config":{"term":7,"version":4,"token_base":1795478400116,"promise_us":1000000,)"
          R"("limits":{"voters":5,"replace_after_us":30000000,"shrink_after_us":120000000},)"
          R"("members":[{"id":"9f3c1a7be204d856","address":"localhost:4001","may_lead":true},)"
          R"({"id":"b1b2c3d4e5f60718","address":"localhost:4002","may_lead":true},)"
          R"({"id":"c1b2c3d4e5f60718","address":"[::1]:4003","may_lead":false}],)"
          R"("removed":[{"id":"0000000000000001","by":"operator"},)"
          R"({"id":"ffffffffffffffff","by":"upkeep"}]})"),
      std::string::npos)
      << text;
}

TEST(Frame, every_message_comes_back_as_it_went) {
  std::set<std::string_view> types;
  for (const Message& message : example_messages()) {
    const std::string text = encode(message);
    EXPECT_EQ(bound(decoded<Unbound>(text), a_to_b), message) << text;
    types.insert(type_of(message.body));
  }
  EXPECT_EQ(types.size(), std::variant_size_v<Body>) << "a type of message has no example";
}

TEST(Frame, all_that_cores_really_say_comes_back_as_it_went) {
  std::set<std::string_view> types;
  for (const Message& message : real_messages()) {
    const std::string text = encode(message);
    const Binding binding{message.cluster, message.from, message.to};
    ASSERT_EQ(bound(decoded<Unbound>(text), binding), message) << text;
    types.insert(type_of(message.body));
  }
  EXPECT_EQ(types.size(), std::variant_size_v<Body>) << "a type of message was never said";
}

TEST(Frame, whom_a_message_is_from_is_what_the_link_says) {
  const std::string text = encode(message_with(Rejected{Refusal::clone}));
  EXPECT_EQ(text.find("9f3c1a7be204d856"), std::string::npos);
  EXPECT_EQ(text.find("5b0e4c1d77aa9e20"), std::string::npos);
  const Message received =
      bound(decoded<Unbound>(text), {.cluster = ClusterId{9}, .from = life_b, .to = node_c});
  EXPECT_EQ(received.cluster, ClusterId{9});
  EXPECT_EQ(received.from, life_b);
  EXPECT_EQ(received.to, node_c);
}

TEST(Frame, a_notice_to_all_is_to_whoever_reads_it) {
  Message notice = message_with(Notice{life_a, {}});
  notice.to = NodeId{};
  EXPECT_EQ(bound(decoded<Unbound>(encode(notice)), a_to_b).to, node_b);
}

TEST(Frame, welcome_tells_the_cluster_or_that_there_is_none) {
  EXPECT_EQ(decoded<Welcome>(encode(example_welcome())), example_welcome());
  const Welcome fresh{.cluster = "blue"};
  EXPECT_EQ(encode(fresh), R"({"type":"welcome","cluster":"blue","fresh":true})");
  EXPECT_EQ(decoded<Welcome>(encode(fresh)), fresh);
}

TEST(Frame, calls_and_replies_carry_their_body_as_text) {
  const Call call{7, "POST", "/handover", R"({"to":null})"};
  EXPECT_EQ(
      encode(call),
      R"({"type":"call","id":7,"method":"POST","target":"/handover","body":"{\"to\":null}"})");
  EXPECT_EQ(decoded<Call>(encode(call)), call);
  const Reply reply{7, 409, R"({"type":"change_in_flight"})"};
  EXPECT_EQ(decoded<Reply>(encode(reply)), reply);
}

TEST(Frame, the_longest_bodies_fit_into_a_frame) {
  const Call call{integer_max, "DELETE", "/" + std::string(target_bytes_max - 1, '\x01'),
                  std::string(body_bytes_max, '"')};
  ASSERT_LE(encode(call).size(), frame_bytes_max);
  EXPECT_EQ(decoded<Call>(encode(call)), call);
}

TEST(Frame, the_largest_configuration_fits_into_a_frame) {
  Configuration config = example_config();
  config.members.clear();
  config.removed.clear();
  for (std::uint64_t i = 1; i <= Configuration::members_max; ++i) {
    config.members.push_back({NodeId{i}, std::string(host_bytes_max, 'h') + ":65535", true});
  }
  config.removed.assign(Configuration::removed_max, {NodeId{999}, RemovedBy::operator_});
  Message message = message_with(Rejected{Refusal::clone});
  message.config = config;
  ASSERT_LE(encode(message).size(), frame_bytes_max);
  EXPECT_EQ(bound(decoded<Unbound>(encode(message)), a_to_b), message);
}

TEST(Frame, text_that_is_not_utf8_is_mended_not_sent) {
  const Call call{1, "POST", "/handover", "a\xff\xc3(\xed\xa0\x80\xf0\x9f\xa6\x86\xe2\x82"};
  const std::string mended = decoded<Call>(encode(call)).body;
  EXPECT_EQ(mended,
            "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\xa6\x86"
            "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Frame, a_type_of_a_newer_program_is_unknown_not_malformed) {
  EXPECT_EQ(decoded<Unknown>(R"({"type":"gossip","about":[1.5,{"x":null}]})").type, "gossip");
  EXPECT_EQ(decoded<Unsupported>(encode(Unsupported{"gossip"})).type, "gossip");
}

TEST(Frame, keys_of_a_newer_program_are_ignored_everywhere) {
  const Call call =
      decoded<Call>(R"({"trace":{"id":1e9},"type":"call","id":7,"method":"GET","target":"/",)"
                    R"("body":"","ttl":-1})");
  EXPECT_EQ(call, (Call{7, "GET", "/", ""}));
  const auto unbound = decoded<Unbound>(
      R"({"type":"rejected","saves":1,"term":2,"stamp":{"term":2,"version":1,"x":0.5},)"
      R"("body":{"refusal":"clone","why":"?"}})");
  EXPECT_EQ(unbound.body, Body{Rejected{Refusal::clone}});
}

TEST(Frame, a_cause_of_a_newer_program_is_no_reason_to_cut_the_link) {
  std::string text = encode(message_with(
      Heartbeat{Round{1},
                std::chrono::seconds{1},
                {.code = CauseCode::handover, .release = ReleaseReason::stopped, .heard = 2}}));
  const auto replace = [&](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace("\"handover\"", "\"eclipse\"");
  replace("\"stopped\"", "\"bored\"");
  const auto unbound = decoded<Unbound>(text);
  const Cause& cause = std::get<Heartbeat>(unbound.body).cause;
  EXPECT_EQ(cause.code, CauseCode::none_yet);
  EXPECT_EQ(cause.release, std::nullopt);
  EXPECT_EQ(cause.heard, 2U);
}

TEST(Protocol, the_highest_common_version_is_spoken) {
  EXPECT_EQ(agree({1, 1}, {1, 1}), 1U);
  EXPECT_EQ(agree({1, 3}, {2, 5}), 3U);
  EXPECT_EQ(agree({2, 5}, {1, 3}), 3U);
  EXPECT_EQ(agree({2, 2}, {1, 3}), 2U);
}

TEST(Protocol, there_may_be_none_in_common) {
  EXPECT_EQ(agree({2, 3}, {1, 1}), std::nullopt);
  EXPECT_EQ(agree({1, 1}, {2, 2}), std::nullopt);
}

}  // namespace
}  // namespace duckduckgoose::wire

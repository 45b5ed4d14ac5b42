#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "examples.hpp"
#include "wire/frame.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::wire {
namespace {

std::string reason_for(std::string_view text) {
  const auto frame = decode_frame(text);
  return frame ? "accepted" : frame.error().reason;
}

/// `frame` with the first `from` in it replaced.
std::string with(std::string frame, std::string_view from, std::string_view to) {
  const auto at = frame.find(from);
  EXPECT_NE(at, std::string::npos) << from << " is not in " << frame;
  if (at != std::string::npos) frame.replace(at, from.size(), to);
  return frame;
}

TEST(FrameRefusals, what_is_no_frame_at_all) {
  EXPECT_EQ(reason_for(""), "not JSON at byte 0: incomplete JSON");
  EXPECT_EQ(reason_for("{\"type\":"), "not JSON at byte 8: incomplete JSON");
  EXPECT_EQ(reason_for("7"), "a frame must be an object");
  EXPECT_EQ(reason_for("[]"), "a frame must be an object");
  EXPECT_EQ(reason_for("{}"), "type: is missing");
  EXPECT_EQ(reason_for(R"({"type":7})"), "type: must be a string");
  EXPECT_EQ(reason_for(R"({"type":""})"),
            "type: \"\" is not 1 to 64 printable ASCII characters without blanks");
  EXPECT_EQ(reason_for(R"({"type":"x)" + std::string(type_bytes_max, 'x') + R"("})").substr(0, 8),
            "type: \"x");
  EXPECT_EQ(reason_for(encode(Invite{"a:1"}) + "{}"), "not JSON at byte 33: extra data");
}

TEST(FrameRefusals, a_frame_that_is_too_long) {
  EXPECT_EQ(reason_for(std::string(frame_bytes_max + 1, ' ')),
            "262145 bytes of JSON, at most 262144 are read");
}

TEST(FrameRefusals, every_truncation_of_every_frame) {
  for (const std::string& frame : example_frames()) {
    for (std::size_t length = 0; length < frame.size(); ++length) {
      ASSERT_FALSE(decode_frame(frame.substr(0, length))) << frame.substr(0, length);
    }
  }
}

TEST(FrameRefusals, every_required_key_of_every_frame) {
  // With the key's first letter changed it is another key, which is ignored, and the right one is
  // missing.
  const std::vector<std::string> optional{"cluster_id", "to",       "keeper",  "config",
                                          "goose",      "previous", "release", "refused",
                                          "successor",  "leader",   "founding"};
  for (const std::string& frame : example_frames()) {
    for (auto at = frame.find("\":"); at != std::string::npos; at = frame.find("\":", at + 1)) {
      const auto begin = frame.rfind('"', at - 1) + 1;
      const std::string key = frame.substr(begin, at - begin);
      const bool in_body_text = begin >= 2 && frame[begin - 2] == '\\';
      if (in_body_text || std::ranges::find(optional, key) != optional.end()) continue;
      std::string broken = frame;
      broken[begin] = '?';
      ASSERT_NE(reason_for(broken).find(key + ": is missing"), std::string::npos)
          << reason_for(broken) << "\n"
          << broken;
    }
  }
}

TEST(FrameRefusals, numbers_that_are_no_exact_integers_in_range) {
  const std::string frame = encode(message_with(Rejected{Refusal::clone}));
  const auto saves = [&](std::string_view value) {
    return reason_for(with(frame, "\"saves\":41", "\"saves\":" + std::string{value}));
  };
  EXPECT_EQ(saves("9007199254740991"), "accepted");
  EXPECT_EQ(saves("9007199254740992"), "saves: 9007199254740992 is above 9007199254740991");
  EXPECT_EQ(saves("18446744073709551615"), "saves: 18446744073709551615 is above 9007199254740991");
  EXPECT_EQ(saves("18446744073709551616"),
            "saves: must be a whole number below 2^53, without exponent");
  EXPECT_EQ(saves("4.1e1"), "saves: must be a whole number below 2^53, without exponent");
  EXPECT_EQ(saves("1e3"), "saves: must be a whole number below 2^53, without exponent");
  EXPECT_EQ(saves("41.0"), "saves: must be a whole number below 2^53, without exponent");
  EXPECT_EQ(saves("-1"), "saves: -1 must not be negative");
  EXPECT_EQ(saves("\"41\""), "saves: must be a whole number");
  EXPECT_EQ(saves("null"), "saves: must be a whole number");
  EXPECT_EQ(saves("true"), "saves: must be a whole number");
}

TEST(FrameRefusals, a_key_twice_in_one_object) {
  const std::string frame = encode(message_with(Rejected{Refusal::clone}));
  EXPECT_EQ(reason_for(with(frame, "\"term\":7,", "\"term\":7,\"term\":8,")),
            "the key \"term\" stands twice in one object");
  EXPECT_EQ(reason_for(with(frame, "\"term\":7,", "\"term\":7,\"\\u0074erm\":8,")),
            "the key \"term\" stands twice in one object");
  EXPECT_EQ(reason_for(with(frame, "\"refusal\"", "\"x\":{\"y\":1,\"y\":1},\"refusal\"")),
            "the key \"y\" stands twice in one object");
}

TEST(FrameRefusals, nesting_that_is_too_deep) {
  const auto nested = [](std::size_t levels) {
    return R"({"type":"x","deep":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') +
           "}";
  };
  EXPECT_EQ(reason_for(nested(depth_max)), "accepted");
  EXPECT_EQ(reason_for(nested(depth_max + 1)), "nested deeper than 32 levels");
}

TEST(FrameRefusals, text_that_is_not_utf8) {
  EXPECT_EQ(reason_for("{\"type\":\"x\",\"y\":\"\xff\"}").substr(0, 15), "not JSON at byt");
}

TEST(FrameRefusals, words_that_are_not_known) {
  EXPECT_EQ(reason_for(with(encode(message_with(Rejected{Refusal::clone})), "clone", "dislike")),
            "body.refusal: the word \"dislike\" is not known");
  EXPECT_EQ(reason_for(with(encode(message_with(Rejected{Refusal::clone})), "\"clone\"", "3")),
            "body.refusal: must be a word");
  const Release release{life_a, Term{7}, ReleaseReason::dead, std::nullopt};
  EXPECT_EQ(reason_for(with(encode(message_with(release)), "\"dead\"", "\"asleep\"")),
            "body.reason: the word \"asleep\" is not known");
  EXPECT_EQ(reason_for(with(encode(example_welcome()), "\"operator\"", "\"operator_\"")),
            "config.removed[0].by: the word \"operator_\" is not known");
}

TEST(FrameRefusals, ids_that_are_none) {
  const std::string frame = encode(example_welcome());
  const auto first_member = [&](std::string_view id) {
    return reason_for(
        with(frame, "[{\"id\":\"9f3c1a7be204d856\"", "[{\"id\":\"" + std::string{id} + "\""));
  };
  EXPECT_EQ(first_member("9F3C1A7BE204D856"),
            "config.members[0].id: \"9F3C1A7BE204D856\" is not 16 lower-case hex digits");
  EXPECT_EQ(first_member("9f3c"), "config.members[0].id: \"9f3c\" is not 16 lower-case hex digits");
  EXPECT_EQ(first_member("0000000000000000"), "config.members[0].id: an id is not all zeros");
  EXPECT_EQ(first_member("c1b2c3d4e5f60718"), "config: members: the ids do not ascend");
  EXPECT_EQ(first_member("b1b2c3d4e5f60718"), "config: members: the ids do not ascend");
}

TEST(FrameRefusals, configurations_that_no_goose_can_have_made) {
  const std::string frame = encode(example_welcome());
  const auto broken = [&](std::string_view from, std::string_view to) {
    return reason_for(with(frame, from, to));
  };
  EXPECT_EQ(broken("\"promise_us\":1000000", "\"promise_us\":49999"),
            "config: promise_us: 49999 is not from 50 ms to 60 s");
  EXPECT_EQ(broken("\"promise_us\":1000000", "\"promise_us\":60000001"),
            "config: promise_us: 60000001 is not from 50 ms to 60 s");
  EXPECT_EQ(broken("\"voters\":5", "\"voters\":4"),
            "config.limits: voters: 4 is not an odd number up to 63");
  EXPECT_EQ(broken("\"voters\":5", "\"voters\":65"),
            "config.limits: voters: 65 is not an odd number up to 63");
  EXPECT_EQ(broken("\"voters\":5", "\"voters\":2147483648"),
            "config.limits.voters: 2147483648 is above 2147483647");
  EXPECT_EQ(broken("localhost:4001", "localhost"),
            "config.members[0]: \"localhost\" is no address: it has no port; write HOST:PORT, as "
            "in localhost:4001");
  EXPECT_EQ(broken("\"token_base\":1795478400116", "\"token_base\":9007199254740985"),
            "config: token_base: a token of this term would not stay below 2^53");
}

TEST(FrameRefusals, more_members_than_a_configuration_may_have) {
  Welcome welcome = example_welcome();
  auto& members = welcome.enrolment->config.members;
  members.clear();
  EXPECT_EQ(reason_for(encode(welcome)), "config: members: 0 are not 1 to 63");
  for (std::uint64_t i = 1; i <= Configuration::members_max + 1; ++i) {
    members.push_back({NodeId{i}, "a:1", true});
  }
  EXPECT_EQ(reason_for(encode(welcome)), "config: members: 64 are not 1 to 63");
  members.resize(1);
  welcome.enrolment->config.removed.assign(Configuration::removed_max + 1,
                                           {NodeId{1}, RemovedBy::upkeep});
  EXPECT_EQ(reason_for(encode(welcome)), "config: removed: 65 are more than 64");
}

TEST(FrameRefusals, a_stamp_that_is_not_the_configurations) {
  EXPECT_EQ(reason_for(with(encode(message_with(Rejected{Refusal::clone}, true)),
                            "\"stamp\":{\"term\":7,\"version\":4}",
                            "\"stamp\":{\"term\":7,\"version\":5}")),
            "stamp and config name different configurations");
}

TEST(FrameRefusals, promises_that_are_too_short_or_too_long) {
  const std::string heartbeat =
      encode(message_with(Heartbeat{Round{1}, std::chrono::seconds{1}, {}}));
  EXPECT_EQ(reason_for(with(heartbeat, "1000000", "0")),
            "body: promise_us: 0 is not from 50 ms to 60 s");
  const std::string request = encode(message_with(VoteRequest{
      .pre = true, .asked = Term{8}, .round = Round{1}, .promise = std::chrono::seconds{60}}));
  EXPECT_EQ(reason_for(with(request, "60000000", "9007199254740991")),
            "body: promise_us: 9007199254740991 is not from 50 ms to 60 s");
}

TEST(FrameRefusals, hellos) {
  const std::string frame = encode(example_hello());
  const auto broken = [&](std::string_view from, std::string_view to) {
    return reason_for(with(frame, from, to));
  };
  EXPECT_EQ(broken("[1,1]", "[1]"), "protocol: must be an array of 2");
  EXPECT_EQ(broken("[1,1]", "[1,1,1]"), "protocol: must be an array of 2");
  EXPECT_EQ(broken("[1,1]", "[1,4294967296]"), "protocol[1]: 4294967296 is above 4294967295");
  EXPECT_EQ(broken("[1,1]", "[2,1]"), "2 to 1 is no range of protocol versions");
  EXPECT_EQ(broken("[1,1]", "[0,1]"), "0 to 1 is no range of protocol versions");
  EXPECT_EQ(broken("\"default\"", "\"de fault\""),
            "\"de fault\" is no cluster name: 1 to 64 letters, digits, '.', '_' or '-'");
  EXPECT_EQ(broken("0.1.0", "0.1\\n0"),
            "version: \"0.1?0\" is not 1 to 64 printable ASCII characters without blanks");
  EXPECT_EQ(broken(":4001", ":0"),
            "\"localhost:0\" is no address: \"0\" is no port: a whole number from 1 to 65535");
  EXPECT_EQ(broken("\"features\":[]", "\"features\":[\"\"]"),
            "features: \"\" is not 1 to 64 printable ASCII characters without blanks");
  Hello hello = example_hello();
  hello.features.assign(features_max + 1, "x");
  EXPECT_EQ(reason_for(encode(hello)), "features: more than 32");
}

TEST(FrameRefusals, foundings) {
  Hello hello = example_hello();
  hello.founding = example_founding();
  EXPECT_EQ(reason_for(encode(hello)), "founding: only of a node that is in no cluster yet");
  hello.cluster_id.reset();
  const auto with_slots = [&](std::vector<std::string> slots) {
    Hello other = hello;
    other.founding->slots = std::move(slots);
    return reason_for(encode(other));
  };
  EXPECT_EQ(with_slots({}), "founding: slots: 0 are not 1 to 5");
  EXPECT_EQ(with_slots({"a:1", "b:1", "c:1", "d:1", "e:1", "f:1"}),
            "founding: slots: 6 are not 1 to 5");
  EXPECT_EQ(with_slots({"b:1", "a:1"}), "founding: slots: they do not ascend");
  EXPECT_EQ(with_slots({"a:1", "a:1"}), "founding: slots: they do not ascend");
  EXPECT_EQ(with_slots({"a:0"}),
            "founding: \"a:0\" is no address: \"0\" is no port: a whole "
            "number from 1 to 65535");
  EXPECT_EQ(reason_for(with(encode(hello), "1000000", "1")),
            "founding: promise_us: 1 is not from 50 ms to 60 s");
}

TEST(FrameRefusals, welcomes_that_are_fresh_and_not) {
  const std::string rule = "has cluster_id and config if and only if it is not fresh";
  EXPECT_EQ(reason_for(with(encode(example_welcome()), "\"fresh\":false", "\"fresh\":true")), rule);
  EXPECT_EQ(reason_for(R"({"type":"welcome","cluster":"default","fresh":false})"), rule);
  EXPECT_EQ(reason_for(R"({"type":"welcome","cluster":"default","fresh":true,"goose":)"
                       R"({"id":"9f3c1a7be204d856","address":"localhost:4001"}})"),
            "a fresh node knows no goose");
}

TEST(FrameRefusals, calls_and_replies) {
  EXPECT_EQ(reason_for(encode(Call{1, "PATCH", "/", ""})),
            "method: \"PATCH\" is not GET, POST or DELETE");
  EXPECT_EQ(reason_for(encode(Call{1, "GET", "status", ""})),
            "target: \"status\" is not '/' and up to 8192 bytes in all");
  EXPECT_EQ(reason_for(encode(Call{1, "GET", "", ""})),
            "target: \"\" is not '/' and up to 8192 bytes in all");
  const std::string rest(target_bytes_max, 'x');
  EXPECT_EQ(reason_for(encode(Call{1, "GET", "/" + rest, ""})).substr(0, 10), "target: \"/");
  EXPECT_EQ(reason_for(encode(Call{1, "DELETE", "/members/a b\xff", ""})), "accepted");
  EXPECT_EQ(reason_for(encode(Call{1, "GET", "/", std::string(body_bytes_max + 1, 'x')})),
            "body: 98305 bytes, at most 98304");
  EXPECT_EQ(reason_for(encode(Reply{1, 100, ""})), "status: 100 is not 200 to 599");
  EXPECT_EQ(reason_for(encode(Reply{1, 600, ""})), "status: 600 is not 200 to 599");
}

}  // namespace
}  // namespace duckduckgoose::wire

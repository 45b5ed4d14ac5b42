#include "wire/request.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::wire {
namespace {

TEST(InviteRequest, names_an_address) {
  EXPECT_EQ(to_json(InviteRequest{"localhost:4002"}), R"({"address":"localhost:4002"})");
  EXPECT_EQ(parse_invite_request(R"({"address":"localhost:4002"})"),
            InviteRequest{"localhost:4002"});
  EXPECT_EQ(parse_invite_request("{}").error().reason, "address: is missing");
  EXPECT_EQ(parse_invite_request("").error().reason, "not JSON at byte 0: incomplete JSON");
  EXPECT_EQ(parse_invite_request(R"({"address":"here"})").error().reason,
            "\"here\" is no address: it has no port; write HOST:PORT, as in localhost:4001");
}

TEST(HandoverRequest, names_a_node_or_leaves_the_choice_to_the_goose) {
  for (const std::string_view json : {"", "{}", R"({"to":null})"}) {
    EXPECT_EQ(parse_handover_request(json), HandoverRequest{}) << json;
  }
  const HandoverRequest request{"b1b2c3d4e5f60718"};
  EXPECT_EQ(to_json(request), R"({"to":"b1b2c3d4e5f60718"})");
  EXPECT_EQ(parse_handover_request(to_json(request)), request);
  EXPECT_EQ(parse_handover_request(R"({"to":7})").error().reason, "to: must be a string");
  EXPECT_EQ(parse_handover_request(R"({"to":""})").error().reason,
            "to: \"\" is not 1 to 261 printable ASCII characters without blanks");
}

TEST(SettingsRequest, names_some_settings) {
  const SettingsRequest request{
      .promise_ms = 500, .voters = 3, .replace_after_ms = {}, .shrink_after_ms = 90'000};
  EXPECT_EQ(to_json(request), R"({"promise_ms":500,"voters":3,"shrink_after_ms":90000})");
  EXPECT_EQ(parse_settings_request(to_json(request)), request);
}

TEST(SettingsRequest, is_refused_with_the_rule) {
  const auto reason = [](std::string_view json) {
    return parse_settings_request(json).error().reason;
  };
  EXPECT_EQ(reason("{}"),
            "names no setting: promise_ms, voters, replace_after_ms or shrink_after_ms");
  EXPECT_EQ(reason(R"({"promise":500})"),
            "names no setting: promise_ms, voters, replace_after_ms or shrink_after_ms");
  EXPECT_EQ(reason(R"({"promise_ms":49})"), "promise_ms: 49 is not from 50 to 60000");
  EXPECT_EQ(reason(R"({"promise_ms":60001})"), "promise_ms: 60001 is not from 50 to 60000");
  EXPECT_EQ(reason(R"({"replace_after_ms":999})"),
            "replace_after_ms: 999 is not from 1000 to 2592000000");
  EXPECT_EQ(reason(R"({"shrink_after_ms":2592000001})"),
            "shrink_after_ms: 2592000001 is not from 1000 to 2592000000");
  EXPECT_EQ(reason(R"({"voters":4})"), "voters: 4 is not an odd number up to 63");
  EXPECT_EQ(reason(R"({"voters":65})"), "voters: 65 is not an odd number up to 63");
  EXPECT_EQ(reason(R"({"voters":"3"})"), "voters: must be a whole number");
}

}  // namespace
}  // namespace duckduckgoose::wire

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

}  // namespace
}  // namespace duckduckgoose::wire

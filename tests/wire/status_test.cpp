#include "wire/status.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::wire {
namespace {

constexpr NodeId first{0x9f3c1a7be204d856};
constexpr NodeId second{0xb1b2c3d4e5f60718};

/// The example of SURFACE section 1.
Status example() {
  return {
      .mode = Mode::goose,
      .peers = {"localhost:4002", "localhost:4003"},
      .id = first,
      .cluster = "default",
      .cluster_id = ClusterId{0x5b0e4c1d77aa9e20},
      .address = "localhost:4001",
      .role = ShownRole::leader,
      .term = Term{7},
      .token = Token{1795478400123},
      .lease_ms = 740,
      .goose =
          GooseStatus{first, "localhost:4001", parse_time("2026-11-24T00:06:11.123Z").value(), 0},
      .members = {{first, "localhost:4001", true, Mode::goose, true, 0, "0.1.0"},
                  {second, "localhost:4002", true, Mode::duck, true, 12, "0.1.0"}},
      .voters = 3,
      .voters_connected = 3,
      .tolerates = 1,
      .observers = 0,
      .config = Stamp{Term{7}, 4},
      .cause = "localhost:4002 was stopped by its operator and handed over to localhost:4001",
      .cause_code = "handover",
      .since = parse_time("2026-11-24T00:06:11.123Z").value(),
      .since_ms = 48211,
      .sequence = 19,
      .healthy = true,
      .draining = false,
      .guarded = true,
      .containment = "cgroup",
      .insecure = false,
      .promise_ms = 1000,
      .protocol = {1, 1},
      .version = "0.1.0",
      .started = parse_time("2026-11-23T23:58:02.004Z").value(),
      .starts = 3,
  };
}

const std::string example_json =
    R"({"mode":"goose","peers":["localhost:4002","localhost:4003"],"id":"9f3c1a7be204d856",)"
    R"("cluster":"default","cluster_id":"5b0e4c1d77aa9e20","address":"localhost:4001",)"
    R"("role":"leader","term":7,"token":1795478400123,"lease_ms":740,)"
    R"("goose":{"id":"9f3c1a7be204d856","address":"localhost:4001",)"
    R"("since":"2026-11-24T00:06:11.123Z","heard_ms":0},"members":[{"id":"9f3c1a7be204d856",)"
    R"("address":"localhost:4001","voter":true,"mode":"goose","connected":true,"heard_ms":0,)"
    R"("version":"0.1.0"},{"id":"b1b2c3d4e5f60718","address":"localhost:4002","voter":true,)"
    R"("mode":"duck","connected":true,"heard_ms":12,"version":"0.1.0"}],"voters":3,)"
    R"("voters_connected":3,"tolerates":1,"observers":0,"config":{"term":7,"version":4},)"
    R"("cause":"localhost:4002 was stopped by its operator and handed over to localhost:4001",)"
    R"("cause_code":"handover","since":"2026-11-24T00:06:11.123Z","since_ms":48211,)"
    R"("sequence":19,"healthy":true,"draining":false,"guarded":true,"containment":"cgroup",)"
    R"("insecure":false,"promise_ms":1000,"protocol":{"min":1,"max":1},"version":"0.1.0",)"
    R"("started":"2026-11-23T23:58:02.004Z","starts":3})";

TEST(Status, has_the_keys_and_the_order_that_people_were_promised) {
  EXPECT_EQ(to_json(example()), example_json);
}

TEST(Status, comes_back_as_it_went) {
  EXPECT_EQ(parse_status(to_json(example())), example());
  EXPECT_EQ(parse_status(to_json(Status{.id = first})), (Status{.id = first}));
}

TEST(Status, what_is_unknown_is_left_out_and_no_goose_is_null) {
  EXPECT_EQ(to_json(Status{.id = first, .address = "localhost:4001"}),
            R"({"mode":"duck","peers":[],"id":"9f3c1a7be204d856","cluster":"default",)"
            R"("address":"localhost:4001","goose":null,"members":[],"cause":"","cause_code":"",)"
            R"("sequence":0,"healthy":true,"draining":false,"guarded":false,"insecure":false,)"
            R"("protocol":{"min":1,"max":1},"version":"","starts":0})");
}

TEST(Status, what_was_asked_for_comes_last) {
  Status status = example();
  status.held_for_ms = 250;
  status.confirmed = true;
  const std::string json = to_json(status);
  EXPECT_TRUE(json.ends_with(R"("starts":3,"held_for_ms":250,"confirmed":true})")) << json;
  EXPECT_EQ(parse_status(json), status);
}

TEST(Status, of_a_newer_program_is_read_as_far_as_it_is_understood) {
  std::string json = example_json;
  const auto replace = [&](std::string_view from, std::string_view to) {
    json.replace(json.find(from), from.size(), to);
  };
  replace("\"leader\"", "\"archangel\"");
  replace("\"heard_ms\":12", "\"heard_ms\":12,\"mood\":[0.5]");
  replace("\"mode\":\"duck\"", "\"mode\":\"swan\"");
  const auto status = parse_status(json);
  ASSERT_TRUE(status) << status.error().reason;
  EXPECT_EQ(status->role, std::nullopt);
  EXPECT_EQ(status->members.at(1).mode, std::nullopt);
  EXPECT_EQ(status->members.at(1).heard_ms, 12U);
}

TEST(Status, whether_a_node_is_the_goose_is_never_guessed) {
  std::string json = example_json;
  json.replace(json.find("\"goose\""), 7, "\"swan\"");
  EXPECT_EQ(parse_status(json).error().reason, "mode: the word \"swan\" is not known");
}

TEST(Status, what_is_wrong_is_named_with_its_place) {
  const auto reason = [](std::string_view from, std::string_view to) {
    std::string json = example_json;
    json.replace(json.find(from), from.size(), to);
    const auto status = parse_status(json);
    return status ? "accepted" : status.error().reason;
  };
  EXPECT_EQ(reason("\"sequence\"", "\"sequenze\""), "sequence: is missing");
  EXPECT_EQ(reason("\"heard_ms\":12", "\"heard_ms\":-12"),
            "members[1].heard_ms: -12 must not be negative");
  EXPECT_EQ(reason("[\"localhost:4002\"", "[4002"), "peers[0]: must be a string");
  EXPECT_EQ(reason("\"version\":4", "\"version\":4.5"),
            "config.version: must be a whole number below 2^53, without exponent");
  EXPECT_EQ(
      reason("2026-11-23T23", "2026-11-23 23"),
      "started: \"2026-11-23 23:58:02.004Z\" is no time: the form is 2026-11-24T00:06:11.123Z");
  EXPECT_EQ(reason("\"healthy\":true", "\"healthy\":1"), "healthy: must be true or false");
  EXPECT_EQ(parse_status("").error().reason, "not JSON at byte 0: incomplete JSON");
}

TEST(Status, has_a_word_for_each_mode_and_role) {
  EXPECT_EQ(word_of(Mode::goose), "goose");
  EXPECT_EQ(word_of(Mode::duck), "duck");
  EXPECT_EQ(word_of(ShownRole::pre_candidate), "pre_candidate");
  EXPECT_EQ(word_of(ShownRole::removed), "removed");
}

TEST(Members, come_in_pages) {
  const MembersPage page{.members = example().members, .next = second};
  const std::string json = to_json(page);
  EXPECT_TRUE(json.starts_with(R"({"members":[{"id":"9f3c1a7be204d856",)")) << json;
  EXPECT_TRUE(json.ends_with(R"(],"next":"b1b2c3d4e5f60718"})")) << json;
  EXPECT_EQ(parse_members(json), page);
  EXPECT_EQ(to_json(MembersPage{}), R"({"members":[]})");
}

TEST(Members, of_which_little_is_known_say_only_that) {
  const MembersPage page{.members = {{.id = second, .address = "localhost:4002"}}};
  EXPECT_EQ(to_json(page),
            R"({"members":[{"id":"b1b2c3d4e5f60718","address":"localhost:4002","voter":false,)"
            R"("connected":false}]})");
  EXPECT_EQ(parse_members(to_json(page)), page);
}

TEST(Done, says_whether_it_is_in_force) {
  const Done done{.in_force = false, .detail = "localhost:4002 is still silent"};
  EXPECT_EQ(to_json(done), R"({"in_force":false,"detail":"localhost:4002 is still silent"})");
  EXPECT_EQ(parse_done(to_json(done)), done);
}

TEST(Problem, is_of_rfc_9457) {
  const Problem problem{.type = "no_quorum",
                        .title = "No majority answered",
                        .status = 503,
                        .detail = "1 of 3 voters answered within 1.0 s"};
  EXPECT_EQ(to_json(problem), R"({"type":"no_quorum","title":"No majority answered","status":503,)"
                              R"("detail":"1 of 3 voters answered within 1.0 s"})");
  EXPECT_EQ(parse_problem(to_json(problem)), problem);
}

TEST(Problem, escapes_what_a_caller_sent) {
  const Problem problem{.detail = "\"\\\n\x01\xff"};
  EXPECT_EQ(to_json(problem), R"({"type":"","title":"","status":0,"detail":"\"\\\n\u0001)"
                              "\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace duckduckgoose::wire

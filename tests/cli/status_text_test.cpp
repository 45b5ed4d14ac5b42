#include "cli/status_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/ask.hpp"

namespace duckduckgoose::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr NodeId first{0x9f3c1a7be204d856};
constexpr NodeId second{0xb1b2c3d4e5f60718};
constexpr NodeId third{0xc1b2c3d4e5f60718};

const Paint plain{false};

wire::MemberStatus member(NodeId id, std::string address, wire::Mode mode,
                          std::optional<std::uint64_t> heard_ms) {
  return {.id = id,
          .address = std::move(address),
          .voter = true,
          .mode = mode,
          .connected = true,
          .heard_ms = heard_ms,
          .version = "0.1.0"};
}

/// The example of SURFACE section 4.
wire::Status example() {
  wire::Status status;
  status.mode = wire::Mode::goose;
  status.role = wire::ShownRole::leader;
  status.id = first;
  status.address = "localhost:4001";
  status.term = Term{7};
  status.token = Token{1795478400123};
  status.lease_ms = 740;
  status.goose = wire::GooseStatus{
      .id = first, .address = "localhost:4001", .since = std::nullopt, .heard_ms = 0};
  status.members = {member(first, "localhost:4001", wire::Mode::goose, 0),
                    member(second, "localhost:4002", wire::Mode::duck, 12),
                    member(third, "localhost:4003", wire::Mode::duck, 9)};
  status.voters = 3;
  status.voters_connected = 3;
  status.tolerates = 1;
  status.observers = 0;
  status.cause = "localhost:4002 was stopped by its operator and handed over to localhost:4001";
  status.cause_code = "handover";
  status.since_ms = 48211;
  return status;
}

TEST(StatusText, is_the_table_of_the_documentation) {
  EXPECT_THAT(status_lines(example(), plain),
              ElementsAre("GOOSE  localhost:4001  term 7  token 1795478400123  for 48 s  lease 740 "
                          "ms   cluster default  3 of 3 voters, 1 may fail",
                          "because localhost:4002 was stopped by its operator and handed over",
                          "  NODE            ID        ROLE   VOTER  HEARD  VERSION",
                          "* localhost:4001  9f3c1a7b  goose  yes    -      0.1.0",
                          "  localhost:4002  b1b2c3d4  duck   yes    12 ms  0.1.0",
                          "  localhost:4003  c1b2c3d4  duck   yes    9 ms   0.1.0"));
}

TEST(StatusText, of_a_duck_names_the_goose) {
  wire::Status status = example();
  status.mode = wire::Mode::duck;
  status.role = wire::ShownRole::follower;
  status.id = second;
  status.address = "localhost:4002";
  status.goose->heard_ms = 12;
  EXPECT_EQ(status_lines(status, plain).front(),
            "DUCK   localhost:4002  term 7  goose localhost:4001  for 48 s  heard 12 ms ago   "
            "cluster default  3 of 3 voters, 1 may fail");
}

TEST(StatusText, without_a_goose_says_so_and_why) {
  wire::Status status = example();
  status.mode = wire::Mode::duck;
  status.role = wire::ShownRole::restarting;
  status.goose.reset();
  status.tolerates = 0;
  status.cause = "2 of 3 voters unreachable: localhost:4002 (refused)";
  const auto lines = status_lines(status, plain);
  EXPECT_THAT(lines[0], HasSubstr("term 7  no goose  for 48 s  restarting"));
  EXPECT_THAT(lines[0], HasSubstr("none may fail"));
  EXPECT_EQ(lines[1], "because 2 of 3 voters unreachable: localhost:4002 (refused)");
}

TEST(StatusText, shows_since_when_a_member_is_silent) {
  wire::Status status = example();
  status.members[1].connected = false;
  status.members[1].heard_ms = 35000;
  status.members[2].connected = false;
  status.members[2].heard_ms.reset();
  status.members[2].version.reset();
  const auto lines = status_lines(status, plain);
  EXPECT_THAT(lines[4], HasSubstr("35 s ago"));
  EXPECT_THAT(lines[5], HasSubstr("never"));
}

TEST(StatusText, says_how_many_observers_it_leaves_out) {
  wire::Status status = example();
  status.members[2].voter = false;
  status.observers = 1;
  const std::size_t all = status_lines(status, plain).size();
  status.observers = 1000;
  const auto lines = status_lines(status, plain);
  EXPECT_EQ(lines.size(), all + 1);
  EXPECT_EQ(lines.back(), "  and 999 more observers: `duckduckgoose members` lists all");
}

TEST(StatusText, of_a_node_that_knows_nothing_yet_is_short) {
  wire::Status status;
  status.id = first;
  status.address = "localhost:4001";
  status.role = wire::ShownRole::joining;
  EXPECT_THAT(status_lines(status, plain),
              ElementsAre("DUCK   localhost:4001  no goose  joining   cluster default"));
}

TEST(StatusText, is_the_same_in_colour_but_for_the_colours) {
  std::string coloured;
  for (const std::string& line : status_lines(example(), Paint{true})) coloured += line + "\n";
  EXPECT_THAT(coloured, HasSubstr("\x1b["));
  std::string bare;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b')
      i = coloured.find('m', i);
    else
      bare += coloured[i];
  }
  std::string expected;
  for (const std::string& line : status_lines(example(), plain)) expected += line + "\n";
  EXPECT_EQ(bare, expected);
}

TEST(NodeMeant, is_found_by_id_beginning_or_address) {
  auto members = example().members;
  members[2].id = NodeId{0xb1b2ffffe5f60718};
  EXPECT_EQ(node_meant("9f3c1a7be204d856", members), first);
  EXPECT_EQ(node_meant("9", members), first);
  EXPECT_EQ(node_meant("localhost:4002", members), second);
  EXPECT_EQ(node_meant("b1b2c", members), second);
  EXPECT_EQ(node_meant("0000000000000001", {}), NodeId{1}) << "a node that is gone";

  const auto unknown = node_meant("f", members);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().exit_code, 1);
  EXPECT_THAT(unknown.error().sentence, HasSubstr("localhost:4001 (9f3c1a7b)"));
  const auto several = node_meant("b1b2", members);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().exit_code, 2);
  EXPECT_THAT(several.error().sentence, HasSubstr("localhost:4003"));
}

}  // namespace
}  // namespace duckduckgoose::cli

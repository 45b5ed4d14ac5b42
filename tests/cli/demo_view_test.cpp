#include "cli/demo/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duckduckgoose::cli::demo {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Paint plain{false};

DemoNode node(int number) {
  DemoNode one;
  one.number = number;
  one.port = static_cast<std::uint16_t>(40000 + number);
  one.relay_port = static_cast<std::uint16_t>(5000 + number);
  one.process = 100 + number;
  one.plight = Plight::running;
  one.status = wire::Status{};
  one.status->role = wire::ShownRole::follower;
  one.status->term = Term{2};
  one.status->goose = wire::GooseStatus{};
  return one;
}

void make_goose(DemoNode& one, Term term) {
  one.status->mode = wire::Mode::goose;
  one.status->role = wire::ShownRole::leader;
  one.status->term = term;
  one.status->voters = 3;
  one.status->voters_connected = 3;
  one.status->cause = "127.0.0.1:5001 is it";
}

std::vector<DemoNode> pond(int count) {
  std::vector<DemoNode> nodes;
  for (int number = 1; number <= count; ++number) nodes.push_back(node(number));
  return nodes;
}

TEST(Names, take_the_place_of_relay_addresses) {
  const auto nodes = pond(2);
  EXPECT_EQ(with_names("127.0.0.1:5001 beat 127.0.0.1:5002.", nodes), "node 1 beat node 2.");
  EXPECT_EQ(with_names("127.0.0.1:50019", nodes), "127.0.0.1:50019");
}

TEST(Goose, is_the_one_in_the_highest_term) {
  auto nodes = pond(3);
  EXPECT_EQ(goose_among(nodes), nullptr);
  make_goose(nodes[0], Term{1});
  make_goose(nodes[2], Term{2});
  EXPECT_EQ(goose_among(nodes)->number, 3);
}

TEST(NodeLines, show_who_hears_whom_and_in_which_state) {
  auto nodes = pond(4);
  make_goose(nodes[0], Term{2});
  wire::MemberStatus heard;
  heard.address = "127.0.0.1:5003";
  heard.connected = true;
  wire::MemberStatus cut = heard;
  cut.address = "127.0.0.1:5002";
  nodes[0].status->members = {heard, cut};
  nodes[1].is_cut = true;
  nodes[3].plight = Plight::dead;
  nodes[3].status.reset();
  EXPECT_THAT(node_lines(nodes, 2, plain),
              ElementsAre("  #  USERS ASK AT     IS     TERM  HEARS  PROCESS  STATE",
                          "  1  localhost:40001  GOOSE  2     -.3.   101      runs",
                          "> 2  localhost:40002  duck   2     .-..   102      cut off",
                          "  3  localhost:40003  duck   2     ..-.   103      runs",
                          "  4  localhost:40004  -      -     ...-   -        dead"));
}

// The smallest terminal that it is made for.
TEST(Picture, fits_into_80_by_24_with_all_nodes_and_many_events) {
  auto nodes = pond(Pond::nodes_max);
  make_goose(nodes[0], Term{2});
  nodes[0].status->cause = std::string(300, 'x');
  const std::vector<std::string> events(100, std::string(200, 'e'));
  const auto lines = picture(nodes, 1, events, Size{}, plain);
  EXPECT_EQ(lines.size(), 24U);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_THAT(lines.front(), HasSubstr("the goose is node 1, term 2"));
  EXPECT_THAT(lines.back(), HasSubstr("q(uit)"));
}

TEST(Picture, shows_the_newest_events) {
  const auto nodes = pond(1);
  std::vector<std::string> events;
  for (int i = 0; i < 50; ++i) events.push_back("event " + std::to_string(i));
  const auto lines = picture(nodes, 1, events, Size{}, plain);
  EXPECT_EQ(lines[lines.size() - 3], "event 49");
}

TEST(Chronicle, tells_of_each_change_once_and_measures_the_gap) {
  auto nodes = pond(3);
  Chronicle chronicle;
  EXPECT_THAT(chronicle.look(nodes, 0ms), IsEmpty());
  make_goose(nodes[0], Term{1});
  EXPECT_THAT(chronicle.look(nodes, 10ms),
              ElementsAre("node 1 is the goose, term 1: node 1 is it",
                          "3 nodes vote, 3 of them linked to the goose"));
  EXPECT_THAT(chronicle.look(nodes, 20ms), IsEmpty());
  EXPECT_EQ(chronicle.gap(), std::nullopt);

  nodes[0].status.reset();
  EXPECT_THAT(chronicle.look(nodes, 100ms), IsEmpty()) << "nobody has noticed yet";
  nodes[1].status->goose.reset();
  nodes[1].status->cause = "nothing heard from 127.0.0.1:5001";
  EXPECT_THAT(chronicle.look(nodes, 110ms), ElementsAre("no goose: nothing heard from node 1"));
  EXPECT_THAT(chronicle.look(nodes, 200ms), IsEmpty());
  EXPECT_FALSE(chronicle.has_goose());

  make_goose(nodes[1], Term{2});
  EXPECT_THAT(chronicle.look(nodes, 1150ms),
              ElementsAre("node 2 is the goose, term 2, after 1050 ms without one: node 1 is it"));
  EXPECT_EQ(chronicle.gap(), Duration{1050ms});
}

}  // namespace
}  // namespace duckduckgoose::cli::demo

#include "sim/scenario.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::sim {
namespace {

std::string error_of(const std::string& text) {
  const auto scenario = parse_scenario("file.txt", text);
  if (!scenario) return scenario.error();
  const auto played = play(*scenario);
  return played ? "" : played.error().substr(0, played.error().find('\n'));
}

constexpr auto begin = "voters n1 n2 n3\nlead n1\n";

TEST(Scenario, keeps_its_commands_and_gets_its_transcript) {
  const std::string text =
      "# A comment.\nvoters n1\nrun 1ms\n----\n\n# Another.\n\nrun 5ms\n----\n";
  const auto scenario = parse_scenario("file.txt", text);
  ASSERT_TRUE(scenario);
  ASSERT_EQ(scenario->blocks.size(), 2U);
  EXPECT_EQ(text_of(*scenario), text);
  const auto played = play(*scenario);
  ASSERT_TRUE(played) << played.error();
  EXPECT_NE(played->blocks[0].transcript.find("leads: founded"), std::string::npos);
  EXPECT_EQ(played->blocks[1].transcript, "");
  EXPECT_NE(difference(*scenario, *played), "");
  EXPECT_EQ(difference(*played, *played), "");
  EXPECT_EQ(text_of(*parse_scenario("file.txt", text_of(*played))), text_of(*played));
}

TEST(Scenario, says_where_the_transcript_differs_first) {
  const auto scenario = parse_scenario("file.txt", "voters n1\nrun 1ms\n----\n[    0] n1 sleeps\n");
  const auto played = play(*scenario);
  ASSERT_TRUE(played);
  EXPECT_TRUE(difference(*scenario, *played).starts_with("file.txt:4: the transcript differs"));
}

TEST(Scenario, names_file_and_line_of_what_it_cannot_read) {
  EXPECT_EQ(error_of("voters n1\nfly n1\n----\n"), "file.txt:2: there is no command 'fly'");
  EXPECT_EQ(error_of("voters n1\nrun\n----\n"), "file.txt:2: 'run' with 0 words after it");
  EXPECT_EQ(error_of("voters n1\nrun 5 ms\n----\n"),
            "file.txt:2: run DURATION, or run until [no] goose [NODE] within DURATION");
  EXPECT_EQ(error_of("voters n1\nrun 5h\n----\n"),
            "file.txt:2: run DURATION, as 700ms or 2s, not '5h'");
  EXPECT_EQ(error_of("voters n1\nstop n2\n----\n"), "file.txt:2: there is no node 'n2'");
  EXPECT_EQ(error_of("voters n1 n3\n----\n"),
            "file.txt:1: nodes are named n1, n2, ... in order; the next is n2");
  EXPECT_EQ(error_of("\nrun 5ms\n----\n"),
            "file.txt:2: which voters? The first command is `voters n1 n2 n3`");
  EXPECT_EQ(error_of("voters n1\nrun 1ms\npromise 1s\n----\n"),
            "file.txt:3: 'promise' comes before all that happens");
  EXPECT_EQ(error_of("promise 1ms\nvoters n1\n----\n"),
            "file.txt:1: a promise is from 50ms to 60s, not '1ms'");
  EXPECT_EQ(error_of("voters n1\nrun 5ms\n"),
            "file.txt:2: the last commands have no line ---- after them");
}

TEST(Scenario, names_file_and_line_of_what_did_not_come_true) {
  const std::string text{begin};
  EXPECT_EQ(error_of(text + "expect goose n2\n----\n"),
            "file.txt:3: expected goose n2, but n1 leads");
  EXPECT_EQ(error_of(text + "expect no goose\n----\n"),
            "file.txt:3: expected no goose, but n1 leads");
  EXPECT_EQ(error_of(text + "expect role n2 leader\n----\n"),
            "file.txt:3: expected n2 to be leader, but it is follower");
  EXPECT_EQ(error_of(text + "expect voters n1 n2\n----\n"),
            "file.txt:3: expected the voters n1 n2, but they are n1 n2 n3");
  EXPECT_EQ(error_of(text + "run until goose n2 within 9ms\n----\n"),
            "file.txt:3: it did not come to that within 9ms: n1 leads");
  EXPECT_EQ(error_of(text + "expect said n2 -> n1 never\n----\n"),
            "file.txt:3: expected n2 to say to n1: never");
  EXPECT_EQ(error_of(text + "expect violation I3\n----\n"),
            "file.txt:3: expected a violation of I3, but there is none");
}

}  // namespace
}  // namespace duckduckgoose::sim

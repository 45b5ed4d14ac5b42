#include "node/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace duckduckgoose::node {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

std::string line_of(LogFormat format, LogLevel level, std::string_view sentence) {
  std::string lines;
  LogSettings settings;
  settings.level = LogLevel::debug;
  settings.format = format;
  settings.sink = [&lines](std::string_view line) { lines += line; };
  Log log{settings};
  log.set_node("9f3c1a7b", "localhost:4001");
  log.set_term(Term{7});
  log.write(level, "goose", sentence, {{"token", "12"}});
  return lines;
}

TEST(Log, logfmt_has_the_promised_order) {
  EXPECT_THAT(line_of(LogFormat::logfmt, LogLevel::info, "a is the goose"),
              MatchesRegex("ts=[0-9-]*T[0-9:.]*Z level=info node=9f3c1a7b term=7 event=goose "
                           "msg=\"a is the goose\" token=12\n"));
}

TEST(Log, the_journal_gets_priorities_and_no_time) {
  EXPECT_THAT(line_of(LogFormat::systemd, LogLevel::warn, "hm"), StartsWith("<4>level=warn node="));
  EXPECT_THAT(line_of(LogFormat::systemd, LogLevel::error, "oh"), StartsWith("<3>level=error "));
}

TEST(Log, a_terminal_gets_the_short_form) {
  EXPECT_THAT(line_of(LogFormat::terminal, LogLevel::warn, "hm"),
              EndsWith(" localhost:4001  warning: hm\n"));
}

TEST(Log, json_is_one_object_a_line) {
  const std::string line = line_of(LogFormat::json, LogLevel::info, R"(say "hi"\)");
  EXPECT_THAT(line, StartsWith(R"({"ts":")"));
  EXPECT_THAT(line, HasSubstr(R"("msg":"say \"hi\"\\")"));
  EXPECT_THAT(line, EndsWith("}\n"));
}

// What a peer sends can neither begin a line of its own nor move the cursor.
TEST(Log, nothing_from_outside_forges_a_line) {
  const std::string evil = "x\nts=1 level=info\x1b[2J";
  for (const auto format :
       {LogFormat::logfmt, LogFormat::terminal, LogFormat::systemd, LogFormat::json}) {
    const std::string line = line_of(format, LogLevel::info, evil);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
  }
}

TEST(Log, shows_nothing_below_its_level) {
  int lines = 0;
  LogSettings settings;
  settings.sink = [&lines](std::string_view) { ++lines; };
  Log log{settings};
  log.debug("x", "no");
  log.info("x", "yes");
  EXPECT_EQ(lines, 1);
}

TEST(Repeats, come_at_1_2_4_and_at_last_60_seconds_with_a_count) {
  Repeats repeats;
  std::vector<int> said;
  for (int second = 0; second <= 300; ++second) {
    if (repeats.due("a", "the same", Instant{} + second * 1s)) said.push_back(second);
  }
  EXPECT_THAT(said, ::testing::ElementsAre(0, 1, 3, 7, 15, 31, 63, 123, 183, 243));
  EXPECT_EQ(repeats.due("a", "the same", Instant{} + 301s), std::nullopt);
  EXPECT_EQ(repeats.due("a", "the same", Instant{} + 303s), 58U);
}

TEST(Repeats, news_wait_for_a_second_at_most) {
  Repeats repeats;
  EXPECT_EQ(repeats.due("a", "one", Instant{}), 0U);
  EXPECT_EQ(repeats.due("a", "two", Instant{} + 500ms), std::nullopt);
  EXPECT_EQ(repeats.due("a", "one", Instant{} + 1s), 1U);
  EXPECT_EQ(repeats.due("b", "one", Instant{} + 1s), 0U);
  repeats.forget("a");
  EXPECT_EQ(repeats.due("a", "one", Instant{} + 1s), 0U);
}

}  // namespace
}  // namespace duckduckgoose::node

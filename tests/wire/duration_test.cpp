#include "wire/duration.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::wire {
namespace {

using namespace std::chrono_literals;

std::string reason_for(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration ? "accepted" : duration.error().reason;
}

TEST(Durations, are_a_whole_number_with_its_unit) {
  EXPECT_EQ(parse_duration("250ms"), Duration{250ms});
  EXPECT_EQ(parse_duration("2s"), Duration{2s});
  EXPECT_EQ(parse_duration("5m"), Duration{5min});
  EXPECT_EQ(parse_duration("1h"), Duration{1h});
  EXPECT_EQ(parse_duration("1500us"), Duration{1500us});
  EXPECT_EQ(parse_duration("0s"), Duration{0});
  EXPECT_EQ(parse_duration("8784h"), duration_max);
}

TEST(Durations, come_back_as_they_went) {
  for (const Duration duration : {Duration{0}, Duration{1us}, Duration{1001us}, Duration{50ms},
                                  Duration{1s}, Duration{90s}, Duration{2h}}) {
    EXPECT_EQ(parse_duration(to_text(duration)), duration) << to_text(duration);
  }
}

TEST(Durations, a_bare_number_is_refused_with_the_rule) {
  EXPECT_EQ(reason_for("250"),
            "\"250\" is no duration: a bare number has no unit; write 250ms, 2s, 5m or 1h");
  EXPECT_EQ(reason_for("0"),
            "\"0\" is no duration: a bare number has no unit; write 250ms, 2s, 5m or 1h");
}

TEST(Durations, anything_else_is_refused) {
  const std::string no_number =
      " is no duration: it is a whole number with its unit, as in 250ms or 2s";
  for (const std::string text : {"", "ms", "-2s", "-0s", " 2s", "+2s", "s2", ".5s"}) {
    EXPECT_EQ(reason_for(text), "\"" + text + "\"" + no_number);
  }
  EXPECT_EQ(
      reason_for("2S"),
      "\"2S\" is no duration: the unit \"S\" is not known; a whole number and us, ms, s, m or h");
  for (const std::string_view text : {"2 s", "1.5s", "2s ", "2ss", "1e3ms", "2d", "2s2ms"}) {
    EXPECT_NE(reason_for(text).find("is not known"), std::string::npos) << reason_for(text);
  }
}

TEST(Durations, what_would_overflow_is_refused) {
  for (const std::string text :
       {"8785h", "9223372036854775807h", "9223372036854775808us", "99999999999999999999999ms"}) {
    EXPECT_EQ(reason_for(text), "\"" + text + "\" is no duration: more than 366 days");
  }
}

TEST(Durations, are_rough_in_sentences) {
  EXPECT_EQ(rough_text(999us), "0 ms");
  EXPECT_EQ(rough_text(740ms), "740 ms");
  EXPECT_EQ(rough_text(999ms), "999 ms");
  EXPECT_EQ(rough_text(1s), "1.0 s");
  EXPECT_EQ(rough_text(9999ms), "9.9 s");
  EXPECT_EQ(rough_text(48211ms), "48 s");
  EXPECT_EQ(rough_text(119s), "119 s");
  EXPECT_EQ(rough_text(2min), "2 min");
  EXPECT_EQ(rough_text(119min), "119 min");
  EXPECT_EQ(rough_text(47h), "47 h");
  EXPECT_EQ(rough_text(48h), "2 d");
}

TEST(Times, are_rfc_3339_with_milliseconds) {
  EXPECT_EQ(to_text(WallTime{0ms}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_text(WallTime{1795478771123ms}), "2026-11-24T00:06:11.123Z");
  EXPECT_EQ(to_text(WallTime{951782400001ms}), "2000-02-29T00:00:00.001Z");
}

TEST(Times, come_back_as_they_went) {
  for (const auto time : {0ms, 1ms, 951782400001ms, 1795478771123ms, 253402300799999ms}) {
    EXPECT_EQ(parse_time(to_text(WallTime{time})), WallTime{time}) << to_text(WallTime{time});
  }
}

TEST(Times, anything_else_is_refused) {
  for (const std::string_view text :
       {"", "2026-11-24T00:06:11Z", "2026-11-24 00:06:11.123Z", "2026-11-24T00:06:11.123z",
        "2026-13-24T00:06:11.123Z", "2026-02-29T00:06:11.123Z", "2026-11-24T24:06:11.123Z",
        "2026-11-24T00:60:11.123Z", "2026-11-24T00:06:60.123Z", "1969-11-24T00:06:11.123Z",
        "2026-11-24T00:06:11.12aZ", "+026-11-24T00:06:11.123Z"}) {
    ASSERT_FALSE(parse_time(text)) << text;
    EXPECT_EQ(parse_time(text).error().reason,
              "\"" + std::string{text} + "\" is no time: the form is 2026-11-24T00:06:11.123Z");
  }
}

}  // namespace
}  // namespace duckduckgoose::wire

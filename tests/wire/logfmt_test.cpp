#include "wire/logfmt.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::wire {
namespace {

std::string field(std::string_view value) {
  std::string line;
  append_field(line, "key", value);
  return line;
}

TEST(Logfmt, plain_values_stand_bare) {
  EXPECT_EQ(field("localhost:4001"), "key=localhost:4001");
  EXPECT_EQ(field("-1.5"), "key=-1.5");
}

TEST(Logfmt, other_values_stand_in_quotes) {
  EXPECT_EQ(field(""), R"(key="")");
  EXPECT_EQ(field("two words"), R"(key="two words")");
  EXPECT_EQ(field("a=b"), R"(key="a=b")");
  EXPECT_EQ(field(R"(say "hi")"), R"(key="say \"hi\"")");
  EXPECT_EQ(field(R"(a\b)"), R"(key="a\\b")");
  EXPECT_EQ(field("g\xc3\xa4nse"), "key=\"g\xc3\xa4nse\"");
}

TEST(Logfmt, no_value_begins_a_line) {
  EXPECT_EQ(field("a\nlevel=error"), R"(key="a\nlevel=error")");
  EXPECT_EQ(field("a\r\x1b[2J\x7f"), R"(key="a??[2J?")");
}

TEST(Logfmt, fields_stand_apart) {
  std::string line;
  append_field(line, "a", "1");
  append_field(line, "b", "2");
  EXPECT_EQ(line, "a=1 b=2");
}

}  // namespace
}  // namespace duckduckgoose::wire

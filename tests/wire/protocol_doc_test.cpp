#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "examples.hpp"
#include "wire/frame.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::wire {
namespace {

std::string page() {
  std::ifstream file(std::string{DDG_DOCS} + "/protocol.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The blocks of the page that are marked as JSON: each is one frame.
std::vector<std::string> examples_of(const std::string& text) {
  constexpr std::string_view opening = "```json\n";
  constexpr std::string_view closing = "```";
  std::vector<std::string> blocks;
  for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at)) {
    at += opening.size();
    const auto end = text.find(closing, at);
    blocks.push_back(text.substr(at, end - at));
    at = end;
  }
  return blocks;
}

/// The same JSON without the white space between its parts.
std::string compact(const std::string& json) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') in_string = !in_string;
    if (in_string || (c != ' ' && c != '\n')) out += c;
    if (in_string && c == '\\') out += json[++i];
  }
  return out;
}

std::string encoded(const Unbound& unbound) { return encode(bound(unbound, a_to_b)); }

template <class F>
std::string encoded(const F& frame) {
  return encode(frame);
}

std::string encoded(const Unknown& /*unknown*/) { return "a frame that is not known"; }

std::string type_of_frame(const std::string& json) {
  const auto begin = json.find(':') + 2;
  return json.substr(begin, json.find('"', begin) - begin);
}

TEST(ProtocolPage, shows_every_frame_as_the_program_writes_it) {
  std::set<std::string> shown;
  for (const std::string& example : examples_of(page())) {
    const auto frame = decode_frame(example);
    ASSERT_TRUE(frame) << frame.error().reason << "\n" << example;
    EXPECT_EQ(std::visit([](const auto& it) { return encoded(it); }, *frame), compact(example));
    shown.insert(type_of_frame(compact(example)));
  }
  std::set<std::string> known;
  for (const std::string& frame : example_frames()) known.insert(type_of_frame(frame));
  EXPECT_EQ(shown, known);
}

TEST(ProtocolPage, names_every_word_that_is_sent) {
  const std::string text = page();
  for (const std::string& frame : example_frames()) {
    for (const std::string_view key :
         {"code", "release", "reason", "refused", "ballot", "refusal"}) {
      const std::string opening = "\"" + std::string{key} + "\":\"";
      const auto at = frame.find(opening);
      if (at == std::string::npos) continue;
      const auto begin = at + opening.size();
      const std::string word = frame.substr(begin, frame.find('"', begin) - begin);
      EXPECT_NE(text.find("`" + word + "`"), std::string::npos) << word;
    }
  }
}

TEST(ProtocolPage, tells_the_limits_as_they_are) {
  const std::string text = page();
  const auto is_told = [&](std::string_view name, std::uint64_t value) {
    return text.find("| `" + std::string{name} + "` | " + std::to_string(value) + " |") !=
           std::string::npos;
  };
  EXPECT_TRUE(is_told("frame_bytes_max", frame_bytes_max));
  EXPECT_TRUE(is_told("depth_max", depth_max));
  EXPECT_TRUE(is_told("integer_max", integer_max));
  EXPECT_TRUE(is_told("body_bytes_max", body_bytes_max));
  EXPECT_TRUE(is_told("target_bytes_max", target_bytes_max));
  EXPECT_TRUE(is_told("type_bytes_max", type_bytes_max));
  EXPECT_TRUE(is_told("cluster_name_bytes_max", cluster_name_bytes_max));
  EXPECT_TRUE(is_told("version_bytes_max", version_bytes_max));
  EXPECT_TRUE(is_told("feature_bytes_max", feature_bytes_max));
  EXPECT_TRUE(is_told("features_max", features_max));
  EXPECT_TRUE(is_told("host_bytes_max", host_bytes_max));
  EXPECT_TRUE(is_told("members_max", Configuration::members_max));
  EXPECT_TRUE(is_told("removed_max", Configuration::removed_max));
  EXPECT_TRUE(is_told("term_jump_max", term_jump_max));
}

}  // namespace
}  // namespace duckduckgoose::wire

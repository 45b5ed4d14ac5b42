#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace duckduckgoose::sim {

/// Commands, a line `----`, and the transcript of what they bring about, up to an empty line.
struct Block {
  std::vector<std::string> lines;  ///< With comments and empty lines, as they stand.
  std::size_t first_line = 1;
  std::string transcript;
};

/// A scenario file: one block after the other, in one world.
struct Scenario {
  std::string path;
  std::vector<Block> blocks;
};

/// Errors: "PATH:LINE: what is wrong".
[[nodiscard]] std::expected<Scenario, std::string> parse_scenario(std::string path,
                                                                  std::string_view text);
[[nodiscard]] std::string text_of(const Scenario& scenario);

/// The same commands with the transcript of what happened. Errors: "PATH:LINE: what is wrong", for
/// a bad line, an expectation that did not come true, or a violation.
[[nodiscard]] std::expected<Scenario, std::string> play(const Scenario& scenario);

/// Where two transcripts differ first; empty if they are alike.
[[nodiscard]] std::string difference(const Scenario& expected, const Scenario& actual);

}  // namespace duckduckgoose::sim

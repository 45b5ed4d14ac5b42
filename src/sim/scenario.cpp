#include "sim/scenario.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/player.hpp"

namespace duckduckgoose::sim {

namespace {

constexpr std::string_view divider = "----";

std::string where(const Scenario& scenario, std::size_t line) {
  return scenario.path + ":" + std::to_string(line) + ": ";
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

bool says_nothing(std::string_view line) { return line.empty() || line.starts_with('#'); }

}  // namespace

std::expected<Scenario, std::string> parse_scenario(std::string path, std::string_view text) {
  Scenario scenario{std::move(path), {}};
  Block block;
  bool in_transcript = false;
  std::size_t number = 0;
  const auto finish = [&] {
    scenario.blocks.push_back(std::exchange(block, {}));
    block.first_line = number + 1;
    in_transcript = false;
  };
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (in_transcript && line.empty()) {
      finish();
    } else if (in_transcript) {
      block.transcript += line;
      block.transcript += '\n';
    } else if (line == divider) {
      in_transcript = true;
    } else {
      block.lines.emplace_back(line);
    }
  }
  if (in_transcript) finish();
  if (!std::ranges::all_of(block.lines, says_nothing)) {
    return std::unexpected(where(scenario, number) +
                           "the last commands have no line ---- after them");
  }
  return scenario;
}

std::string text_of(const Scenario& scenario) {
  std::string text;
  for (const Block& block : scenario.blocks) {
    if (!text.empty()) text += '\n';
    for (const std::string& line : block.lines) text += line + "\n";
    text += divider;
    text += "\n" + block.transcript;
  }
  return text;
}

std::expected<Scenario, std::string> play(const Scenario& scenario) {
  Scenario played = scenario;
  Player player;
  for (Block& block : played.blocks) {
    std::size_t number = block.first_line;
    for (const std::string& line : block.lines) {
      if (!says_nothing(line)) {
        if (const auto done = player.execute(line); !done) {
          return std::unexpected(where(scenario, number) + done.error() + "\nuntil then:\n" +
                                 player.take_transcript());
        }
      }
      ++number;
    }
    block.transcript = player.take_transcript();
  }
  return played;
}

std::string difference(const Scenario& expected, const Scenario& actual) {
  for (std::size_t i = 0; i < expected.blocks.size(); ++i) {
    const Block& block = expected.blocks[i];
    const auto wanted = lines_of(block.transcript);
    const auto got = lines_of(actual.blocks[i].transcript);
    for (std::size_t line = 0; line < std::max(wanted.size(), got.size()); ++line) {
      const std::string_view left = line < wanted.size() ? wanted[line] : "(nothing more)";
      const std::string_view right = line < got.size() ? got[line] : "(nothing more)";
      if (left == right) continue;
      return where(expected, block.first_line + block.lines.size() + 1 + line) +
             "the transcript differs\n  it says: " + std::string{left} +
             "\n  it was:  " + std::string{right};
    }
  }
  return {};
}

}  // namespace duckduckgoose::sim

#include "cli/help.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace duckduckgoose::cli {
namespace {

constexpr std::size_t column_width_max = 24;  ///< A longer left side gets a line of its own.

using Entry = std::pair<std::string, std::string>;

/// Two columns, the left one as wide as it must be.
std::string columns(const std::vector<Entry>& entries) {
  std::size_t width = 0;
  for (const auto& [left, right] : entries) {
    if (left.size() <= column_width_max) width = std::max(width, left.size());
  }
  std::string text;
  for (const auto& [left, right] : entries) {
    const std::size_t used = left.size() <= width ? left.size() : 0;
    text += "  " + left;
    if (used == 0) text += "\n  ";
    text += std::string(width - used + 2, ' ') + right + "\n";
  }
  return text;
}

Entry entry_of(const Command& command, Opt opt) {
  const OptionSpec& spec = spec_of(opt);
  std::string left{spec.flag};
  if (!spec.short_flag.empty()) left = std::string{spec.short_flag} + ", " + left;
  if (spec.has_value()) left += " " + std::string{spec.value};
  std::string right{spec.summary};
  if (opt == Opt::timeout) {
    right += " (" + std::to_string(command.timeout / std::chrono::seconds{1}) + "s)";
  } else if (!spec.default_text.empty()) {
    right += " (" + std::string{spec.default_text} + ")";
  }
  if (!spec.variable.empty()) right += " [" + std::string{spec.variable} + "]";
  return {std::move(left), std::move(right)};
}

std::string usage_line(const Command& command) {
  std::string text = words_of(command);
  for (const Argument& it : command.arguments) text += " " + std::string{it.name};
  if (!command.options.empty()) text += " [OPTIONS]";
  if (command.takes_program) text += " -- CMD [ARGS]";
  return text;
}

std::string list_of_commands() {
  std::vector<Entry> entries;
  for (const Command& command : all_commands()) {
    if (command.name.empty()) continue;
    std::string left{command.name};
    for (const Argument& it : command.arguments) left += " " + std::string{it.name};
    if (command.takes_program) left += " -- CMD";
    entries.emplace_back(std::move(left), command.summary);
  }
  return columns(entries);
}

constexpr std::string_view exit_codes =
    "  0 yes    1 no    2 usage    69 nobody answers\n"
    "  73 data directory or port in use    74 disk refused or record damaged\n"
    "  75 try again: no goose, or no answer in time    76 protocol    77 not authorised\n"
    "  78 configuration    126, 127, 128+n as a shell: not executable, not found, signal n\n";

}  // namespace

std::string help_text(const Command& command) {
  std::string text = "Usage: " + usage_line(command) + "\n";
  if (command.name.empty()) text += "       duckduckgoose COMMAND [OPTIONS]\n";
  text += "\n" + std::string{command.details} + "\n";
  if (command.name.empty())
    text += "\nCommands (each has a --help of its own):\n" + list_of_commands();

  std::vector<Entry> options;
  options.reserve(command.options.size() + 1);
  for (const Opt opt : command.options) options.push_back(entry_of(command, opt));
  options.push_back(entry_of(command, Opt::help));
  text += "\nOptions (over the variable in brackets, over the default in parentheses):\n" +
          columns(options);

  text += "\nExamples:\n";
  for (const Example& example : command.examples) {
    text += "  " + std::string{example.line} + "\n";
    if (!example.effect.empty()) text += "      " + std::string{example.effect} + "\n";
  }
  if (command.name.empty()) text += "\nExit codes:\n" + std::string{exit_codes};
  return text;
}

}  // namespace duckduckgoose::cli

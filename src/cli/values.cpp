#include "cli/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <utility>

#include "wire/duration.hpp"
#include "wire/error.hpp"

namespace duckduckgoose::cli {
namespace {

constexpr std::array<std::string_view, 4> words_for_on{"1", "true", "yes", "on"};
constexpr std::array<std::string_view, 4> words_for_off{"0", "false", "no", "off"};

std::unexpected<Refusal> refused(const Sourced& value, std::string_view rule) {
  return std::unexpected(bad_value(value, rule));
}

bool contains_word(std::string_view words, std::string_view word) {
  if (word.empty() || word.find(' ') != std::string_view::npos) return false;
  while (!words.empty()) {
    const auto blank = words.find(' ');
    if (words.substr(0, blank) == word) return true;
    words.remove_prefix(blank == std::string_view::npos ? words.size() : blank + 1);
  }
  return false;
}

}  // namespace

Refusal bad_value(const Sourced& value, std::string_view rule) {
  return {.exit_code = code(Exit::usage), .sentence = value.source + ": " + std::string{rule}};
}

Values::Values(Flags flags, Environment environment)
    : flags_{std::move(flags)}, environment_{std::move(environment)} {}

std::optional<Sourced> Values::find(Opt opt) const {
  const OptionSpec& spec = spec_of(opt);
  if (const auto flag = flags_.find(opt); flag != flags_.end()) {
    return Sourced{.text = flag->second, .source = std::string{spec.flag}};
  }
  if (spec.variable.empty()) return std::nullopt;
  if (auto text = environment_.find(spec.variable)) {
    return Sourced{.text = std::move(*text), .source = std::string{spec.variable}};
  }
  return std::nullopt;
}

Expected<bool> Values::is_on(Opt opt) const {
  const auto value = find(opt);
  if (!value) return false;
  if (has_flag(opt) || std::ranges::find(words_for_on, value->text) != words_for_on.end()) {
    return true;
  }
  if (std::ranges::find(words_for_off, value->text) != words_for_off.end()) return false;
  return refused(*value, wire::quoted(value->text) +
                             " is neither on nor off: write 1, true, yes or on, else 0, false, no "
                             "or off");
}

std::optional<int> whole_number(std::string_view text, int min, int max) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  const bool is_one = error == std::errc{} && last == end && number >= min && number <= max;
  return is_one ? std::optional{number} : std::nullopt;
}

Expected<std::optional<Duration>> Values::duration(Opt opt) const {
  const auto value = find(opt);
  if (!value) return std::nullopt;
  const auto read = wire::parse_duration(value->text);
  if (!read) return refused(*value, read.error().reason);
  return *read;
}

Expected<std::optional<wire::Address>> Values::address(Opt opt) const {
  const auto value = find(opt);
  if (!value) return std::nullopt;
  auto read = wire::parse_address(value->text);
  if (!read) return refused(*value, read.error().reason);
  return std::optional{*std::move(read)};
}

Expected<std::vector<std::string>> Values::list(Opt opt) const {
  const auto value = find(opt);
  std::vector<std::string> items;
  if (!value) return items;
  std::string_view rest = value->text;
  while (true) {
    const auto comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    if (item.empty() || item.find_first_of(" \t") != std::string_view::npos) {
      return refused(*value, wire::quoted(value->text) +
                                 " is no list: write items with a comma and no blank between them");
    }
    items.emplace_back(item);
    if (comma == std::string_view::npos) return items;
    rest.remove_prefix(comma + 1);
  }
}

Expected<std::optional<std::string>> Values::word(Opt opt) const {
  const auto value = find(opt);
  if (!value) return std::nullopt;
  if (!contains_word(spec_of(opt).words, value->text)) {
    return refused(*value,
                   wire::quoted(value->text) + " is none of " + std::string{spec_of(opt).summary});
  }
  return value->text;
}

Expected<std::uint16_t> Values::port() const {
  const auto value = find(Opt::port);
  if (!value) return std::uint16_t{4001};
  if (value->text == "0") return std::uint16_t{0};
  const auto read = wire::parse_port(value->text);
  if (!read) return refused(*value, read.error().reason);
  return *read;
}

Expected<Sourced> Values::data_directory() const {
  if (auto value = find(Opt::data)) {
    if (value->text.empty()) return refused(*value, "the name of the data directory is empty");
    return *std::move(value);
  }
  const auto port_number = port();
  if (!port_number) return std::unexpected(port_number.error());
  if (const auto state = environment_.find("STATE_DIRECTORY")) {
    // systemd gives all of StateDirectory=, with colons between them.
    return Sourced{.text = state->substr(0, state->find(':')), .source = "STATE_DIRECTORY"};
  }
  if (*port_number == 0) {
    return refuse(
        Exit::usage,
        "--port 0 takes another port at each start, so the data directory cannot be named "
        "after it; name one with --data DIR");
  }
  const std::filesystem::path mine =
      std::filesystem::path{"duckduckgoose"} / std::to_string(*port_number);
  const auto base = environment_.find("XDG_STATE_HOME");
  // The specification of the base directories has a relative path ignored.
  if (base && base->starts_with('/')) {
    return Sourced{.text = (std::filesystem::path{*base} / mine).string(), .source = "default"};
  }
  const auto home = environment_.find("HOME");
  if (!home) {
    return refuse(
        Exit::configuration,
        "there is no place for the data: HOME is not set; name a directory with --data DIR");
  }
  return Sourced{.text = (std::filesystem::path{*home} / ".local/state" / mine).string(),
                 .source = "default"};
}

Expected<std::string> Values::node_to_ask() const {
  const auto given = address(Opt::node);
  if (!given) return std::unexpected(given.error());
  if (*given) return wire::to_text(**given);
  const auto port_number = port();
  if (!port_number) return std::unexpected(port_number.error());
  if (*port_number == 0) {
    return refuse(Exit::usage,
                  "DUCK_PORT is 0, so no port is known to ask at; use --node HOST:PORT");
  }
  return "localhost:" + std::to_string(*port_number);
}

}  // namespace duckduckgoose::cli

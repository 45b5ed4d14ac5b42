#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/environment.hpp"
#include "cli/option.hpp"
#include "cli/refusal.hpp"
#include "raft/types.hpp"
#include "wire/address.hpp"

namespace duckduckgoose::cli {

/// A value and who gave it: "--port", "DUCK_PORT", or "default".
struct Sourced {
  std::string text;
  std::string source;
  bool operator==(const Sourced&) const = default;
};

/// What the options are worth: flag over environment over default. Reads the words and names the
/// source of a bad one.
class Values {
 public:
  using Flags = std::map<Opt, std::string>;  ///< A flag without a value is "".

  Values(Flags flags, Environment environment);

  /// Not given at all: none.
  [[nodiscard]] std::optional<Sourced> find(Opt opt) const;
  /// Given on the command line.
  [[nodiscard]] bool has_flag(Opt opt) const { return flags_.contains(opt); }
  [[nodiscard]] const Environment& environment() const { return environment_; }

  // Each refuses a value that breaks the rule of its kind; none: not given.

  /// A flag, or a variable with 1, true, yes, on or 0, false, no, off.
  [[nodiscard]] Expected<bool> is_on(Opt opt) const;
  [[nodiscard]] Expected<std::optional<Duration>> duration(Opt opt) const;
  [[nodiscard]] Expected<std::optional<wire::Address>> address(Opt opt) const;
  /// Items with commas between them, none of them empty.
  [[nodiscard]] Expected<std::vector<std::string>> list(Opt opt) const;
  /// One of the option's `words`.
  [[nodiscard]] Expected<std::optional<std::string>> word(Opt opt) const;
  /// 0 to 65535; the default is 4001.
  [[nodiscard]] Expected<std::uint16_t> port() const;

  /// The data directory: as given, else by the rules of the base directories (SURFACE section 4).
  [[nodiscard]] Expected<Sourced> data_directory() const;
  /// The node that a client command asks: as given, else localhost and the port.
  [[nodiscard]] Expected<std::string> node_to_ask() const;

 private:
  Flags flags_;
  Environment environment_;
};

/// The number that is all of `text`, without a plus sign; none: it is none, or out of range.
[[nodiscard]] std::optional<int> whole_number(std::string_view text, int min, int max);

/// The refusal of a value: "DUCK_PORT: "x" is no port ...".
[[nodiscard]] Refusal bad_value(const Sourced& value, std::string_view rule);

}  // namespace duckduckgoose::cli

#pragma once

#include <string>
#include <string_view>

/// Bytes and words at the edge: what nodes say to each other and what people read.
namespace duckduckgoose::wire {

/// Why bytes or words from outside were refused: one sentence that names what, which value and the
/// rule.
struct WireError {
  std::string reason{};
  bool operator==(const WireError&) const = default;
};

/// A refused value as an error shows it: in double quotes, cut short, without control characters.
[[nodiscard]] std::string quoted(std::string_view value);

}  // namespace duckduckgoose::wire

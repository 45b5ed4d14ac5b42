#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "wire/error.hpp"

namespace duckduckgoose::wire {

/// Where a node listens: a name or a numeric address, and a port. An IPv6 host is kept without
/// brackets.
struct Address {
  std::string host{};
  std::uint16_t port = 0;
  auto operator<=>(const Address&) const = default;
};

/// Reads "localhost:4001", "10.0.0.7:4001" or "[::1]:4001".
[[nodiscard]] std::expected<Address, WireError> parse_address(std::string_view text);

/// Reads "a:4001,b:4001,c:4001", the form of DUCK_JOIN: no blanks, nothing twice, at most
/// `addresses_max`.
[[nodiscard]] std::expected<std::vector<Address>, WireError> parse_addresses(std::string_view text);

/// A port to be reached at: 1 to 65535.
[[nodiscard]] std::expected<std::uint16_t, WireError> parse_port(std::string_view text);

/// The form of parse_address().
[[nodiscard]] std::string to_text(const Address& address);

}  // namespace duckduckgoose::wire

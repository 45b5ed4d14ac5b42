#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace duckduckgoose::net {

/// Where something listens. The host is a name or a numeric address without brackets.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};

/// Reads "localhost:4001", "10.0.0.7:4001" or "[::1]:4001".
/// Errors: one sentence with the text and the rule that it breaks.
[[nodiscard]] std::expected<HostPort, std::string> parse_address(std::string_view text);

/// The text that parse_address() reads.
[[nodiscard]] std::string to_string(const HostPort& address);

/// A numeric IPv4 or IPv6 address, without brackets.
[[nodiscard]] bool is_ip_literal(std::string_view host);

/// Only this machine can reach it: `localhost` (RFC 6761), 127.0.0.0/8, ::1, or these mapped into IPv6.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace duckduckgoose::net

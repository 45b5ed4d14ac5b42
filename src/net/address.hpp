#pragma once

#include <string_view>

/// What a host is, by its text alone. Addresses with a port are wire::Address.
namespace duckduckgoose::net {

/// A numeric IPv4 or IPv6 address, without brackets.
[[nodiscard]] bool is_ip_literal(std::string_view host);

/// Nothing but a lookup tells where it is: it is neither numeric nor `localhost`.
[[nodiscard]] bool is_name(std::string_view host);

/// Not one address but all of this machine: 0.0.0.0 or ::, in any spelling.
[[nodiscard]] bool is_everywhere(std::string_view host);

/// Only this machine can reach it: `localhost` (RFC 6761), 127.0.0.0/8, ::1, or these mapped into
/// IPv6.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace duckduckgoose::net

#include "wire/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

#include "wire/limits.hpp"

namespace duckduckgoose::wire {

namespace {

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

/// RFC 4291 text, with the zone of a link-local address if there is one (RFC 4007).
bool is_v6(std::string_view host) {
  const auto mark = host.find('%');
  const std::string numeric{host.substr(0, mark)};
  in6_addr parsed{};
  if (numeric.find('\0') != std::string::npos ||
      inet_pton(AF_INET6, numeric.c_str(), &parsed) != 1) {
    return false;
  }
  if (mark == std::string_view::npos) return true;
  const std::string_view zone = host.substr(mark + 1);
  return !zone.empty() && zone.size() < host_bytes_max && std::ranges::all_of(zone, is_host_char);
}

std::unexpected<WireError> refused(std::string_view text, std::string_view rule) {
  return std::unexpected(WireError{quoted(text) + " is no address: " + std::string{rule}});
}

}  // namespace

std::expected<std::uint16_t, WireError> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, port);
  if (failure != std::errc{} || rest != end || port == 0 || text.starts_with('0')) {
    return std::unexpected(WireError{quoted(text) + " is no port: a whole number from 1 to 65535"});
  }
  return port;
}

std::expected<Address, WireError> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  if (colon == std::string_view::npos || (bracketed && text.back() == ']')) {
    return refused(text, "it has no port; write HOST:PORT, as in localhost:4001");
  }
  std::string_view host = text.substr(0, colon);
  if (bracketed) {
    if (!host.ends_with(']')) return refused(text, "']' is missing before the port");
    host = host.substr(1, host.size() - 2);
    if (host.size() > host_bytes_max || !is_v6(host))
      return refused(text, "between '[' and ']' stands an IPv6 address");
  } else if (host.find(':') != std::string_view::npos) {
    return refused(text, "an IPv6 address stands in brackets, as in [::1]:4001");
  } else if (host.empty() || host.size() > host_bytes_max ||
             !std::ranges::all_of(host, is_host_char)) {
    return refused(text, "a host is 1 to 253 letters, digits, '.', '_' or '-'");
  }
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return refused(text, port.error().reason);
  return Address{std::string{host}, *port};
}

std::expected<std::vector<Address>, WireError> parse_addresses(std::string_view text) {
  std::vector<Address> addresses;
  while (true) {
    const auto comma = text.find(',');
    const std::string_view item = text.substr(0, comma);
    auto address = parse_address(item);
    if (!address) return std::unexpected(address.error());
    if (std::ranges::find(addresses, *address) != addresses.end()) {
      return std::unexpected(WireError{quoted(item) + " stands twice in the list of addresses"});
    }
    if (addresses.size() == addresses_max) {
      return std::unexpected(WireError{"a list of addresses has at most " +
                                       std::to_string(addresses_max) + " of them"});
    }
    addresses.push_back(std::move(*address));
    if (comma == std::string_view::npos) return addresses;
    text.remove_prefix(comma + 1);
  }
}

std::string to_text(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace duckduckgoose::wire

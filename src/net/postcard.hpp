#pragma once

#include <span>
#include <string>
#include <vector>

#include "wire/address.hpp"

/// What somebody sends who speaks neither HTTP nor WebSocket, and resolves no name: bytes, finished
/// beforehand.
namespace duckduckgoose::net {

/// An upgrade of /peer with these text frames right behind it (RFC 6455 4.1, 5.1), all that has to
/// be written to a connection. The masks are zero: what they protect are proxies, from scripts in
/// browsers.
[[nodiscard]] std::string postcard(std::span<const std::string> frames);

/// As far as no lookup is needed, each sockaddr of the address, as connect(2) takes it: of
/// `localhost` two, of a name none.
[[nodiscard]] std::vector<std::string> sockaddrs_of(const wire::Address& address);

}  // namespace duckduckgoose::net

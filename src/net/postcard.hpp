#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What somebody sends who speaks neither HTTP nor WebSocket, and resolves no name: bytes, finished
/// beforehand.
namespace duckduckgoose::net {

/// An upgrade of /peer with these text frames right behind it (RFC 6455 4.1, 5.1), all that has to
/// be written to a connection. The masks are zero: what they protect are proxies, from scripts in
/// browsers.
[[nodiscard]] std::string postcard(std::span<const std::string> frames);

/// A sockaddr, as connect(2) takes it, of a numeric address ("127.0.0.1:41234", "[::1]:41234") with
/// another port. None: not numeric.
[[nodiscard]] std::optional<std::string> sockaddr_of(std::string_view numeric, std::uint16_t port);

}  // namespace duckduckgoose::net

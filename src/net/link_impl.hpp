#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>

#include "net/link.hpp"
#include "net/loop_impl.hpp"

/// Private to src/net: how a socket becomes a link.
namespace duckduckgoose::net {

/// The longest request that accept_link() takes: what a Beast WebSocket stream reads at once.
inline constexpr std::size_t upgrade_bytes_max = 1536;

/// Answers the upgrade. `request`: its bytes, and those that came after it. `done` is not called if
/// that fails.
void accept_link(Loop& loop, Socket socket, std::string remote, const std::string& request,
                 const LinkLimits& limits, std::function<void(Link)> done);

/// Asks for the upgrade at /peer of `host` (a Host field). The error is one sentence without a
/// subject: "answered 421 to the upgrade".
void dial_link(Loop& loop, Socket socket, std::string remote, const std::string& host,
               const LinkLimits& limits,
               std::function<void(std::expected<Link, std::string>)> done);

}  // namespace duckduckgoose::net

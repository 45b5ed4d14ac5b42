#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <string>

#include "os/descriptor.hpp"

/// The few things that the demo wants of TCP on loopback.
namespace duckduckgoose::cli::demo {

/// Listens on 127.0.0.1 at any free port; does not block. Error: the call that failed and why.
[[nodiscard]] std::expected<Descriptor, std::string> listen_anywhere();

/// The port of a socket on this side, or on the other; 0 if it has none.
[[nodiscard]] std::uint16_t port_of(const Descriptor& socket);
[[nodiscard]] std::uint16_t peer_port_of(const Descriptor& socket);

/// Begins to connect to 127.0.0.1:`port`; does not block. None open: it failed at once.
[[nodiscard]] Descriptor begin_connect(std::uint16_t port);

/// A port that is free on every loopback address. Somebody else may take it before it is used.
[[nodiscard]] std::expected<std::uint16_t, std::string> free_port();

/// The socket that is bound to 127.0.0.1:`local` and connected to 127.0.0.1:`remote`, as links in
/// /proc/PID/fd name it: "socket:[INODE]". Empty: there is none. Source: sock_diag(7), proc(5).
[[nodiscard]] std::string socket_between(std::uint16_t local, std::uint16_t remote);

/// Whether the process has a descriptor of the file `wanted`. Source: proc(5), /proc/PID/fd.
[[nodiscard]] bool has_open(pid_t process, const std::string& wanted);

/// "CALL: why it failed", after errno.
[[nodiscard]] std::string last_error(const std::string& call);

}  // namespace duckduckgoose::cli::demo

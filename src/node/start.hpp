#pragma once

#include <expected>
#include <optional>
#include <string>

#include "membership/founding.hpp"
#include "net/server.hpp"
#include "node/node.hpp"
#include "store/directory.hpp"

/// What has to be in order before a node begins.
namespace duckduckgoose::node {

/// The exit codes of a start that fails (SURFACE section 4).
namespace exit_code {
inline constexpr int stopped = 0;
inline constexpr int in_use = 73;     ///< The data directory, or the port.
inline constexpr int disk = 74;       ///< The disk refused, or the record is not what was written.
inline constexpr int try_again = 75;  ///< Something is short now.
inline constexpr int configuration = 78;  ///< The settings cannot be followed.
}  // namespace exit_code

[[nodiscard]] Failure failure_of(const store::StoreError& error);
[[nodiscard]] Failure failure_of(const net::ListenError& error);

/// It can be reached from this machine only.
[[nodiscard]] bool is_loopback_only(const Settings& settings);

/// Beyond loopback neither secrets nor certificates exist yet, so nobody is let in without being
/// told.
[[nodiscard]] std::expected<void, Failure> check(const Settings& settings);

/// The settings say where others reach this node.
[[nodiscard]] bool is_reachable_at(const Settings& settings);
/// They do not, and nothing else says it either.
[[nodiscard]] Failure unreachable_everywhere(const Settings& settings, std::uint16_t port);

/// The slot that it has recognised as itself once, if it is still one of --join.
[[nodiscard]] std::optional<std::string> slot_of(const Record& record, const Settings& settings);

/// Where this node wants to be reached, listening at `port`. Of a fresh node that founds with
/// others it may be no more than where it listens, until it has recognised itself among them.
[[nodiscard]] std::expected<std::string, Failure> own_address(const Settings& settings,
                                                              std::uint16_t port,
                                                              const Record& record);

/// The record of the directory, or that of a new node. Nothing is saved.
[[nodiscard]] std::expected<Record, Failure> load_or_make(store::Directory& directory,
                                                          const Settings& settings);

/// What the goose runs has to be dead before its lease ends. Only who founds alone chooses the
/// promise; all others have a grace of no more than their cluster's promise allows.
[[nodiscard]] std::expected<void, Failure> check_grace(const Settings& settings,
                                                       const Record& record);

/// The warning of a --grace that the promise does not allow; none: it does.
[[nodiscard]] std::optional<std::string> why_grace_is_cut(const Settings& settings,
                                                          Duration promise);

[[nodiscard]] membership::Start start_of(const Settings& settings, bool init);

}  // namespace duckduckgoose::node

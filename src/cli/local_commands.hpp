#pragma once

#include <string>

#include "cli/command.hpp"
#include "store/error.hpp"

namespace duckduckgoose::cli {

// The commands that need no running node.

/// What a directory refuses, with its exit code.
[[nodiscard]] std::unexpected<Refusal> refused(const store::StoreError& error);

/// False: there is no such path, so that whoever only looks for a record must not open it, which
/// makes it.
[[nodiscard]] bool may_exist(const std::string& path);

/// Is a node until it is told to stop, or cannot go on.
[[nodiscard]] Expected<Exit> run_node(const Call& call);
/// Founds a cluster of one in the data directory.
[[nodiscard]] Expected<Exit> run_init(const Call& call);
/// Moves the record aside. 73 while a node runs there.
[[nodiscard]] Expected<Exit> run_reset(const Call& call);
/// Prints the record. 1: there is none; 74: it is damaged.
[[nodiscard]] Expected<Exit> run_record(const Call& call);
[[nodiscard]] Expected<Exit> run_version(const Call& call);
[[nodiscard]] Expected<Exit> run_completion(const Call& call);

}  // namespace duckduckgoose::cli

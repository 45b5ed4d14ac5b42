#pragma once

#include "cli/command.hpp"

namespace duckduckgoose::cli {

// The commands that ask a running node. Exit codes as ask(), and what each adds.

/// Prints the node's status. With --quiet the exit code says it: 0 goose, 1 duck.
[[nodiscard]] Expected<Exit> run_status(const Call& call);
/// Returns once there is a goose; 75 if there is none in time, 69 if nobody answered all the while.
[[nodiscard]] Expected<Exit> run_wait(const Call& call);
/// Prints every node of the cluster.
[[nodiscard]] Expected<Exit> run_members(const Call& call);

// 75: accepted, but not in force yet.

[[nodiscard]] Expected<Exit> run_remove(const Call& call);
[[nodiscard]] Expected<Exit> run_handover(const Call& call);
[[nodiscard]] Expected<Exit> run_leave(const Call& call);
[[nodiscard]] Expected<Exit> run_set(const Call& call);

}  // namespace duckduckgoose::cli

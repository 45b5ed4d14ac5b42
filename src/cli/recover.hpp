#pragma once

#include "cli/command.hpp"

namespace duckduckgoose::cli {

/// Makes the node of a data directory a cluster of its own, when the majority of its cluster is
/// lost. 73 while it runs; 74 the record is damaged; 78 the cluster is not lost, or this node
/// cannot lead; 2 not confirmed.
[[nodiscard]] Expected<Exit> run_recover(const Call& call);

}  // namespace duckduckgoose::cli

#pragma once

#include "cli/command.hpp"

namespace duckduckgoose::cli {

/// A cluster of real processes in a temporary folder, shown while it lives. Leaves nothing behind.
[[nodiscard]] Expected<Exit> run_demo(const Call& call);

}  // namespace duckduckgoose::cli

#pragma once

#include <string>

#include "cli/command.hpp"

namespace duckduckgoose::cli {

/// All that `--help` prints. For be-a-node also the list of commands and the exit codes.
[[nodiscard]] std::string help_text(const Command& command);

}  // namespace duckduckgoose::cli

#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/refusal.hpp"

namespace duckduckgoose::cli {

/// Understands a command line, without the program's name.
/// Errors: exit code 2 with what is wrong, what may have been meant, and where to read on.
[[nodiscard]] Expected<Call> parse(const std::vector<std::string>& words,
                                   const Environment& environment);

}  // namespace duckduckgoose::cli

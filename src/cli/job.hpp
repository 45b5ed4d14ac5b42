#pragma once

#include <optional>

#include "cli/command.hpp"
#include "cli/refusal.hpp"
#include "node/settings.hpp"

namespace duckduckgoose::cli {

/// From the program and the options of a call; none: nothing is to be run.
/// Errors: 126, 127 as a shell has it; 2 for a value that breaks the rule of its kind; 78 for a
/// containment that cannot be had here.
[[nodiscard]] Expected<std::optional<node::JobSettings>> job_in(const Call& call);

/// Something is to be run.
[[nodiscard]] bool wants_job(const Call& call);

/// Refuses a program that could not be run now, as a shell does: 126, 127.
[[nodiscard]] Expected<void> check_program(const std::string& word);

/// As --contain wishes. Error: 78, it cannot be had here.
[[nodiscard]] Expected<os::Containment> containment_in(const Values& values);

/// Why there is no job without a keeper.
[[nodiscard]] Refusal needs_keeper();

}  // namespace duckduckgoose::cli

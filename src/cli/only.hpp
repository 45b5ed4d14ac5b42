#pragma once

#include "cli/command.hpp"

namespace duckduckgoose::cli {

/// `duckduckgoose only`: runs a program under a hold that is renewed, if the node asked is the
/// goose.
[[nodiscard]] Expected<Exit> run_only(const Call& call);

}  // namespace duckduckgoose::cli

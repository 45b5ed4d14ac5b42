#pragma once

#include "cli/refusal.hpp"
#include "cli/values.hpp"
#include "node/settings.hpp"

namespace duckduckgoose::cli {

/// What a node is to be, from all options of node_options(), each with its source.
/// Errors: 2 for a value that breaks the rule of its kind; 78 if there is no place for the data.
[[nodiscard]] Expected<node::Settings> node_settings(const Values& values);

}  // namespace duckduckgoose::cli

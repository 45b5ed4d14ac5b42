#pragma once

#include <source_location>

namespace duckduckgoose {

/// Ends the program when `holds` is false: a broken invariant is a bug, and a node that goes on
/// after a bug might lead. Kept on in release builds. Prints file, line and function on stderr,
/// then aborts.
void ensure(bool holds, std::source_location where = std::source_location::current());

}  // namespace duckduckgoose

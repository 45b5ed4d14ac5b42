#pragma once

#include <cstddef>

/// How many files, sockets among them, this process may have open. Source: getrlimit(2).
namespace duckduckgoose::os {

/// As the limit is now.
[[nodiscard]] std::size_t open_files_max();

/// Raises the limit to `wanted`, or as far as this user may. A shell gives 1024 to its children for
/// the sake of select(2), which is not used here.
void allow_open_files(std::size_t wanted);

}  // namespace duckduckgoose::os

#pragma once

#include <string>

#include "store/error.hpp"
#include "store/files.hpp"

namespace duckduckgoose::store {

/// Absolute, without "." and "..", and without a "/" at its end.
[[nodiscard]] std::string absolute(const std::string& path);

/// Opens the directory, and makes it with its parents if need be, each synced before the next is
/// made in it.
[[nodiscard]] Expected<OpenFile> open_or_make(Files& files, const std::string& path);

/// Locks the open directory and its lock file, and writes the process id into the file. The first
/// lock lasts as long as the directory is open, the second as long as the result.
/// Errors: `in_use` with the process that has it; `disk`.
[[nodiscard]] Expected<OpenFile> take_lock(Files& files, Handle directory, const std::string& path);

}  // namespace duckduckgoose::store

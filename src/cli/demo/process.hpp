#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <vector>

namespace duckduckgoose::cli::demo {

/// Starts this same program with other words, in a process group of its own, with no input, and
/// with what it says in the file `log`. It gets none of our DUCK_* variables. The kernel kills it
/// when the calling thread ends. Error: the call that failed and why.
[[nodiscard]] std::expected<pid_t, std::string> start_ourselves(
    const std::vector<std::string>& words, const std::string& log);

/// The first child of a process, as soon as it has one: a keeper's node. 0: it has none within a
/// second, or has ended itself.
[[nodiscard]] pid_t child_of(pid_t parent);

}  // namespace duckduckgoose::cli::demo

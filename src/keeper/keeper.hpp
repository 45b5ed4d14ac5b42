#pragma once

#include <functional>
#include <optional>

#include "os/job.hpp"

/// The process that watches a node: the system calls for what guard::Guard decides. DESIGN.md,
/// section 9. It has no threads, resolves no name and speaks no protocol.
namespace duckduckgoose::keeper {

/// Becomes the keeper of a node, which runs in a child process: `be_node` gets its end of the line
/// to the keeper, and what it returns is the child's exit code. Returns, in the parent only, when
/// the node is dead, with all of the job, and its death has been told: with the exit code of the
/// node, or 128 and its signal.
///
/// `job`: what the node may want to be started while it is goose. SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2
/// and SIGWINCH go on to its command, where it has one.
///
/// To be called before any thread is started. SIGINT, SIGTERM, SIGHUP and SIGQUIT stop the node;
/// a SIGINT after one of these kills it. Error: 71 if the operating system refuses a process or a
/// descriptor, after one sentence on standard error.
[[nodiscard]] int keep(std::optional<os::Job> job, const std::function<int(int line)>& be_node);

}  // namespace duckduckgoose::keeper

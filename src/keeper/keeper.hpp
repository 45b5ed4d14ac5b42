#pragma once

#include <functional>

/// The process that watches a node: the system calls for what guard::Guard decides. DESIGN.md,
/// section 9. It has no threads, resolves no name and speaks no protocol.
namespace duckduckgoose::keeper {

/// Becomes the keeper of a node, which runs in a child process: `be_node` gets its end of the line
/// to the keeper, and what it returns is the child's exit code. Returns, in the parent only, when
/// the node is dead and its death has been told: with the exit code of the node, or 128 and its
/// signal.
///
/// To be called before any thread is started. SIGINT, SIGTERM, SIGHUP and SIGQUIT stop the node;
/// a SIGINT after one of these kills it. Error: 71 if the operating system refuses a process or a
/// descriptor, after one sentence on standard error.
[[nodiscard]] int keep(const std::function<int(int line)>& be_node);

}  // namespace duckduckgoose::keeper

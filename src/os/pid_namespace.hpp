#pragma once

#include <sys/types.h>

#include <csignal>
#include <expected>
#include <functional>
#include <string>

#include "os/program.hpp"

/// A world of processes of its own, which ends with its first process: when that dies, the kernel
/// kills all others in it, and only then says that it is dead. It dies with whoever has started
/// it. Source: pid_namespaces(7), prctl(2) PR_SET_PDEATHSIG.
namespace duckduckgoose::os {

/// Whether one can be made here. Error: why not.
[[nodiscard]] std::expected<void, std::string> try_pid_namespace();

/// Starts the program in one of its own, as the child of its first process. SIGHUP, SIGINT,
/// SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2 and SIGWINCH to that process go on to the program. It ends
/// when the program does, with its exit code, or 128 and its signal. `may_start` is asked there,
/// before the program. Error: the call that failed.
[[nodiscard]] std::expected<pid_t, std::string> start_in_pid_namespace(
    const Program& program, const sigset_t& mask, const std::function<bool()>& may_start);

}  // namespace duckduckgoose::os

#pragma once

#include <sys/types.h>

#include <array>
#include <csignal>
#include <expected>
#include <string>
#include <vector>

namespace duckduckgoose::os {

/// What is to be run: words as they are given, without a shell between.
struct Program {
  std::vector<std::string> words;        ///< The first one is looked up in PATH.
  std::vector<std::string> environment;  ///< "NAME=value" each; nothing else is passed on.
  bool keeps_descriptors = true;         ///< Those above 2 that are not close-on-exec.
};

/// What a shell says of a program that it cannot start.
inline constexpr int exit_not_executable = 126;
inline constexpr int exit_not_found = 127;
inline constexpr int exit_signalled = 128;  ///< Plus the number of the signal.

/// What a shell makes of what waitpid(2) says of a process that has ended.
[[nodiscard]] int exit_code_of(int status);

/// Signals to whoever runs a program that are meant for the program.
inline constexpr std::array passed_on{SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

/// The words that have a shell run `text`.
[[nodiscard]] std::vector<std::string> by_shell(const std::string& text);

/// Why `word` cannot be run now, as a sentence, and the exit code of a shell for that.
struct CannotRun {
  int exit_code = exit_not_found;
  std::string sentence;
};
[[nodiscard]] std::expected<void, CannotRun> check_program(const std::string& word);

/// "name=value" instead of the entry of that name.
void set_variable(std::vector<std::string>& entries, const std::string& name,
                  const std::string& value);

/// The environment of this process, without what is meant for it alone: its secrets, and the
/// channels to a service manager. `more` is added, and stands for what has the same name.
[[nodiscard]] std::vector<std::string> environment_with(const std::vector<std::string>& more);

/// As exec(3) takes them: with a null at the end. They point into `words`.
[[nodiscard]] std::vector<char*> pointers_to(const std::vector<std::string>& words);

/// SIGTERM to a program that was started, and to its process group. The group may have been left by
/// its first process, which is to end all the same.
void terminate(pid_t program);

/// To be called in a new process: becomes the program, in a process group of its own, with nothing
/// on standard input, and with signals as a program expects them. `mask`: those that are blocked.
/// Never returns: a program that cannot be run is told about on standard error.
[[noreturn]] void become(const Program& program, const sigset_t& mask);

/// "CALL failed: why", after errno.
[[nodiscard]] std::string last_error(const std::string& call);

/// One line on standard error, in one write: also from a process that is about to become another.
void say(const std::string& sentence);

}  // namespace duckduckgoose::os

#include "os/program.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace duckduckgoose::os {
namespace {

std::string_view name_in(std::string_view entry) { return entry.substr(0, entry.find('=')); }

bool is_ours_alone(std::string_view name) {
  constexpr std::array<std::string_view, 6> channels{"NOTIFY_SOCKET", "WATCHDOG_USEC",
                                                     "WATCHDOG_PID",  "LISTEN_FDS",
                                                     "LISTEN_PID",    "LISTEN_FDNAMES"};
  return name.starts_with("DUCK_SECRET") || std::ranges::find(channels, name) != channels.end();
}

bool is_folder(const std::string& path) {
  struct stat here {};
  return stat(path.c_str(), &here) == 0 && S_ISDIR(here.st_mode);
}

/// As execvpe(3) looks it up.
std::vector<std::string> candidates(const std::string& word) {
  if (word.find('/') != std::string::npos) return {word};
  const char* const path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  std::string_view rest{path != nullptr ? path : "/bin:/usr/bin"};
  std::vector<std::string> found;
  for (;;) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string folder{rest.substr(0, end)};
    found.push_back((folder.empty() ? "." : folder) + "/" + word);
    if (end == rest.size()) return found;
    rest.remove_prefix(end + 1);
  }
}

/// Those that this program changes for itself: an ignored signal would stay ignored.
void restore_signals(const sigset_t& mask) {
  for (const int it : {SIGPIPE, SIGXFSZ, SIGCHLD, SIGTSTP, SIGTTOU}) std::signal(it, SIG_DFL);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

}  // namespace

std::string last_error(const std::string& call) {
  return call + " failed: " + std::generic_category().message(errno);
}

void say(const std::string& sentence) {
  const std::string line = "duckduckgoose: " + sentence + "\n";
  static_cast<void>(write(STDERR_FILENO, line.data(), line.size()));
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : exit_signalled + WTERMSIG(status);
}

std::vector<std::string> by_shell(const std::string& text) { return {"/bin/sh", "-c", text}; }

std::expected<void, CannotRun> check_program(const std::string& word) {
  const bool is_path = word.find('/') != std::string::npos;
  if (is_path && is_folder(word)) {
    return std::unexpected(CannotRun{exit_not_executable, "\"" + word + "\" is a directory"});
  }
  bool is_there = false;
  for (const std::string& path : candidates(word)) {
    if (is_folder(path)) continue;
    if (access(path.c_str(), X_OK) == 0) return {};
    is_there = is_there || access(path.c_str(), F_OK) == 0;
  }
  if (is_there) {
    return std::unexpected(CannotRun{exit_not_executable, "\"" + word + "\" is not executable"});
  }
  return std::unexpected(CannotRun{
      exit_not_found, "there is no program \"" + word + "\"" + (is_path ? "" : " in PATH")});
}

std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view name = name_in(*entry);
    const bool is_replaced =
        std::ranges::find(more, name, [](const auto& it) { return name_in(it); }) != more.end();
    if (!is_ours_alone(name) && !is_replaced) all.emplace_back(*entry);
  }
  return all;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) {
    pointers.push_back(const_cast<char*>(word.c_str()));  // NOLINT(*-const-cast): as exec(3) has it
  }
  pointers.push_back(nullptr);
  return pointers;
}

void set_variable(std::vector<std::string>& entries, const std::string& name,
                  const std::string& value) {
  std::erase_if(entries, [&name](const std::string& it) { return name_in(it) == name; });
  entries.push_back(name + "=" + value);
}

void terminate(pid_t program) {
  if (kill(-program, SIGTERM) != 0) kill(program, SIGTERM);
}

void become(const Program& program, const sigset_t& mask) {
  setpgid(0, 0);
  restore_signals(mask);
  if (const int nothing = open("/dev/null", O_RDONLY); nothing > STDIN_FILENO) {
    dup2(nothing, STDIN_FILENO);
    close(nothing);
  }
  if (!program.keeps_descriptors) close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  const std::vector<char*> words = pointers_to(program.words);
  const std::vector<char*> variables = pointers_to(program.environment);
  execvpe(words.front(), words.data(), variables.data());
  const int exit_code = errno == ENOENT ? exit_not_found : exit_not_executable;
  say(last_error("to run \"" + program.words.front() + "\""));
  _exit(exit_code);
}

}  // namespace duckduckgoose::os

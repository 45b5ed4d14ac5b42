#include "cli/demo/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "cli/demo/sockets.hpp"
#include "os/descriptor.hpp"
#include "os/processes.hpp"
#include "os/program.hpp"

namespace duckduckgoose::cli::demo {
namespace {

constexpr const char* ourselves = "/proc/self/exe";

/// The environment without settings meant for us, and without the wish for another data directory.
std::vector<std::string> environment_for_node() {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (!text.starts_with("DUCK_") && !text.starts_with("STATE_DIRECTORY=")) {
      variables.emplace_back(text);
    }
  }
  return variables;
}

}  // namespace

std::expected<pid_t, std::string> start_ourselves(const std::vector<std::string>& words,
                                                  const std::string& log) {
  std::vector<std::string> all{"duckduckgoose"};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<std::string> variables = environment_for_node();
  const std::vector<char*> argv = os::pointers_to(all);
  const std::vector<char*> envp = os::pointers_to(variables);
  const Descriptor nothing{open("/dev/null", O_RDWR | O_CLOEXEC)};
  const Descriptor file{open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  if (!nothing.is_open()) return std::unexpected(last_error("open /dev/null"));
  if (!file.is_open()) return std::unexpected(last_error("open " + log));

  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return std::unexpected(last_error("fork"));
  if (child > 0) return child;

  // From here on only what is safe after fork() in a process with threads.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(os::exit_not_found);  // it died before it could be watched
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  dup2(nothing.get(), STDIN_FILENO);
  dup2(nothing.get(), STDOUT_FILENO);
  dup2(file.get(), STDERR_FILENO);
  execve(ourselves, argv.data(), envp.data());
  _exit(os::exit_not_found);
}

pid_t child_of(pid_t parent) {
  constexpr int looks_max = 1000;
  for (int look = 0; look < looks_max; ++look) {
    const auto children = os::children_of(parent);
    if (!children.empty()) return children.front();
    if (kill(parent, 0) != 0) return 0;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return 0;
}

}  // namespace duckduckgoose::cli::demo

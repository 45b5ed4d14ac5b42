#include "os/pid_namespace.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "os/descriptor.hpp"
#include "os/processes.hpp"

namespace duckduckgoose::os {
namespace {

/// In a user namespace everybody else is nobody; we stay who we are.
bool stay_who_we_are(uid_t user, gid_t group) {
  const std::string users = std::to_string(user) + " " + std::to_string(user) + " 1";
  const std::string groups = std::to_string(group) + " " + std::to_string(group) + " 1";
  return write_to("/proc/self/setgroups", "deny") && write_to("/proc/self/uid_map", users) &&
         write_to("/proc/self/gid_map", groups);
}

/// /proc has to show the processes of this namespace, and only to those in it.
bool mount_proc() {
  return mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 &&
         mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
}

/// As fork(), into the new namespaces. In the child: true if they are in order.
struct Forked {
  pid_t id = -1;
  bool is_ready = false;
};
Forked fork_into_namespace() {
  const bool may_already = geteuid() == 0;
  const uid_t user = geteuid();
  const gid_t group = getegid();
  const unsigned long flags = static_cast<unsigned long>(CLONE_NEWPID) | CLONE_NEWNS |
                              (may_already ? 0U : static_cast<unsigned long>(CLONE_NEWUSER));
  Forked forked;
  forked.id = static_cast<pid_t>(syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, 0));
  if (forked.id != 0) return forked;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  forked.is_ready = (may_already || stay_who_we_are(user, group)) && mount_proc();
  return forked;
}

/// The first process of the namespace: passes signals on, buries the dead, ends with the program.
[[noreturn]] void be_first(pid_t program, const sigset_t& awaited) {
  close_range(STDERR_FILENO + 1, ~0U, 0);  // what is open here would look open elsewhere for ever
  prctl(PR_SET_NAME, "ddg-init");
  for (;;) {
    int signal = 0;
    if (sigwait(&awaited, &signal) != 0) continue;
    if (signal != SIGCHLD) {
      kill(signal == SIGTERM ? -program : program, signal);
      continue;
    }
    int status = 0;
    for (pid_t dead = 0; (dead = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (dead != program) continue;
      _exit(exit_code_of(status));
    }
  }
}

}  // namespace

std::expected<void, std::string> try_pid_namespace() {
  const Forked forked = fork_into_namespace();
  if (forked.id == 0) _exit(forked.is_ready ? EXIT_SUCCESS : errno);
  if (forked.id < 0) return std::unexpected(last_error("clone with CLONE_NEWPID"));
  int status = 0;
  while (waitpid(forked.id, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) return {};
  errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
  return std::unexpected(last_error("to mount /proc in a PID namespace"));
}

std::expected<pid_t, std::string> start_in_pid_namespace(const Program& program,
                                                         const sigset_t& mask,
                                                         const std::function<bool()>& may_start) {
  const Descriptor starter{static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0))};
  if (!starter.is_open()) return std::unexpected(last_error("pidfd_open"));
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  for (const int signal : passed_on) sigaddset(&awaited, signal);
  const Forked forked = fork_into_namespace();
  if (forked.id < 0) return std::unexpected(last_error("clone with CLONE_NEWPID"));
  if (forked.id > 0) {
    setpgid(forked.id, forked.id);  // Ctrl-C is not for it
    return forked.id;
  }

  setpgid(0, 0);
  std::signal(SIGCHLD, SIG_DFL);
  pthread_sigmask(SIG_SETMASK, &awaited, nullptr);
  // It may have died before it could be watched.
  pollfd death{.fd = starter.get(), .events = POLLIN, .revents = 0};
  const bool is_orphan = poll(&death, 1, 0) != 0;
  if (!forked.is_ready || is_orphan || !may_start()) _exit(exit_not_executable);
  const pid_t inner = fork();
  if (inner == 0) become(program, mask);
  if (inner < 0) _exit(exit_not_executable);
  setpgid(inner, inner);
  be_first(inner, awaited);
}

}  // namespace duckduckgoose::os

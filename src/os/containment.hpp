#pragma once

#include <sys/types.h>

#include <atomic>
#include <csignal>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/cgroup.hpp"
#include "os/processes.hpp"
#include "os/program.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::os {

/// How sure it is that nothing which was started survives (SURFACE section 5). The best one last.
enum class Level {
  sweep,   ///< Descendants are killed until none is left.
  pid1,    ///< The same, and the kernel kills all when we die: we are the first process.
  cgroup,  ///< One call kills all that is in a control group.
  pidns,   ///< The kernel kills all when we die, whoever else dies with us.
};
[[nodiscard]] std::string_view to_text(Level level);
[[nodiscard]] std::optional<Level> parse_level(std::string_view word);

/// Whatever is started in it can be found and killed, with all that it has started in its turn. One
/// process starts; when that is dead or does not answer its child can kill as well.
class Containment {
 public:
  /// `wanted`, or the best of cgroup, pid1 and sweep. `run_id`: marks in the environment of all
  /// that is started (DUCK_RUN_ID) whose it is. Error: why `wanted` cannot be had here.
  [[nodiscard]] static std::expected<Containment, std::string> choose(std::optional<Level> wanted,
                                                                      std::string run_id);

  [[nodiscard]] Level level() const { return level_; }

  /// Who chose it, as its child sees that: 0 once that is dead, and somebody else the parent.
  [[nodiscard]] pid_t living_chooser() const;

  /// Starts a child of the calling process, which should adopt orphans. Error: the call that
  /// failed.
  [[nodiscard]] std::expected<pid_t, std::string> start(const Program& program) const;

  /// From here on nothing that `starter` starts becomes a program, whatever it has set out to do;
  /// all that it had started before is there to be killed. Known to all processes that share this
  /// containment since before they forked.
  void forbid(pid_t starter) const;
  void permit_all() const;

  /// SIGKILL to all that was started and can be seen: the children of `starter` but for `except`,
  /// who adopts what these leave behind; starter 0: it is dead, and what it started is known by its
  /// environment only, or by its group. Returns whether there was anything. To be called again
  /// until there is nothing.
  [[nodiscard]] bool kill(pid_t starter, pid_t except) const;

  /// Calls kill() until there is nothing, which is the result, or `limit` has passed. Of the
  /// caller's own children it buries all that die.
  [[nodiscard]] bool kill_all(pid_t starter, pid_t except, Duration limit) const;

  /// The same for the chooser's child, alone: the chooser is dead, or is to start nothing any more.
  [[nodiscard]] bool kill_all_as_child(Duration limit) const;

  /// Gives back what was made. When all is dead.
  void end() const;

 private:
  Containment(Level level, std::string run_id);
  [[nodiscard]] bool kill_if_ours(pid_t id, pid_t starter) const;
  [[nodiscard]] bool kill_own(pid_t except) const;
  [[nodiscard]] bool is_spared(pid_t child) const;

  Level level_;
  std::string run_id_;
  pid_t chooser_;
  std::vector<Process> spared_;  ///< Children that the chooser had before: they are not its work.
  std::optional<Cgroup> cgroup_;
  std::shared_ptr<std::atomic<pid_t>> forbidden_;  ///< In memory that is shared; 0: nobody.
  sigset_t mask_{};  ///< As it is when programs are not yet in question.
};

}  // namespace duckduckgoose::os

#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "guard/letter.hpp"
#include "os/job.hpp"

namespace duckduckgoose::keeper {

/// The processes of the job.
class Work {
 public:
  explicit Work(os::Job job) : job_{std::move(job)} {}

  [[nodiscard]] bool has_command() const { return !job_.command.empty(); }

  /// What is started from now on has these entries in its environment.
  void set_environment(std::vector<std::string> entries) { environment_ = std::move(entries); }
  void set_variable(const std::string& name, const std::string& value) {
    os::set_variable(environment_, name, value);
  }

  /// False: it cannot be started.
  [[nodiscard]] bool start(guard::Part part);
  /// SIGKILL to it and its group.
  void halt(guard::Part part) const;

  /// SIGTERM to what has been started, group by group.
  void end();
  /// To the command alone.
  void signal(int number) const;

  /// A child of this process has ended. None: it is not one of these.
  [[nodiscard]] std::optional<guard::Part> buried(pid_t child);
  [[nodiscard]] bool runs_any() const;

  /// SIGKILL to all that lives, but for `node`. True: there is nothing, and never will be. Else to
  /// be called again soon.
  [[nodiscard]] bool clear(pid_t node) const;

  void give_back() const { job_.containment.end(); }

 private:
  [[nodiscard]] std::vector<std::string> words_of(guard::Part part) const;
  [[nodiscard]] pid_t& process(guard::Part part) { return processes_.at(std::size_t(part)); }
  [[nodiscard]] pid_t process(guard::Part part) const { return processes_.at(std::size_t(part)); }

  os::Job job_;
  std::vector<std::string> environment_;
  std::array<pid_t, guard::parts> processes_{};  ///< 0: it does not run.
};

}  // namespace duckduckgoose::keeper

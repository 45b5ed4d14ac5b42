#include "os/containment.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "os/pid_namespace.hpp"

namespace duckduckgoose::os {
namespace {

struct Word {
  Level level;
  std::string_view text;
};
constexpr std::array words{Word{Level::sweep, "sweep"}, Word{Level::pid1, "pid1"},
                           Word{Level::cgroup, "cgroup"}, Word{Level::pidns, "pidns"}};

/// For the killed to be gone. Short: one that starts another and ends is not to be missed for long.
constexpr std::chrono::microseconds pause{100};

constexpr const char* mark_name = "DUCK_RUN_ID";

using Forbidden = std::atomic<pid_t>;
static_assert(Forbidden::is_always_lock_free);

/// None: there is no memory.
std::shared_ptr<Forbidden> make_forbidden() {
  void* const memory =
      mmap(nullptr, sizeof(Forbidden), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  return {std::construct_at(static_cast<Forbidden*>(memory), 0),
          [](Forbidden* it) { munmap(it, sizeof(Forbidden)); }};
}

bool is_first_process() { return getpid() == 1; }

}  // namespace

std::string_view to_text(Level level) {
  return std::ranges::find(words, level, &Word::level)->text;
}

std::optional<Level> parse_level(std::string_view word) {
  const auto* const found = std::ranges::find(words, word, &Word::text);
  return found == words.end() ? std::nullopt : std::optional{found->level};
}

Containment::Containment(Level level, std::string run_id)
    : level_{level}, run_id_{std::move(run_id)}, chooser_{getpid()} {
  for (const pid_t id : children_of(chooser_)) {
    if (const auto child = find_process(id)) spared_.push_back(*child);
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
}

std::expected<Containment, std::string> Containment::choose(std::optional<Level> wanted,
                                                            std::string run_id) {
  Containment chosen{wanted.value_or(is_first_process() ? Level::pid1 : Level::sweep),
                     std::move(run_id)};
  chosen.forbidden_ = make_forbidden();
  if (!chosen.forbidden_) return std::unexpected(last_error("mmap"));
  if (wanted == Level::pid1 && !is_first_process()) {
    return std::unexpected("this is not the first process here, but process " +
                           std::to_string(getpid()));
  }
  if (wanted == Level::pidns) {
    if (auto can = try_pid_namespace(); !can) return std::unexpected(std::move(can.error()));
  }
  if (wanted.value_or(Level::cgroup) == Level::cgroup) {
    auto group = Cgroup::make();
    if (group) {
      chosen.level_ = Level::cgroup;
      chosen.cgroup_ = *std::move(group);
    } else if (wanted) {
      return std::unexpected(std::move(group.error()));
    }
  }
  return chosen;
}

pid_t Containment::living_chooser() const { return getppid() == chooser_ ? chooser_ : 0; }

std::expected<pid_t, std::string> Containment::start(const Program& program) const {
  Program marked = program;
  set_variable(marked.environment, mark_name, run_id_);
  const pid_t starter = getpid();
  const auto may_start = [this, starter] { return *forbidden_ != starter; };
  if (level_ == Level::pidns) return start_in_pid_namespace(marked, mask_, may_start);
  const pid_t child = fork();
  if (child < 0) return std::unexpected(last_error("fork"));
  if (child > 0) {
    setpgid(child, child);  // here as well: whoever signals the group must find it
    return child;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != starter || !may_start()) _exit(exit_not_executable);
  if (cgroup_ && !cgroup_->enter()) {
    say(last_error("to enter the control group"));
    _exit(exit_not_executable);
  }
  become(marked, mask_);
}

void Containment::forbid(pid_t starter) const { *forbidden_ = starter; }

void Containment::permit_all() const { *forbidden_ = 0; }

bool Containment::is_spared(pid_t child) const {
  const auto spared = std::ranges::find(spared_, child, &Process::id);
  return spared != spared_.end() && is_still(*spared);
}

/// Of hundreds that do not want to die none has time for anything while they are killed.
bool Containment::kill_own(pid_t except) const {
  std::vector<pid_t> found = children_of(getpid());
  std::erase_if(found, [&](pid_t it) { return it == except || is_spared(it); });
  for (const pid_t it : found) ::kill(it, SIGKILL);
  return !found.empty();
}

bool Containment::kill(pid_t starter, pid_t except) const {
  const bool is_in_group = cgroup_ && !cgroup_->is_empty();
  if (is_in_group) cgroup_->kill();
  if (starter == getpid()) return kill_own(except) || is_in_group;
  bool is_any = is_in_group;
  for (const pid_t it : starter != 0 ? children_of(starter) : all_processes()) {
    if (it != except && kill_if_ours(it, starter)) is_any = true;
  }
  return is_any;
}

/// Of thousands the first dies before the last is looked at. Dead children of somebody else are not
/// ours to bury.
bool Containment::kill_if_ours(pid_t id, pid_t starter) const {
  const Descriptor held = descriptor_of(id);
  if ((!held.is_open() && errno == ESRCH) || is_spared(id)) return false;
  if (starter != 0) {
    const auto child = find_process(id);
    if (!child || child->has_ended || child->parent != starter) return false;
  } else if (!has_in_environment(id, std::string{mark_name} + "=" + run_id_)) {
    return false;
  }
  kill_process(held);
  return true;
}

bool Containment::kill_all(pid_t starter, pid_t except, Duration limit) const {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit;
  // Of all processes one that is just born may not be on the list, and one that is about to become
  // another program has no environment for a moment: so that look is taken several times.
  const int looks = starter == 0 ? 4 : 2;
  for (int in_vain = 0; in_vain < looks;) {
    in_vain = kill(starter, except) ? 0 : in_vain + 1;
    while (starter == getpid() && waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (in_vain == 0 && Clock::now() >= end) return false;
    if (in_vain < looks) std::this_thread::sleep_for(starter == 0 ? 10 * pause : pause);
  }
  return true;
}

/// The chooser may die unnoticed, and what it started then has another parent, which is not ours to
/// search.
bool Containment::kill_all_as_child(Duration limit) const {
  const pid_t chooser = living_chooser();
  if (chooser != 0) forbid(chooser);  // it may stand between hearing of a start and fork
  if (!kill_all(chooser, getpid(), limit)) return false;
  const bool died_since = chooser != 0 && living_chooser() == 0;
  return !died_since || kill_all_as_child(limit);
}

void Containment::end() const {
  if (cgroup_) cgroup_->remove();
}

}  // namespace duckduckgoose::os

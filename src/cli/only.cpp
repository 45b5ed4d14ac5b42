#include "cli/only.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "cli/ask.hpp"
#include "cli/job.hpp"
#include "guard/guard.hpp"
#include "net/loop.hpp"
#include "os/containment.hpp"
#include "os/descriptor.hpp"
#include "wire/error.hpp"

namespace duckduckgoose::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration first_question_max = 5s;
constexpr Duration pause_after_refusal = 20ms;

/// The office of the node asked, held so that no other node can have it before `until`.
class Hold {
 public:
  explicit Hold(Asked asked) : asked_{std::move(asked)} {}

  /// None: the node is no goose, or gives the office up. It counts from before the question.
  Expected<bool> take() {
    const auto first = ask_status(asked_);
    if (!first) return std::unexpected(first.error());
    status_ = first->status;
    if (status_.mode != wire::Mode::goose || !status_.token) return false;
    return renew(asked_.timeout);
  }

  /// False: nothing was given. What was given before stands.
  bool renew(Duration patience) {
    const Instant sent = net::Loop::now();
    const std::uint64_t wanted = *status_.promise_ms;
    const auto answer =
        ask({asked_.address, patience}, "GET", "/status?hold=" + std::to_string(wanted));
    const auto held =
        answer ? wire::parse_status(answer->body) : std::unexpected(wire::WireError{});
    if (!held || held->token != status_.token || held->held_for_ms.value_or(0) == 0) return false;
    until_ = std::max(until_, sent + std::chrono::milliseconds{*held->held_for_ms});
    return true;
  }

  [[nodiscard]] Instant until() const { return until_; }
  [[nodiscard]] Duration promise() const { return std::chrono::milliseconds{*status_.promise_ms}; }
  [[nodiscard]] const wire::Status& status() const { return status_; }

 private:
  Asked asked_;
  wire::Status status_;
  Instant until_;
};

/// The program, from its start to the death of all that it has started.
class Run {
 public:
  Run(os::Containment containment, Descriptor signals)
      : containment_{std::move(containment)}, signals_{std::move(signals)} {}
  ~Run() { containment_.end(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  [[nodiscard]] bool start(const os::Program& program) {
    const auto started = containment_.start(program);
    if (started) process_ = *started;
    return started.has_value();
  }

  /// Waits until it has ended, or `time` has come, and passes signals on. True: it has ended.
  bool ends_before(Instant time) {
    while (!exit_code_) {
      const Duration left = time - net::Loop::now();
      if (left <= 0us) break;
      pollfd wait{.fd = signals_.get(), .events = POLLIN, .revents = 0};
      poll(&wait, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
      read_signals();
      bury();
    }
    return exit_code_.has_value();
  }

  void end() const { os::terminate(process_); }
  /// All of it is dead when this returns, if the kernel can kill it.
  void kill_all() {
    static_cast<void>(containment_.kill_all(getpid(), 0, guard::patience_with_killed));
    bury();
  }
  [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }
  /// The signal by which an operator ends it: then it has as long as the office is held.
  [[nodiscard]] std::optional<int> told_to_stop_by() const { return told_to_stop_by_; }

 private:
  void signal_command(int number) const { kill(process_, number); }
  void read_signals() {
    signalfd_siginfo signal{};
    while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
      const int number = static_cast<int>(signal.ssi_signo);
      if (number == SIGTERM || number == SIGINT) {
        told_to_stop_by_ = told_to_stop_by_.value_or(number);
        end();
      } else if (number != SIGCHLD) {
        signal_command(number);
      }
    }
  }

  void bury() {
    int status = 0;
    for (pid_t dead = 0; (dead = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (dead != process_) continue;
      exit_code_ = os::exit_code_of(status);
    }
  }

  os::Containment containment_;
  Descriptor signals_;
  pid_t process_ = 0;
  std::optional<int> exit_code_;
  std::optional<int> told_to_stop_by_;
};

Expected<int> exit_code_on_duck(const Values& values) {
  constexpr int exit_code_max = 255;
  const auto given = values.find(Opt::exit_code);
  if (!given) return 0;
  if (const auto number = whole_number(given->text, 0, exit_code_max)) return *number;
  return std::unexpected(
      bad_value(*given, wire::quoted(given->text) + " is no exit code: 0 to 255"));
}

enum class End { by_itself, survived_signal, office_is_over };

/// Runs it as long as the office is held, and ends it before it is not. One that ends because an
/// operator's signal was passed on ends by itself.
End run_while_held(Run& run, Hold& hold) {
  const Duration grace = guard::grace_default(hold.promise());
  const Duration margin = guard::kill_margin(hold.promise());
  for (;;) {
    const Instant ends_at = hold.until() - margin - grace;
    const Instant now = net::Loop::now();
    if (now >= ends_at) break;
    if (run.ends_before(std::min(ends_at, now + grace / 2))) return End::by_itself;
    const Duration left = ends_at - net::Loop::now();
    if (left > 0us && !run.told_to_stop_by() && !hold.renew(left)) {
      const Instant next = std::min(ends_at, net::Loop::now() + pause_after_refusal);
      if (run.ends_before(next)) return End::by_itself;
    }
  }
  const bool is_told = run.told_to_stop_by().has_value();
  if (!is_told) run.end();
  const bool has_ended = run.ends_before(hold.until() - margin);
  if (!is_told) return End::office_is_over;
  return has_ended ? End::by_itself : End::survived_signal;
}

}  // namespace

Expected<Exit> run_only(const Call& call) {
  const auto on_duck = exit_code_on_duck(call.values);
  if (!on_duck) return std::unexpected(on_duck.error());
  if (auto can = check_program(call.program.front()); !can) return std::unexpected(can.error());
  auto asked = node_asked(call.values, first_question_max);
  if (!asked) return std::unexpected(asked.error());
  Hold hold{*std::move(asked)};
  const auto is_held = hold.take();
  if (!is_held) return std::unexpected(is_held.error());
  if (!*is_held) return std::unexpected(Refusal{.exit_code = *on_duck, .sentence = {}});

  auto containment = containment_in(call.values);
  if (!containment) return std::unexpected(containment.error());
  os::adopt_orphans();
  std::signal(SIGCHLD, SIG_DFL);
  // Who stands still renews nothing, and its command would go on.
  std::signal(SIGTSTP, SIG_IGN);
  std::signal(SIGTTOU, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  for (const int it : os::passed_on) sigaddset(&set, it);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  Run run{*std::move(containment), Descriptor{signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)}};
  if (net::Loop::now() >= hold.until() - guard::kill_margin(hold.promise())) {
    return refuse(Exit::try_again, "the hold was over before " + call.program.front() +
                                       " could be started: try again");
  }
  if (!run.start({.words = call.program,
                  .environment = os::environment_with(wire::variables_of(hold.status()))})) {
    return refuse(Exit::try_again, os::last_error("to start " + call.program.front()));
  }
  const End end = run_while_held(run, hold);
  run.kill_all();
  if (end == End::survived_signal) {
    const int number = *run.told_to_stop_by();
    return std::unexpected(Refusal{.exit_code = os::exit_signalled + number,
                                   .sentence = call.program.front() +
                                               " did not end while the office was held, after "
                                               "signal " +
                                               std::to_string(number) + ": it was killed"});
  }
  if (end == End::office_is_over) {
    return refuse(Exit::try_again,
                  "the office could not be kept until " + call.program.front() +
                      " had ended: it was told to end, and killed where it did not");
  }
  if (*run.exit_code() == 0) return Exit::yes;
  return std::unexpected(Refusal{.exit_code = *run.exit_code(), .sentence = {}});
}

}  // namespace duckduckgoose::cli

#include "keeper/keeper.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "guard/guard.hpp"
#include "guard/letter.hpp"
#include "keeper/post.hpp"
#include "keeper/service.hpp"
#include "keeper/work.hpp"
#include "os/clock.hpp"
#include "os/descriptor.hpp"
#include "os/program.hpp"

namespace duckduckgoose::keeper {
namespace {

constexpr int exit_refused_by_system = 71;  // EX_OSERR of sysexits.h
constexpr int clear_every_ms = 1;
constexpr Duration say_again_after = std::chrono::seconds{1};

/// What a command may want of its user; without one the first two stop the node.
constexpr std::array for_the_command{SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

/// As nohup(1) has SIGHUP, and a shell SIGINT of what it starts in the background.
bool is_ignored(int signal) {
  struct sigaction now {};
  return sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

/// The signals that come in turn, by a descriptor, instead of whenever they like.
sigset_t own_signals(bool has_command) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGTERM}) sigaddset(&set, signal);
  for (const int signal : {SIGINT, SIGHUP, SIGQUIT}) {
    if (!is_ignored(signal)) sigaddset(&set, signal);
  }
  for (const int signal : for_the_command) {
    if (has_command && !is_ignored(signal)) sigaddset(&set, signal);
  }
  return set;
}

/// One keeper from the fork to the end of its node.
class Keeper {
 public:
  Keeper(pid_t node, std::optional<Work> work, Descriptor line, Descriptor signals,
         Descriptor clock)
      : node_{node},
        work_{std::move(work)},
        line_{std::move(line)},
        signals_{std::move(signals)},
        clock_{std::move(clock)} {}

  int run() {
    while (!ended_) {
      wait();
      read_signals();
      read_letters();
      bury();
      if (node_ == 0 && !std::exchange(node_was_over_, true)) {
        read_letters();  // what it still said before it died
        step(guard::NodeEnded{});
      }
      clear_up();
      deliver();
      service_manager_.go_on();
      step(guard::Tick{});
    }
    if (work_) work_->give_back();
    say_how_it_ended();
    // Also where the node does not die: then nobody waits for it any longer.
    return impatient_with_ ? os::exit_signalled + *impatient_with_ : exit_code_;
  }

 private:
  void wait() {
    waits_.clear();
    for (const Descriptor* it : {&line_, &signals_, &clock_}) {
      if (it->is_open()) waits_.push_back({.fd = it->get(), .events = POLLIN, .revents = 0});
    }
    post_.add_to(waits_);
    poll(waits_.data(), waits_.size(),
         is_clearing_ ? clear_every_ms : -1);  // EINTR: a turn for nothing
    std::uint64_t expirations = 0;
    static_cast<void>(read(clock_.get(), &expirations, sizeof expirations));
  }

  void read_signals() {
    signalfd_siginfo signal{};
    while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
      const int number = static_cast<int>(signal.ssi_signo);
      if (number == SIGCHLD) continue;  // see bury()
      const bool has_command = work_ && work_->has_command();
      if (has_command && std::ranges::find(for_the_command, number) != for_the_command.end()) {
        work_->signal(number);
      } else if (std::exchange(is_told_to_stop_, true) && number == SIGINT) {
        impatient_with_ = number;
        step(guard::EndNow{});
      } else {
        service_manager_.tell_stopping();
        tell(guard::Stop{});
      }
    }
  }

  void read_letters() {
    static std::array<char, guard::letter_bytes_max> bytes;
    while (line_.is_open()) {
      const ssize_t got = recv(line_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      // A node that died with something unread is reported once, before what it still said.
      if (got < 0 && (errno == ECONNRESET || errno == EINTR)) continue;
      if (got < 0 && errno == EAGAIN) break;
      if (got <= 0) line_.close();
      if (got <= 0) break;
      auto letter = guard::decode_letter({bytes.data(), static_cast<std::size_t>(got)});
      if (!letter) continue;
      std::visit([this](auto& it) { take(it); }, *letter);
    }
    start_what_is_due();
  }

  void take(const guard::Beat& beat) {
    step(beat);
    tell(guard::Alive{});
  }
  void take(guard::Envelopes& envelopes) {
    post_.set(std::move(envelopes.voters));
    step(guard::Voters{post_.size()});
  }
  void take(guard::End& end) {
    why_given_up_ = std::move(end.why);
    step(end.work);
  }
  void take(guard::Says& says) { service_manager_.tell_status(std::move(says.sentence)); }
  void take(const auto& letter) { step(letter); }

  void deliver() {
    const Post::News news = post_.go_on();
    answers_ += news.taken;
    for (std::size_t i = 0; i < news.taken; ++i) step(guard::Answered{});
    for (std::size_t i = 0; i < news.settled; ++i) step(guard::Settled{});
  }

  /// waitid() is the proof of death.
  void bury() {
    siginfo_t how{};
    while (waitid(P_ALL, 0, &how, WEXITED | WNOHANG) == 0 && how.si_pid != 0) {
      const bool by_itself = how.si_code == CLD_EXITED;
      const int exit_code = by_itself ? how.si_status : os::exit_signalled + how.si_status;
      if (how.si_pid == node_) {
        node_ = 0;
        exit_code_ = exit_code;
        if (!by_itself) signal_ = how.si_status;
      } else if (const auto part = work_ ? work_->buried(how.si_pid) : std::nullopt) {
        ended(*part, exit_code);
      }
      how = {};
    }
  }

  /// Nothing is started for a node that is dead.
  void take(const guard::Begin& begin) {
    if (!work_ || node_ == 0 || std::exchange(works_, true)) return;
    why_given_up_.clear();
    due_.clear();  // of the tenure before
    work_->set_environment(begin.environment);
    step(begin.work);
  }
  void take(const guard::Start& start) { due_.push_back(start.part); }
  void take(const guard::Halt& halt) {
    if (work_) work_->halt(halt.part);
  }

  /// Once all has been read: what is to be ended again is not started.
  void start_what_is_due() {
    for (const guard::Part part : std::exchange(due_, {})) {
      const bool is_in_time = works_ && !is_ending_ && node_ != 0;
      const bool would_be_swept = is_clearing_ && part == guard::Part::health;
      if (!is_in_time || would_be_swept) continue;
      if (!work_->start(part)) ended(part, os::exit_not_executable);
    }
  }

  /// What a command leaves behind is killed before anybody learns that it has ended.
  void ended(guard::Part part, int exit_code) {
    // A check that is swept away with a command tells nothing.
    if (part == guard::Part::health && is_clearing_) return;
    if (part == guard::Part::health) return tell(guard::PartEnded{part, exit_code});
    over_ = guard::PartEnded{part, exit_code};
    is_clearing_ = true;
  }

  void clear_up() {
    if (!is_clearing_) return;
    if (!clears_since_) clears_since_ = os::now();
    if (!work_->clear(node_)) return say_that_it_lives();
    is_clearing_ = false;
    clears_since_.reset();
    said_that_it_lives_at_.reset();
    const auto over = std::exchange(over_, std::nullopt);
    const bool was_last_act = over && over->part == guard::Part::on_duck;
    if (over && !was_last_act) tell(*over);
    if (is_ending_) step(guard::WorkEnded{!was_last_act || over->exit_code == 0});
  }

  /// It may take for ever, and a node may be deaf for a while.
  void say_that_it_lives() {
    const Instant now = os::now();
    if (now < *clears_since_ + guard::patience_with_killed) return;
    if (said_that_it_lives_at_ && now < *said_that_it_lives_at_ + say_again_after) return;
    if (!std::exchange(said_that_it_lives_at_, now)) {
      os::say("something that the goose had started cannot be killed: nothing is released");
    }
    tell(guard::WorkLives{});
  }

  void step(const guard::Event& event) {
    const guard::Orders orders = guard_.step(os::now(), event);
    if (orders.kill_node && node_ != 0) {
      hung_ = !impatient_with_;
      kill(node_, SIGKILL);
    }
    if (orders.end_work) {
      is_ending_ = true;
      tell(guard::WorkEnds{});
      work_->end();
      is_clearing_ = is_clearing_ || !work_->runs_any();
    }
    if (orders.kill_work) is_clearing_ = true;
    if (orders.last_act) {
      work_->set_variable("DUCK_CAUSE", why_it_ends());
      if (!work_->start(guard::Part::on_duck)) {
        ended(guard::Part::on_duck, os::exit_not_executable);
      }
    }
    if (orders.over) {
      works_ = false;
      is_ending_ = false;
      tell(*orders.over);
    }
    if (orders.release) {
      released_at_ = os::now();
      post_.send();
    }
    if (orders.end) ended_ = true;
    arm(orders.wake_at);
  }

  void arm(std::optional<Instant> at) {
    for (const auto next : {post_.wake_at(), service_manager_.wake_at()}) {
      if (next) at = std::min(at.value_or(*next), *next);
    }
    if (at == armed_) return;
    armed_ = at;
    const itimerspec when = at ? os::alarm_at(*at) : itimerspec{};
    timerfd_settime(clock_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
  }

  void tell(const guard::Reply& reply) {
    const std::string bytes = guard::encode(reply);
    static_cast<void>(send(line_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }

  [[nodiscard]] std::string why_it_ends() const {
    if (node_ == 0) return "its node died";
    return why_given_up_.empty() ? "its node could not stay the goose" : why_given_up_;
  }

  void say_how_it_ended() const {
    if (is_clearing_) {
      os::say("something that the goose had started could not be killed: nothing is released");
    }
    if (!signal_) return;
    std::string text = "the node ";
    text += hung_ ? "did not answer and was killed" : "was killed";
    text += " (signal " + std::to_string(*signal_) + ")";
    if (released_at_) {
      const auto took = (os::now() - *released_at_) / std::chrono::milliseconds{1};
      text +=
          answers_ > 0 ? "; other voters were told within " : "; no other voter was reached in ";
      text += std::to_string(took) + " ms";
    }
    os::say(text);
  }

  pid_t node_;  ///< 0: it is dead.
  bool node_was_over_ = false;
  std::optional<Work> work_;
  bool works_ = false;      ///< The guard watches the work.
  bool is_ending_ = false;  ///< ... and has told it to end.
  std::vector<guard::Part> due_;
  std::string why_given_up_;             ///< By the node, on purpose.
  bool is_clearing_ = false;             ///< What is left of it is being killed.
  std::optional<Instant> clears_since_;  ///< ... since then.
  std::optional<Instant> said_that_it_lives_at_;
  std::optional<guard::PartEnded> over_;  ///< To be told when that is done.
  Descriptor line_;
  Descriptor signals_;
  Descriptor clock_;
  guard::Guard guard_;
  Post post_;
  ServiceManager service_manager_;
  std::vector<pollfd> waits_;
  std::optional<Instant> armed_;
  std::optional<Instant> released_at_;
  std::optional<int> signal_;  ///< The node died of it.
  std::optional<int> impatient_with_;
  bool is_told_to_stop_ = false;
  int exit_code_ = 0;
  std::size_t answers_ = 0;
  bool hung_ = false;
  bool ended_ = false;
};

int refused(const char* call) {
  os::say(os::last_error(call));
  return exit_refused_by_system;
}

}  // namespace

int keep(std::optional<os::Job> job, const std::function<int(int line)>& be_node) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return refused("socketpair");
  }
  Descriptor line{ends[0]};
  Descriptor node_end{ends[1]};
  // Inherited as ignored, the kernel would reap the node, and nobody could prove its death.
  signal(SIGCHLD, SIG_DFL);
  std::optional<Work> work;
  if (job) work.emplace(*std::move(job));
  const sigset_t signals = own_signals(work && work->has_command());
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  Descriptor signal_line{signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC)};
  Descriptor clock{timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC)};
  if (!signal_line.is_open() || !clock.is_open()) return refused("signalfd or timerfd_create");

  if (work) os::adopt_orphans();
  const pid_t node = fork();
  if (node < 0) return refused("fork");
  if (node == 0) {
    line.close();
    signal_line.close();
    clock.close();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    setpgid(0, 0);                           // Ctrl-C reaches the keeper alone
    signal(SIGTTOU, SIG_IGN);                // `stty tostop` must not stop it for what it logs
    std::exit(be_node(node_end.release()));  // NOLINT(concurrency-mt-unsafe): there is one thread
  }
  node_end.close();
  signal(SIGTSTP, SIG_IGN);  // a keeper that stands still is as bad as none
  return Keeper{node, std::move(work), std::move(line), std::move(signal_line), std::move(clock)}
      .run();
}

}  // namespace duckduckgoose::keeper

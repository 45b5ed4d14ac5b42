#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "guard/letter.hpp"
#include "node/engine.hpp"
#include "node/home.hpp"
#include "node/restarts.hpp"
#include "os/backstop.hpp"

namespace duckduckgoose::node {

/// What this node runs while it is goose: says when. The keeper starts it, watches it, and ends it,
/// also without being told (docs/run.md).
///
/// From the first hook to the last the core knows that something runs, and releases nothing.
class Work {
 public:
  struct Listener {
    std::function<std::vector<std::string>()>
        environment;  ///< What is started is told: Begin::environment.
    std::function<std::string(ReleaseReason)> why_it_ends;  ///< Told to the last hook.
    std::function<void(int exit_code, ReleaseReason why)>
        on_done;                    ///< The process is to stop, and exit with this.
    std::function<void()> on_news;  ///< aside() or is_undying() is another.
  };
  Work(const Home& home, Engine& engine, Listener listener);
  ~Work();
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  /// Something has changed: begins where it is due, and ends where the office is given up. Also
  /// from inside Surroundings.
  void look();

  void hear(const guard::Reply& reply);

  /// The keeper does not answer, is dead, or comes late: ends what runs, on this process' own
  /// account. Returns when that is done, after a grace at most.
  void take_over(ReleaseReason why);

  /// It could not do the work, and leaves it to the others.
  struct Aside {
    Instant until;
    std::string why;  ///< "its command fails again and again".
  };
  /// None: this node does not stand aside, or not any more.
  [[nodiscard]] const Aside* aside(Instant now) const {
    return now < aside_.until ? &aside_ : nullptr;
  }

  /// The health command has not failed, or has succeeded since; what was killed is dead, and
  /// nothing has made this node stand aside.
  [[nodiscard]] bool is_healthy() const {
    return !last_check_failed_ && !is_undying_ && aside(net::Loop::now()) == nullptr;
  }

  /// Something that was started has not died of SIGKILL for guard::patience_with_killed.
  [[nodiscard]] bool is_undying() const { return is_undying_; }

  /// It kills without the keeper, and not in vain yet: who goes now leaves something alive.
  [[nodiscard]] bool is_killing() const { return kills_alone_since_ && !is_undying_; }

  static constexpr Duration check_every = std::chrono::seconds{2};  ///< And its time limit.
  static constexpr Duration tell_every = std::chrono::milliseconds{20};
  /// Whoever is killed is mostly dead by then.
  static constexpr Duration look_at_first = std::chrono::milliseconds{1};
  static constexpr int checks_max = 3;  ///< So many failures in a row are one too many.
  static constexpr Duration stays_out = std::chrono::minutes{1};  ///< Who could not do the work.

 private:
  enum class Stage { idle, due, runs, ends };

  void begin();
  [[nodiscard]] bool start(guard::Part part);
  void halt(guard::Part part);
  void tell_end(Instant limit, const std::string& why);
  void end_alone(ReleaseReason why);
  void watch_lease();
  void go_on();
  void prepare();
  void end();
  void over(bool well);
  void check();
  void on_goose_ended(int exit_code);
  void command_ended(int exit_code);
  void check_ended(int exit_code);
  void again_after(Duration pause);
  void give_up(ReleaseReason reason, const std::string& why);
  [[nodiscard]] bool leads() const;
  [[nodiscard]] bool is_in_time();
  void note_undying(bool is_undying);
  [[nodiscard]] Duration grace() const;
  [[nodiscard]] Duration kill_margin() const;
  [[nodiscard]] bool last_act_alone(ReleaseReason why) const;

  const Home& home_;
  Engine& engine_;
  Listener listener_;
  const std::optional<JobSettings>& job_;
  Stage stage_ = Stage::idle;
  bool core_knows_ = false;  ///< That something runs.
  std::vector<std::string> environment_;
  bool is_prepared_ = false;  ///< The first hook has done its work.
  Restarts restarts_;
  Instant started_;  ///< The command.
  bool command_runs_ = false;
  bool has_begun_ = false;   ///< The command, in this tenure.
  std::optional<int> done_;  ///< The process is to stop with this.
  int failed_checks_ = 0;    ///< In a row, since the office was taken, or kept for want of others.
  bool last_check_failed_ = false;  ///< Whoever was goose then.
  bool check_runs_ = false;
  bool check_is_late_ = false;  ///< And is killed.
  bool is_undying_ = false;
  std::optional<Instant> kills_alone_since_;
  Aside aside_;
  std::optional<Instant> too_short_;      ///< The end of the lease with which nothing was begun.
  Instant may_live_until_;                ///< The end of the lease, or of the last that there was.
  std::optional<os::Backstop> backstop_;  ///< While this process waits for its disk.
  net::TimerId lease_timer_;              ///< Before that all has to be dead.
  net::TimerId timer_;                    ///< To begin, or to start the command again.
  net::TimerId check_timer_;  ///< The next check; before the command, the end of patience.
};

}  // namespace duckduckgoose::node

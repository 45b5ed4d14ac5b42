#include "node/work.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "node/start.hpp"
#include "os/containment.hpp"
#include "os/program.hpp"

namespace duckduckgoose::node {

namespace {

std::string how(int exit_code) {
  return exit_code > os::exit_signalled ? "signal " + std::to_string(exit_code - os::exit_signalled)
                                        : "exit code " + std::to_string(exit_code);
}

const std::string hardly_any_lease = "hardly any lease was left";

}  // namespace

Work::Work(const Home& home, Engine& engine, Listener listener)
    : home_{home}, engine_{engine}, listener_{std::move(listener)}, job_{home.settings.job} {
  if (job_) backstop_.emplace(job_->job.containment);
}

Work::~Work() {
  home_.loop.cancel(timer_);
  home_.loop.cancel(check_timer_);
  home_.loop.cancel(lease_timer_);
}

bool Work::leads() const {
  const Leader* const leader = engine_.raft().leader();
  return leader != nullptr && !leader->drain && engine_.leads(net::Loop::now());
}

/// With less of a lease left it would be told to end before it has got anywhere. The next one has
/// to do: it is as long as this goose's leases are.
bool Work::is_in_time() {
  const Instant lease_end = *engine_.raft().lease_end();
  const Duration needed = grace() + kill_margin() + guard::beat_every(engine_.config().promise);
  const Duration left = lease_end - net::Loop::now();
  if (left > needed || (too_short_ && lease_end > *too_short_)) return true;
  if (std::exchange(too_short_, lease_end) == lease_end) return false;
  home_.log.info("lease", "begins with the next renewal: " + wire::rough_text(left) +
                              " of the lease are left, " + wire::rough_text(needed) +
                              " are needed");
  return false;
}

Duration Work::grace() const {
  const Duration promise = engine_.config().promise;
  return std::min(job_->grace.value_or(guard::grace_default(promise)), guard::grace_max(promise));
}

Duration Work::kill_margin() const { return guard::kill_margin(engine_.config().promise); }

void Work::look() {
  if (!job_) return;
  if (const auto lease_end = engine_.raft().lease_end()) {
    may_live_until_ = *lease_end;
    if (core_knows_) backstop_->arm(may_live_until_ - kill_margin() / 2);
  }
  if (!leads()) too_short_.reset();
  if (stage_ == Stage::idle && leads() && home_.keeper.guards() && !done_ && is_in_time()) {
    stage_ = Stage::due;
    failed_checks_ = 0;
    timer_ = home_.loop.wake_at(net::Loop::now(), [this] { begin(); });
  }
  const Leader* const leader = engine_.raft().leader();
  if (stage_ == Stage::runs && leader != nullptr && leader->drain) {
    end();
    tell_end(net::Loop::now() + job_->stop_timeout, listener_.why_it_ends(leader->drain->reason));
  }
}

/// The core first, with all that it saves: what runs although nobody remembers it after a crash
/// would outlive its lease. When a save was slow the office may be over.
void Work::begin() {
  if (!leads()) {
    stage_ = Stage::idle;
    return;
  }
  stage_ = Stage::runs;
  core_knows_ = true;
  too_short_ = engine_.raft().lease_end();
  engine_.step(WorkBegan{});
  environment_ = listener_.environment();
  home_.keeper.beat();
  const guard::WorkBegan work{.grace = grace(), .has_last_act = !job_->job.on_duck.empty()};
  job_->job.containment.permit_all();
  const bool is_due = leads() && is_in_time() && !engine_.has_failed();
  if (!is_due || !home_.keeper.tell(guard::Begin{work, environment_})) return over(true);
  is_prepared_ = job_->job.on_goose.empty();
  watch_lease();
  go_on();
}

/// The keeper kills all a little before. One that stands still, or comes late, does not; nor can
/// this be called in time while a save lasts: then the backstop has killed.
void Work::watch_lease() {
  if (!core_knows_ || kills_alone_since_) return;
  const Instant last = may_live_until_ - kill_margin() * 5 / 8;
  if (last <= net::Loop::now() || backstop_->has_killed()) {
    home_.log.warn("lease", hardly_any_lease + ", and the keeper had not ended what runs");
    take_over(ReleaseReason::lease_ran_low);
    if (leads()) engine_.drain(ReleaseReason::lease_ran_low);
    return;
  }
  home_.loop.cancel(lease_timer_);
  lease_timer_ = home_.loop.wake_at(last, [this] { watch_lease(); });
}

bool Work::start(guard::Part part) { return home_.keeper.tell(guard::Start{part}); }

void Work::halt(guard::Part part) { static_cast<void>(home_.keeper.tell(guard::Halt{part})); }

/// Again and again until the keeper has it: nothing else ends what runs.
void Work::tell_end(Instant limit, const std::string& why) {
  static_cast<void>(home_.keeper.tell(guard::End{{limit}, why}));
  timer_ = home_.loop.wake_at(net::Loop::now() + tell_every,
                              [this, limit, why] { tell_end(limit, why); });
}

/// The hook, then the command, where there is one; and the checks.
void Work::go_on() {
  if (stage_ != Stage::runs) return;
  if (!is_prepared_) return prepare();
  started_ = net::Loop::now();
  command_runs_ = job_->has_command() && start(guard::Part::command);
  has_begun_ = has_begun_ || command_runs_;
  if (job_->has_command() && !command_runs_) return again_after(Restarts::pause_min);
  check_runs_ = false;
  check_is_late_ = false;
  if (!job_->job.health.empty()) check();
}

/// A hook that is late is killed, which is a failure.
void Work::prepare() {
  if (!start(guard::Part::on_goose)) return again_after(Restarts::pause_min);
  home_.loop.cancel(check_timer_);
  check_timer_ = home_.loop.wake_at(net::Loop::now() + job_->stop_timeout,
                                    [this] { halt(guard::Part::on_goose); });
}

void Work::hear(const guard::Reply& reply) {
  if (std::holds_alternative<guard::WorkEnds>(reply)) {
    if (stage_ != Stage::runs && stage_ != Stage::ends) return;
    const bool is_news = stage_ == Stage::runs;
    end();
    if (!is_news || !leads()) return;
    // The keeper saw the lease run out: whatever is renewed, this tenure is over.
    home_.log.warn("lease", hardly_any_lease + ": what the goose had started ends");
    engine_.drain(ReleaseReason::lease_ran_low);
  } else if (std::holds_alternative<guard::WorkLives>(reply)) {
    note_undying(stage_ == Stage::runs || stage_ == Stage::ends);
  } else if (const auto* ended = std::get_if<guard::WorkEnded>(&reply)) {
    over(ended->well);
  } else if (const auto* part = std::get_if<guard::PartEnded>(&reply)) {
    if (backstop_->has_killed()) return watch_lease();  // it has not ended by itself
    if (part->part != guard::Part::health) note_undying(false);
    if (part->part == guard::Part::on_goose) on_goose_ended(part->exit_code);
    if (part->part == guard::Part::command) command_ended(part->exit_code);
    if (part->part == guard::Part::health) check_ended(part->exit_code);
  }
}

void Work::on_goose_ended(int exit_code) {
  if (stage_ != Stage::runs) return;
  home_.loop.cancel(check_timer_);
  is_prepared_ = exit_code == 0;
  if (is_prepared_) return go_on();
  home_.log.warn("hook", "the on-goose hook failed: " + how(exit_code));
  give_up(ReleaseReason::command_failed, "its on-goose hook fails");
}

void Work::command_ended(int exit_code) {
  const bool was_ours = std::exchange(command_runs_, false);
  if (stage_ != Stage::runs || !was_ours) return;
  home_.loop.cancel(check_timer_);
  home_.log.info("command", "the command has ended: " + how(exit_code),
                 {{"exit_code", std::to_string(exit_code)}});
  if (job_->once || job_->on_exit == OnExit::stop) {
    done_ = exit_code;
    return listener_.on_done(exit_code, ReleaseReason::command_ended);
  }
  restarts_.ended(exit_code, net::Loop::now() - started_);
  const auto reason = exit_code == 0 ? ReleaseReason::handover : ReleaseReason::command_failed;
  if (job_->on_exit == OnExit::handover)
    return give_up(reason, exit_code == 0 ? "its command has ended" : "its command has failed");
  if (restarts_.is_hopeless()) {
    return give_up(ReleaseReason::command_failed, "its command fails again and again");
  }
  again_after(restarts_.pause());
}

void Work::again_after(Duration pause) {
  home_.loop.cancel(timer_);
  timer_ = home_.loop.wake_at(net::Loop::now() + pause, [this] { go_on(); });
}

/// One that is late is killed, which is a failure.
void Work::check() {
  if (stage_ != Stage::runs) return;
  check_is_late_ = check_runs_;
  if (check_is_late_) {
    halt(guard::Part::health);
  } else {
    check_runs_ = start(guard::Part::health);
  }
  home_.loop.cancel(check_timer_);
  check_timer_ = home_.loop.wake_at(net::Loop::now() + check_every, [this] { check(); });
}

void Work::check_ended(int exit_code) {
  check_runs_ = false;
  if (stage_ != Stage::runs || (job_->has_command() && !command_runs_)) return;
  if (check_is_late_) check();  // the next one is due
  last_check_failed_ = exit_code != 0;
  failed_checks_ = last_check_failed_ ? failed_checks_ + 1 : 0;
  if (exit_code == 0) return;
  home_.log.warn("health", "the health command failed: " + how(exit_code) + ", " +
                               std::to_string(failed_checks_) + " of " +
                               std::to_string(checks_max) + " times");
  if (failed_checks_ == checks_max) give_up(ReleaseReason::unhealthy, "its health command fails");
}

/// Another node may do better. If there is none, this one goes on trying.
void Work::give_up(ReleaseReason reason, const std::string& why) {
  const bool has_failed = reason != ReleaseReason::handover;
  engine_.drain(reason, std::nullopt, [this, has_failed, why](const Answer& answer) {
    if (answer.outcome == Outcome::in_force) {
      restarts_ = {};
      failed_checks_ = 0;
      if (!has_failed) return;
      aside_ = {.until = net::Loop::now() + stays_out, .why = why};
      home_.log.warn("aside", "stays a duck for 1 min: " + why);
      engine_.step(StandAside{aside_.until});
      listener_.on_news();
    } else if (answer.outcome == Outcome::no_successor && stage_ == Stage::runs) {
      home_.log.warn("aside",
                     "no other node can be the goose: this one tries again, although " + why);
      restarts_.hope_again();
      failed_checks_ = 0;
      if (!command_runs_) again_after(restarts_.pause());
    }
  });
}

void Work::end() {
  stage_ = Stage::ends;
  home_.loop.cancel(timer_);
  home_.loop.cancel(check_timer_);
}

void Work::over(bool well) {
  if (stage_ != Stage::runs && stage_ != Stage::ends) return;
  end();
  stage_ = Stage::idle;
  backstop_->disarm();
  const bool was_cut_short = job_->once && std::exchange(has_begun_, false) && !done_;
  command_runs_ = false;
  check_runs_ = false;
  note_undying(false);
  if (!well)
    home_.log.warn("hook", "what was started has not ended well: nothing is released early");
  if (std::exchange(core_knows_, false)) engine_.step(WorkEnded{well});
  if (was_cut_short) {
    done_ = exit_code::try_again;
    return listener_.on_done(*done_, ReleaseReason::lease_ran_low);
  }
  look();
}

void Work::note_undying(bool is_undying) {
  if (!is_undying) kills_alone_since_.reset();
  if (std::exchange(is_undying_, is_undying) != is_undying) listener_.on_news();
}

void Work::take_over(ReleaseReason why) {
  if (!job_ || stage_ == Stage::idle || stage_ == Stage::due) return;
  end();
  end_alone(why);
}

/// The core waits until all is dead, and so do all others. Meanwhile the lease is renewed.
void Work::end_alone(ReleaseReason why) {
  const os::Containment& containment = job_->job.containment;
  const Instant now = net::Loop::now();
  if (!backstop_->kill()) {
    if (!kills_alone_since_) kills_alone_since_ = now;
    const Duration since = now - *kills_alone_since_;
    if (since >= guard::patience_with_killed) note_undying(true);
    if (since >= tell_every) {
      home_.log.repeat(LogLevel::warn, "keeper", "takes over",
                       "cannot kill what the goose had started yet", now);
    }
    const Duration pause = std::clamp<Duration>(since, look_at_first, tell_every);
    timer_ = home_.loop.wake_at(now + pause, [this, why] { end_alone(why); });
    return;
  }
  backstop_->disarm();
  note_undying(false);
  const bool keeper_is_dead =
      why == ReleaseReason::keeper_dead || containment.living_chooser() == 0;
  home_.log.warn("keeper", "killed all that the goose had started");
  const bool well =
      !core_knows_ || last_act_alone(keeper_is_dead ? ReleaseReason::keeper_dead : why);
  if (keeper_is_dead) containment.end();
  if (std::exchange(core_knows_, false)) engine_.step(WorkEnded{well});
  // A keeper that goes on has an end to see to as well, and says when it has.
  if (!keeper_is_dead) tell_end(net::Loop::now(), listener_.why_it_ends(why));
}

/// The last hook, without a keeper. True: there is none, or it has done its work.
bool Work::last_act_alone(ReleaseReason why) const {
  if (job_->job.on_duck.empty()) return true;
  const auto lease_end = engine_.raft().lease_end();
  const Instant began = net::Loop::now();
  Instant limit = began + grace();
  if (lease_end) {
    limit = std::min(limit, *lease_end - kill_margin());
  }
  if (limit <= began) return false;
  std::vector<std::string> variables = environment_;
  os::set_variable(variables, "DUCK_CAUSE", listener_.why_it_ends(why));
  os::adopt_orphans();
  const auto hook = job_->job.containment.start({.words = os::by_shell(job_->job.on_duck),
                                                 .environment = os::environment_with(variables),
                                                 .keeps_descriptors = false});
  if (!hook) return false;
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(*hook, &status, WNOHANG)) == 0 && net::Loop::now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  const bool all_dead = job_->job.containment.kill_all(getpid(), 0, grace());
  return all_dead && ended == *hook && os::exit_code_of(status) == 0;
}

}  // namespace duckduckgoose::node

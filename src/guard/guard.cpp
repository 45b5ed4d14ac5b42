#include "guard/guard.hpp"

#include <algorithm>
#include <utility>

#include "raft/ensure.hpp"

namespace duckduckgoose::guard {

Orders Guard::step(Instant now, const Event& event) {
  ensure(now >= now_);
  now_ = now;
  // A keeper that was held up itself cannot tell who was silent (DESIGN 9).
  const bool was_late = woken_at_ && now_ > *woken_at_ + late_after(promise_);
  if (was_late && heard_) heard_ = now_;
  std::visit([this](const auto& it) { on(it); }, event);
  watch_node();
  watch_work();
  release_when_free();
  Orders orders = std::exchange(out_, {});
  woken_at_ = orders.end ? std::nullopt : wake_at();
  orders.wake_at = woken_at_;
  return orders;
}

void Guard::on(const Beat& beat) {
  heard_ = now_;
  saving_ = false;
  promise_ = beat.promise;
  grace_ = std::min(grace_, grace_max(promise_));
  learn(beat.lease_end);
}

void Guard::on(const Saving& saving) {
  heard_ = now_;
  saving_ = true;
  learn(saving.lease_end);
}

/// A goose that is deposed has promised until its lease ends, and its work has no longer than that.
void Guard::learn(std::optional<Instant> lease_end) {
  lease_end_ = lease_end;
  if (lease_end) work_may_live_until_ = *lease_end;
}

void Guard::on(const Saved& /*saved*/) {
  heard_ = now_;
  saving_ = false;
}

void Guard::on(const Held& held) { held_until_ = std::max(held_until_, held.until); }

void Guard::on(const WorkBegan& began) {
  work_ = Work::runs;
  grace_ = began.grace;
  has_last_act_ = began.has_last_act;
  makes_room_ = false;
}

/// What was not put in order counts as a hold: others have to wait as if nothing was released.
void Guard::on(const WorkEnded& ended) {
  if (work_ == Work::ends && has_last_act_ && now_ < work_limit()) {
    work_ = Work::last_act;
    out_.last_act = true;
    return;
  }
  const bool is_in_order = ended.well && (!has_last_act_ || work_ == Work::last_act);
  if (!is_in_order) held_until_ = std::max({held_until_, now_ + promise_, work_may_live_until_});
  work_ = Work::none;
  out_.over = WorkEnded{is_in_order};
}

void Guard::on(const EndWork& ending) { end_work(ending.limit); }

/// Whoever ends without a Release harms nobody: the promise runs out.
void Guard::on(const EndNow& /*now*/) {
  if (is_impatient_) out_.end = true;
  is_impatient_ = true;
  kill_node();
  end_work(now_);
}

void Guard::kill_node() {
  if (node_killed_ || node_ended_) return;
  node_killed_ = true;
  out_.kill_node = true;
}

/// From here on the tenure is over, even if the lease is renewed.
void Guard::end_work(Instant limit) {
  if (work_ == Work::none || work_ == Work::is_killed) return;
  if (work_ == Work::runs) {
    work_ = Work::ends;
    work_limit_ = limit;
    out_.end_work = true;
  } else {
    work_limit_ = std::min(work_limit_, limit);
  }
}

/// A goose that hangs is killed, so that its death can be proven; where there is nobody to prove it
/// to, that would gain nothing. Nor is one whose save may still end before its lease does.
std::optional<Instant> Guard::node_hangs_at() const {
  if (!heard_ || node_killed_ || node_ended_) return {};
  const bool is_patient = saving_ || !lease_end_ || voters_ == 0;
  if (!is_patient) return *heard_ + patience_with_goose(promise_);
  const Instant last = *heard_ + patience_with_duck;
  return saving_ && lease_end_ ? std::max(last, *lease_end_) : last;
}

void Guard::watch_node() {
  const auto hangs_at = node_hangs_at();
  if (hangs_at && now_ >= *hangs_at) kill_node();
}

/// When all of it has to be dead: at the limit that it was given, or just before the lease ends.
Instant Guard::work_limit() const {
  const Instant last = work_may_live_until_ - kill_margin(promise_);
  return work_ == Work::runs ? last : std::min(work_limit_, last);
}

/// When SIGKILL is sent. A command that does not end leaves half of the grace to the last act. When
/// the node is gone it has no grace at all: others wait, and should the keeper die as well, then
/// nobody is left who could kill it.
std::optional<Instant> Guard::work_is_killed_at() const {
  if (work_ == Work::none || work_ == Work::is_killed) return {};
  if (work_ != Work::ends || makes_room_) return work_limit();
  if (node_is_gone()) return now_;
  return work_limit() - (has_last_act_ ? grace_ / 2 : Duration{0});
}

/// No goose, no work; and it gets its grace before the lease ends, not after.
void Guard::watch_work() {
  if (!lease_end_ || node_is_gone()) end_work(now_ + grace_);
  if (work_ == Work::runs && now_ >= work_limit() - grace_) end_work(work_limit());
  if (work_ == Work::runs || !work_is_killed_at() || now_ < *work_is_killed_at()) return;
  out_.kill_work = true;
  if (has_last_act_ && now_ < work_limit()) {
    makes_room_ = true;
  } else {
    work_ = Work::is_killed;
    work_killed_at_ = now_;
  }
}

/// Only death ends a promise early: of the node, and of all that the goose has started. A hold of
/// any tenure is waited out.
void Guard::release_when_free() {
  const bool never_dies =
      work_ == Work::is_killed && now_ >= work_killed_at_ + patience_with_killed;
  if (node_ended_ && never_dies) out_.end = true;
  if (!node_ended_ || work_ != Work::none) return;
  const bool is_heard = answers_ > 0 && settled_ >= voters_;
  const bool is_held = !release_began_ && held_until_ > now_;
  const bool is_too_late = release_began_ && now_ >= *release_began_ + release_time(promise_);
  if (!owes_ || voters_ == 0 || is_heard || is_too_late || (is_held && is_impatient_)) {
    out_.end = true;
  } else if (!release_began_ && !is_held) {
    release_began_ = now_;
    out_.release = true;
  }
}

std::optional<Instant> Guard::wake_at() const {
  std::optional<Instant> wake = node_hangs_at();
  const auto also_at = [&wake](Instant at) { wake = wake ? std::min(*wake, at) : at; };
  if (wake && lease_end_ && !saving_) also_at(now_ + look_every(promise_));
  if (const auto kill_at = work_is_killed_at()) {
    also_at(work_ == Work::runs ? *kill_at - grace_ : *kill_at);
  }
  if (node_ended_ && work_ == Work::is_killed) also_at(work_killed_at_ + patience_with_killed);
  if (node_ended_ && work_ == Work::none) {
    if (release_began_) {
      also_at(*release_began_ + release_time(promise_));
    } else if (held_until_ > now_) {
      also_at(held_until_);
    }
  }
  return wake;
}

}  // namespace duckduckgoose::guard

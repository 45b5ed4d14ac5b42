#include "os/backstop.hpp"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <system_error>

#include "os/clock.hpp"

namespace duckduckgoose::os {
namespace {

/// How long it kills without looking whether it still should, but for one look at all processes.
constexpr Duration attempt = std::chrono::milliseconds{5};

}  // namespace

Backstop::Backstop(const Containment& containment)
    : containment_{containment},
      alarm_{timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC)},
      chooser_{descriptor_of(containment.living_chooser())} {
  if (!alarm_.is_open()) return;
  try {
    thread_ = std::jthread{[this](const std::stop_token& stop) { watch(stop); }};
  } catch (const std::system_error&) {  // there may be no more threads
    alarm_.close();
  }
}

Backstop::~Backstop() {
  thread_.request_stop();
  const std::scoped_lock lock{mutex_};
  ring_at(Instant{});
}

void Backstop::arm(Instant last) {
  const std::scoped_lock lock{mutex_};
  if (!has_killed_) set_due(std::min(last, limit_));
}

bool Backstop::kill() {
  std::unique_lock lock{mutex_};
  if (!has_killed_) set_due(now());
  has_killed_ = true;
  if (!thread_.joinable()) kill_while_unlocked(lock);
  return are_dead_;
}

void Backstop::disarm() {
  std::unique_lock lock{mutex_};
  due_.reset();
  has_killed_ = false;
  is_idle_.wait(lock, [this] { return !is_killing_; });
  are_dead_ = false;
}

bool Backstop::has_killed() const {
  const std::scoped_lock lock{mutex_};
  return has_killed_;
}

void Backstop::watch(const std::stop_token& stop) {
  std::array ends{pollfd{.fd = alarm_.get(), .events = POLLIN, .revents = 0},
                  pollfd{.fd = chooser_.get(), .events = POLLIN, .revents = 0}};
  while (!stop.stop_requested()) {
    if (poll(ends.data(), ends.size(), -1) < 0) continue;  // a signal, which is somebody else's
    if (ends[1].revents != 0) {
      ends[1].fd = -1;  // it dies once
      chooser_died();
    }
    std::uint64_t rings = 0;
    if (read(alarm_.get(), &rings, sizeof rings) > 0) kill_if_due();
  }
}

void Backstop::chooser_died() {
  const std::scoped_lock lock{mutex_};
  limit_ = now() + patience;
  if (due_) set_due(std::min(*due_, limit_));
}

void Backstop::kill_if_due() {
  std::unique_lock lock{mutex_};
  if (!due_ || now() < *due_) return;
  has_killed_ = true;
  kill_while_unlocked(lock);
}

void Backstop::kill_while_unlocked(std::unique_lock<std::mutex>& lock) {
  due_.reset();
  is_killing_ = true;
  lock.unlock();
  const bool are_dead = containment_.kill_all_as_child(attempt);
  lock.lock();
  is_killing_ = false;
  are_dead_ = are_dead && has_killed_;
  if (!are_dead && has_killed_) set_due(now() + attempt);
  is_idle_.notify_all();
}

void Backstop::set_due(Instant at) {
  due_ = at;
  ring_at(at);
}

void Backstop::ring_at(Instant at) const {
  const itimerspec when = alarm_at(at);
  timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace duckduckgoose::os

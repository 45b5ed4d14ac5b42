#include "net/loop.hpp"

#include <sys/timerfd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "net/loop_impl.hpp"
#include "os/clock.hpp"

namespace duckduckgoose::net {
namespace {

int open_clock() {
  const int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) throw std::system_error{errno, std::generic_category(), "timerfd_create"};
  return fd;
}

}  // namespace

Loop::Impl::Impl() : clock_{io.get_executor(), open_clock()} { wait_for_clock(); }

TimerId Loop::Impl::wake_at(Instant at, std::move_only_function<void()> f) {
  const TimerId id{at, ++serial_};
  timers.emplace(id, std::move(f));
  if (at < armed_) arm();
  return id;
}

// Armed at or before the nearest wake-up. One that was cancelled or put off leaves the timer as it
// is: an early expiration costs less than a system call for each change.
void Loop::Impl::arm() {
  armed_ = timers.begin()->first.at;
  const itimerspec when = os::alarm_at(armed_);
  if (timerfd_settime(clock_.native_handle(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) {
    throw std::system_error{errno, std::generic_category(), "timerfd_settime"};
  }
}

void Loop::Impl::wait_for_clock() {
  clock_.async_read_some(asio::buffer(&expirations_, sizeof expirations_),
                         [this](const boost::system::error_code& error, std::size_t) {
                           if (error == asio::error::operation_aborted) return;
                           run_due();
                           wait_for_clock();
                         });
}

void Loop::Impl::run_due() {
  armed_ = Instant::max();
  const Instant time = Loop::now();
  // What these calls set for now runs in the next turn, so that sockets get theirs.
  const std::uint64_t last = serial_;
  for (auto next = timers.begin(); next != timers.end() && next->first.at <= time;) {
    if (next->first.serial > last) {
      ++next;
      continue;
    }
    auto f = std::move(next->second);
    timers.erase(next);
    f();
    next = timers.begin();
  }
  if (!timers.empty()) arm();
}

void Loop::Impl::wait_for_signal() {
  signals.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    on_signal(signal);
    wait_for_signal();
  });
}

Loop::Loop() : impl_{std::make_unique<Impl>()} {}
Loop::~Loop() = default;

Instant Loop::now() { return os::now(); }

std::uint64_t Loop::unix_ms() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count());
}

TimerId Loop::wake_at(Instant at, std::move_only_function<void()> f) {
  return impl_->wake_at(at, std::move(f));
}

void Loop::cancel(TimerId timer) { impl_->timers.erase(timer); }

void Loop::post(std::move_only_function<void()> f) { asio::post(impl_->io, std::move(f)); }

void Loop::on_signal(std::function<void(int)> f) {
  const bool first = !impl_->on_signal;
  impl_->on_signal = std::move(f);
  if (!first) return;
  impl_->signals.add(SIGINT);
  impl_->signals.add(SIGTERM);
  impl_->wait_for_signal();
}

void Loop::run() {
  impl_->io.run();
  impl_->io.restart();  // afterwards, so that a stop() that came first counts
}

void Loop::stop() { impl_->io.stop(); }

std::string to_string(const Endpoint& endpoint) {
  const auto address = endpoint.address();
  const std::string port = std::to_string(endpoint.port());
  return address.is_v6() ? "[" + address.to_string() + "]:" + port
                         : address.to_string() + ":" + port;
}

}  // namespace duckduckgoose::net

#include "os/clock.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace duckduckgoose::os {

Instant now() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return Instant{std::chrono::seconds{time.tv_sec} +
                 std::chrono::floor<Duration>(std::chrono::nanoseconds{time.tv_nsec})};
}

itimerspec alarm_at(Instant at) {
  const auto since_boot = std::max(at.time_since_epoch(), Duration{1});  // 0 would disarm it
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds{since_boot - seconds}.count();
  return when;
}

}  // namespace duckduckgoose::os

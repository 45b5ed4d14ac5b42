#pragma once

#include <sys/timerfd.h>

#include "raft/types.hpp"

namespace duckduckgoose::os {

/// CLOCK_BOOTTIME in microseconds.
[[nodiscard]] Instant now();

/// For timerfd_settime(2) with TFD_TIMER_ABSTIME on a CLOCK_BOOTTIME timer. One in the past expires
/// at once.
[[nodiscard]] itimerspec alarm_at(Instant at);

}  // namespace duckduckgoose::os

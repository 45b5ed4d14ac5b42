#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "raft/text.hpp"
#include "raft/types.hpp"
#include "wire/error.hpp"

namespace duckduckgoose::wire {

/// Reads "250ms", "2s", "5m", "1h", "1500us" and so all that to_text() of raft/text.hpp writes. A
/// bare number is refused: nobody can tell its unit.
[[nodiscard]] std::expected<Duration, WireError> parse_duration(std::string_view text);

/// The longest duration that parse_duration() takes.
inline constexpr Duration duration_max = std::chrono::days{366};

/// For sentences: "740 ms", "1.0 s", "48 s", "5 min", "3 h", "2 d". Rounded down.
[[nodiscard]] std::string rough_text(Duration duration);

/// An instant for people; the wall clock decides nothing.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

using duckduckgoose::to_text;
/// RFC 3339 in UTC with milliseconds: "2026-11-24T00:06:11.123Z".
[[nodiscard]] std::string to_text(WallTime time);
/// Reads exactly the form of to_text(), years 1970 to 9999.
[[nodiscard]] std::expected<WallTime, WireError> parse_time(std::string_view text);

}  // namespace duckduckgoose::wire

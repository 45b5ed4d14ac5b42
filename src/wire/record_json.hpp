#pragma once

#include <string>

#include "raft/record.hpp"

namespace duckduckgoose::wire {

/// The durable record for people's eyes: one line of JSON. Durations are in microseconds, as in the
/// protocol.
[[nodiscard]] std::string to_json(const Record& record);

}  // namespace duckduckgoose::wire

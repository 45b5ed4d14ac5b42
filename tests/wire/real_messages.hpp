#pragma once

#include <vector>

#include "raft/message.hpp"

namespace duckduckgoose::wire {

/// What five cores really say to each other: three voters found a cluster, elect, hand over, make
/// the fourth a voter, bar the fifth and lose a leader. Every message that was sent, in order.
[[nodiscard]] std::vector<Message> real_messages();

}  // namespace duckduckgoose::wire

#pragma once

#include <string>
#include <vector>

#include "raft/message.hpp"
#include "wire/frame.hpp"

/// Real frames: every type, with and without each optional part.
namespace duckduckgoose::wire {

inline constexpr NodeId node_a{0x9f3c1a7be204d856};
inline constexpr NodeId node_b{0xb1b2c3d4e5f60718};
inline constexpr NodeId node_c{0xc1b2c3d4e5f60718};
inline constexpr ClusterId cluster_id{0x5b0e4c1d77aa9e20};
inline constexpr Incarnation life_a{node_a, 3, 0x00e1f2a3b4c5d6e7};
inline constexpr Incarnation life_b{node_b, 1, 0xffffffffffffffff};
/// Of a link on which A speaks to B.
inline constexpr Binding a_to_b{cluster_id, life_a, node_b};

[[nodiscard]] Configuration example_config();
[[nodiscard]] Hello example_hello();
[[nodiscard]] Founding example_founding();
[[nodiscard]] Welcome example_welcome();

/// A message from A to B.
[[nodiscard]] Message message_with(Body body, bool with_config = false);

/// Every alternative of Body, each with and without its optional parts and with every word of its
/// enums.
[[nodiscard]] std::vector<Message> example_messages();

/// One frame of JSON each: all of the above and the frames that are no messages.
[[nodiscard]] std::vector<std::string> example_frames();

}  // namespace duckduckgoose::wire

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "raft/text.hpp"
#include "raft/types.hpp"
#include "wire/error.hpp"

namespace duckduckgoose::wire {

/// An id as people and peers see it, of a node or a cluster: 16 lower-case hex digits.
using duckduckgoose::to_text;
[[nodiscard]] std::string to_text(ClusterId id);

/// The first 8 digits, where a table has no room for more. Not unique by promise.
[[nodiscard]] std::string short_text(NodeId id);

/// 64 bits as 16 lower-case hex digits.
[[nodiscard]] std::string hex_text(std::uint64_t bits);

/// Reads exactly 16 lower-case hex digits.
[[nodiscard]] std::expected<std::uint64_t, WireError> parse_hex(std::string_view text);

/// As parse_hex(). All zeros is no id: it stands for "none" inside and never leaves a node.
[[nodiscard]] std::expected<NodeId, WireError> parse_node_id(std::string_view text);
[[nodiscard]] std::expected<ClusterId, WireError> parse_cluster_id(std::string_view text);

/// A cluster's name: 1 to 64 letters, digits, '.', '_' or '-'.
[[nodiscard]] std::expected<std::string, WireError> parse_cluster_name(std::string_view text);

}  // namespace duckduckgoose::wire

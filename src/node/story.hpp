#pragma once

#include <cstdint>
#include <optional>

#include "raft/effects.hpp"
#include "wire/duration.hpp"

namespace duckduckgoose::node {

/// How things came about, as far as people ask: since when, how many changes, who was the last
/// goose.
struct Story {
  std::uint64_t sequence = 0;  ///< Counts changes of any kind.
  std::uint64_t version = 0;   ///< Counts whatever may show in /status; never shown itself.
  Instant since{};             ///< Of the present goose, or of there being none.
  wire::WallTime since_at{};
  Leadership leadership{};             ///< As last announced.
  std::optional<NodeId> last_goose{};  ///< The present one or the one before.
  bool knew_goose = false;             ///< In this life of the node.
  bool ready = false;                  ///< It has joined; stays so (readiness latches).
};

}  // namespace duckduckgoose::node

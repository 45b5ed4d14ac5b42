#pragma once

#include <string>

#include "net/loop.hpp"
#include "node/keeper_line.hpp"
#include "node/log.hpp"
#include "node/settings.hpp"
#include "store/directory.hpp"
#include "wire/duration.hpp"

namespace duckduckgoose::node {

/// The version of this program, as hellos and /status say it.
inline constexpr std::string_view program_version = DDG_VERSION;

/// What stays the same as long as the process runs, but for the address, which a node may learn
/// when it joins. All of it outlives whoever has a reference.
struct Home {
  net::Loop& loop;
  Log& log;
  store::Directory& directory;
  KeeperLine& keeper;
  Settings settings;
  std::string address;  ///< Where this node wants to be reached.
  Instant began;
  wire::WallTime began_at;  ///< For people.
};

/// The wall clock, for people.
[[nodiscard]] inline wire::WallTime wall_now() {
  return wire::WallTime{std::chrono::milliseconds{net::Loop::unix_ms()}};
}

}  // namespace duckduckgoose::node

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/book.hpp"
#include "node/engine.hpp"
#include "node/home.hpp"
#include "node/joining.hpp"
#include "node/peers.hpp"
#include "node/story.hpp"
#include "node/work.hpp"
#include "wire/cause.hpp"
#include "wire/status.hpp"

/// What a node shows of itself.
namespace duckduckgoose::node {

/// Another cluster of this one's name, that was met lately (F8).
struct Foreigner {
  wire::ForeignCluster what;
  Instant met;

  static constexpr Duration kept = std::chrono::minutes{1};
};

/// All that /status is made of, as it is now.
struct Facts {
  const Home& home;
  const Engine& engine;
  const Peers& peers;
  const Book& book;
  const Story& story;
  const Work& work;
  const Joining* joining = nullptr;  ///< While fresh.
  const std::optional<Foreigner>& foreigner;
  bool draining = false;
};

[[nodiscard]] wire::Status status_of(const Facts& facts, Instant now);

/// Of all nodes that this one knows of, itself among them where it is in a cluster, the first
/// `limit` with an id above `after`, ascending.
[[nodiscard]] wire::MembersPage members_of(const Facts& facts, NodeId after, std::size_t limit,
                                           Instant now);

[[nodiscard]] wire::ShownRole role_of(const Facts& facts, Instant now);

/// Why there is no goose, or why the one there is came.
struct Why {
  std::string sentence;
  std::string code;
};
[[nodiscard]] Why why_of(const Facts& facts, Instant now);

/// A goose's claim ends here, at the latest.
[[nodiscard]] std::optional<Instant> claim_ends(const Engine& engine, Instant now);

}  // namespace duckduckgoose::node

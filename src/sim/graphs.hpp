#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace duckduckgoose::sim {

/// Who hears whom, for ever, in a cluster whose voters all have the same configuration.
struct Graph {
  std::size_t nodes = 0;
  bool directed = false;
  std::uint32_t number = 0;  ///< Its bits say which of the possible edges are there.

  [[nodiscard]] bool has_edge(std::size_t from, std::size_t to) const;

  /// Does `node` reach a majority both ways, itself included?
  [[nodiscard]] bool reaches_majority(std::size_t node) const;
  [[nodiscard]] bool can_have_goose() const;

  [[nodiscard]] static std::uint32_t count(std::size_t nodes, bool directed);
};

/// A graph and who leads when the network becomes it.
struct GraphCase {
  Graph graph;
  std::size_t goose = 0;
};

/// What one case did.
struct GraphResult {
  std::optional<Violation> violation;
  Counts counts;
  Duration simulated{0};
  std::size_t elections = 0;
  double goose_after = 0;  ///< In promises; 0 if the goose could stay.
};

/// Plays cases: safe always; where a voter reaches a majority a goose within 6 promises, and no
/// change in the 30 after; a goose that does not reach a majority is silent after a promise and a
/// heartbeat (DESIGN.md section 8).
class Graphs {
 public:
  /// Prepares one world for each goose.
  explicit Graphs(std::size_t nodes);

  [[nodiscard]] GraphResult run(const GraphCase& which, std::string* log = nullptr) const;

 private:
  std::vector<World> worlds_;
};

}  // namespace duckduckgoose::sim

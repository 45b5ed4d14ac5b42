#include "sim/graphs.hpp"

#include <algorithm>
#include <array>

#include "raft/ensure.hpp"

namespace duckduckgoose::sim {

namespace {

using std::chrono::milliseconds;

constexpr Duration promise = milliseconds{500};
constexpr int goose_within = 6;
constexpr int quiet_after = 30;

/// Clocks at both ends of the bound, and right ones.
NodeClock clock_of(std::size_t node) {
  constexpr std::array rates{NodeClock::slowest, NodeClock::fastest, NodeClock::right};
  return {rates.at(node % rates.size()), Instant{milliseconds{1000 * node}}};
}

/// A world whose goose is `goose`, and has been so for a while.
World world_led_by(std::size_t goose, std::size_t nodes) {
  World world{goose + 1};
  std::vector<PlaceIndex> voters;
  voters.reserve(nodes);
  for (std::size_t node = 0; node < nodes; ++node) {
    voters.push_back(world.add_place("n" + std::to_string(node + 1), clock_of(node)));
  }
  world.found(voters, promise, {});
  for (const PlaceIndex voter : voters) world.start(voter);
  world.run_for(promise * 2);
  // Another one may win the race to follow; then it hands over in turn.
  constexpr int tries = 10;
  for (int i = 0; i < tries && world.goose() != goose; ++i) {
    if (world.goose()) {
      world.drain(*world.goose(), ReleaseReason::handover, world.id(goose));
    }
    world.run_for(promise * 2);
  }
  ensure(world.goose() == goose && !world.violation());
  return world;
}

void cut_to(const Graph& graph, World& world, bool links_break) {
  for (PlaceIndex from = 0; from < graph.nodes; ++from) {
    for (PlaceIndex to = 0; to < graph.nodes; ++to) {
      if (from == to || graph.has_edge(from, to)) continue;
      world.cut(from, to);
      if (links_break) world.break_link(from, to);
    }
  }
}

}  // namespace

std::uint32_t Graph::count(std::size_t nodes, bool directed) {
  const std::size_t edges = nodes * (nodes - 1) / (directed ? 1 : 2);
  return std::uint32_t{1} << edges;
}

bool Graph::has_edge(std::size_t from, std::size_t to) const {
  if (from == to) return true;
  if (directed) {
    const std::size_t edge = from * (nodes - 1) + (to > from ? to - 1 : to);
    return ((number >> edge) & 1U) != 0;
  }
  const auto [low, high] = std::minmax(from, to);
  const std::size_t edge = high * (high - 1) / 2 + low;
  return ((number >> edge) & 1U) != 0;
}

bool Graph::reaches_majority(std::size_t node) const {
  std::size_t reached = 0;
  for (std::size_t other = 0; other < nodes; ++other) {
    if (has_edge(node, other) && has_edge(other, node)) ++reached;
  }
  return reached >= majority_of(nodes);
}

bool Graph::can_have_goose() const {
  for (std::size_t node = 0; node < nodes; ++node) {
    if (reaches_majority(node)) return true;
  }
  return false;
}

Graphs::Graphs(std::size_t nodes) {
  for (std::size_t goose = 0; goose < nodes; ++goose) worlds_.push_back(world_led_by(goose, nodes));
}

GraphResult Graphs::run(const GraphCase& which, std::string* log) const {
  World world = worlds_[which.goose];
  const Counts before = world.counts();
  if (log != nullptr) world.log_to(log, World::Detail::everything);
  const auto violate = [&](std::string what) {
    world.checker().violate("graph", std::move(what), world.now());
  };
  // The network breaks at any time between two heartbeats; every other case also closes the
  // connections.
  const std::uint64_t mixed = std::uint64_t{which.graph.number} * 2654435761U + which.goose;
  world.run_for(Duration{static_cast<Duration::rep>(mixed % 50'000)});
  const TrueTime began = world.now();
  const std::size_t elections = world.checker().tenures();
  cut_to(which.graph, world, mixed % 2 == 0);

  constexpr Duration look = promise / 10;
  constexpr Duration silent_after = promise * 101 / 99 + promise / 10;
  while (world.now() - began < promise * goose_within && !world.violation()) {
    world.run_for(look);
    const auto goose = world.goose();
    if (goose && !which.graph.reaches_majority(*goose) && world.now() - began > silent_after) {
      violate("a goose that hears no majority is not silent");
    }
  }
  if (which.graph.can_have_goose()) {
    if (!world.goose()) violate("no goose within 6 promises");
    const std::size_t tenures = world.checker().tenures();
    world.run_for(promise * quiet_after);
    if (world.checker().tenures() != tenures || !world.goose()) violate("the goose changed again");
  }
  GraphResult result;
  result.violation = world.violation();
  result.counts = world.counts();
  result.counts.events -= before.events;
  result.counts.sent -= before.sent;
  result.counts.lost -= before.lost;
  result.counts.saves -= before.saves;
  result.simulated = world.now() - began;
  result.elections = world.checker().tenures() - elections;
  const Duration waited = std::max(Duration{0}, world.checker().last_tenure_began() - began);
  result.goose_after = static_cast<double>(waited.count()) / static_cast<double>(promise.count());
  return result;
}

}  // namespace duckduckgoose::sim

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "sim/commands.hpp"
#include "sim/graphs.hpp"
#include "sim/names.hpp"
#include "sim/report.hpp"

namespace duckduckgoose::sim {

namespace {

struct Set {
  std::size_t nodes;
  bool directed;
};
constexpr Set undirected_on_five{5, false};
constexpr Set directed_on_four{4, true};

/// "directed:517:2": the graph's number and the goose, from 0.
std::string name_of(const GraphCase& which) {
  return std::string{which.graph.directed ? "directed" : "undirected"} + ":" +
         std::to_string(which.graph.number) + ":" + std::to_string(which.goose);
}

std::optional<GraphCase> case_named(std::string_view name) {
  const auto first = name.find(':');
  const auto second = name.rfind(':');
  if (first == std::string_view::npos || second == first) return std::nullopt;
  const std::string_view kind = name.substr(0, first);
  if (kind != "directed" && kind != "undirected") return std::nullopt;
  const Set set = kind == "directed" ? directed_on_four : undirected_on_five;
  GraphCase which{{set.nodes, set.directed, 0}, 0};
  const char* const end = name.data() + name.size();
  const auto number =
      std::from_chars(name.data() + first + 1, name.data() + second, which.graph.number);
  const auto goose = std::from_chars(name.data() + second + 1, end, which.goose);
  const bool is_read = number.ec == std::errc{} && number.ptr == name.data() + second &&
                       goose.ec == std::errc{} && goose.ptr == end;
  if (!is_read || which.goose >= set.nodes ||
      which.graph.number >= Graph::count(set.nodes, set.directed)) {
    return std::nullopt;
  }
  return which;
}

void print(const Violation& violation, const GraphCase& which) {
  const std::string name = name_of(which);
  std::printf(
      "violation of %s in graph %s at %s: %s\nreplay it: duckduckgoose-sim graphs --only %s\n",
      violation.invariant.c_str(), name.c_str(), in_ms(violation.at.time_since_epoch()).c_str(),
      violation.what.c_str(), name.c_str());
}

int run_one(const std::string& name) {
  const auto which = case_named(name);
  if (!which) {
    std::fprintf(stderr, "--only is undirected:GRAPH:GOOSE or directed:GRAPH:GOOSE, not '%s'\n",
                 name.c_str());
    return 2;
  }
  std::string log;
  const GraphResult result = Graphs{which->graph.nodes}.run(*which, &log);
  std::fputs(log.c_str(), stdout);
  if (result.violation) print(*result.violation, *which);
  return result.violation ? 1 : 0;
}

}  // namespace

int graphs(const std::optional<std::string>& only) {
  if (only) return run_one(*only);
  Report report{"graphs"};
  std::uint64_t cases = 0;
  std::uint64_t with_goose = 0;
  double worst = 0;
  std::uint64_t all = 0;
  for (const Set set : {undirected_on_five, directed_on_four}) {
    all += Graph::count(set.nodes, set.directed) * set.nodes;
  }
  for (const Set set : {undirected_on_five, directed_on_four}) {
    const Graphs prepared{set.nodes};
    for (std::uint32_t number = 0; number < Graph::count(set.nodes, set.directed); ++number) {
      for (std::size_t goose = 0; goose < set.nodes; ++goose) {
        const GraphCase which{{set.nodes, set.directed, number}, goose};
        const GraphResult result = prepared.run(which);
        report.add(result.counts, result.simulated, result.elections, result.violation.has_value());
        if (result.violation) print(*result.violation, which);
        ++cases;
        if (which.graph.can_have_goose()) {
          ++with_goose;
          worst = std::max(worst, result.goose_after);
        }
        report.progress(cases, all);
      }
    }
  }
  std::printf("in %s cases a voter reaches a majority: a goose after at most %.1f promises%s\n",
              std::to_string(with_goose).c_str(), worst,
              report.violations() == 0 ? ", no later change" : "");
  std::printf("%s\n", report.closing("cases", cases).c_str());
  return report.violations() == 0 ? 0 : 1;
}

}  // namespace duckduckgoose::sim

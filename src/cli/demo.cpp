#include "cli/demo.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include "cli/demo/console.hpp"
#include "cli/demo/pond.hpp"
#include "cli/demo/show.hpp"
#include "cli/terminal.hpp"
#include "wire/error.hpp"

namespace duckduckgoose::cli {
namespace {

/// With fewer, one voter decides alone, and nobody can follow it.
constexpr int nodes_for_once_min = 3;

Expected<int> number_of_nodes(const Values& values) {
  const auto given = values.find(Opt::nodes);
  if (!given) return 3;
  const int min = values.has_flag(Opt::show_once) ? nodes_for_once_min : 1;
  if (const auto count = whole_number(given->text, min, demo::Pond::nodes_max)) return *count;
  return std::unexpected(bad_value(*given, wire::quoted(given->text) + " is no number from " +
                                               std::to_string(min) + " to " +
                                               std::to_string(demo::Pond::nodes_max) +
                                               (min > 1 ? ": --once kills one of the nodes" : "")));
}

}  // namespace

Expected<Exit> run_demo(const Call& call) {
  const auto count = number_of_nodes(call.values);
  if (!count) return std::unexpected(count.error());
  const bool once = call.values.has_flag(Opt::show_once);
  demo::Console console{!once, Paint::for_output(STDOUT_FILENO, call.values.environment())};
  auto pond = demo::Pond::make();
  if (!pond) return refuse(Exit::disk, "cannot make a place for the demo: " + pond.error());
  demo::Show show{*std::move(pond), console};
  return once ? show.once(*count) : show.live(*count);
}

}  // namespace duckduckgoose::cli

#include "node/greeting.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "wire/ids.hpp"

namespace duckduckgoose::node {

namespace {

constexpr std::string_view no_common = "no common protocol version: ";

std::string named(const wire::Hello& hello) {
  return hello.cluster + " (" + wire::to_text(*hello.cluster_id) + ")";
}

/// "2 to 3"
std::string range_of(const wire::Hello& hello) {
  const auto [min, max] = hello.protocol;
  return min == max ? fmt::format("{}", min) : fmt::format("{} to {}", min, max);
}

std::string program_of(const wire::Hello& hello) {
  return hello.version.empty() ? "" : " (" + hello.version + ")";
}

/// Releases talk to their neighbours, so the older one catches up, one step at a time.
RefuseIt no_common_version(const wire::Hello& mine, const wire::Hello& theirs) {
  const bool mine_is_older = mine.protocol.max < theirs.protocol.min;
  const std::uint64_t last = (mine_is_older ? mine : theirs).protocol.max;
  const std::string bridge = fmt::format("that speaks {} and {}", last, last + 1);
  const std::string my_range = range_of(mine);
  const std::string their_range = range_of(theirs);
  return {.code = Close::protocol_error,
          .to_peer = fmt::format("{}this node speaks {}, you {}; upgrade {} node first, to one {}",
                                 no_common, my_range, their_range, mine_is_older ? "this" : "your",
                                 bridge),
          .here = fmt::format("{}it{} speaks {}, this node{} {}; upgrade {} first, to a release {}",
                              no_common, program_of(theirs), their_range, program_of(mine),
                              my_range, mine_is_older ? "this node" : "it", bridge),
          .is_foreign = false,
          .is_other_protocol = true};
}

RefuseIt other_cluster(const wire::Hello& mine, const wire::Hello& theirs) {
  return {.code = Close::refused,
          .to_peer = "this node is in cluster " + named(mine) + ", you are in " + named(theirs),
          .here = "it is in cluster " + named(theirs) + ", this node is in " + named(mine),
          .is_foreign = mine.cluster == theirs.cluster};
}

}  // namespace

Greeting greet(const wire::Hello& mine, const wire::Hello& theirs) {
  if (!wire::agree(mine.protocol, theirs.protocol)) return no_common_version(mine, theirs);
  const NodeId id = mine.incarnation.id;
  if (theirs.incarnation.id == id) {
    if (theirs.incarnation == mine.incarnation) return ItIsMyself{};
    return RefuseIt{
        .code = Close::refused,
        .to_peer =
            "this node has the same id: two processes run on copies of one data "
            "directory",
        .here = "it has this node's id: two processes run on copies of one data directory",
        .is_foreign = false};
  }
  if (theirs.to && *theirs.to != id) {
    return RefuseIt{
        .code = Close::refused,
        .to_peer = "this is node " + wire::to_text(id) + ", not " + wire::to_text(*theirs.to),
        .here = "it looks for node " + wire::to_text(*theirs.to) + " here"};
  }
  if (!mine.cluster_id) return HearIt{};
  if (!theirs.cluster_id) return WelcomeIt{};
  if (*mine.cluster_id != *theirs.cluster_id) return other_cluster(mine, theirs);
  if (theirs.keeper) return HearProof{};
  return BindIt{};
}

}  // namespace duckduckgoose::node

#include "node/greeting.hpp"

#include <initializer_list>
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
  std::string text = std::to_string(hello.protocol.min);
  if (hello.protocol.max != hello.protocol.min) {
    text.append(" to ").append(std::to_string(hello.protocol.max));
  }
  return text;
}

std::string program_of(const wire::Hello& hello) {
  return hello.version.empty() ? "" : " (" + hello.version + ")";
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

/// Releases talk to their neighbours, so the older one catches up, one step at a time.
RefuseIt no_common_version(const wire::Hello& mine, const wire::Hello& theirs) {
  const bool mine_is_older = mine.protocol.max < theirs.protocol.min;
  const std::uint64_t last = (mine_is_older ? mine : theirs).protocol.max;
  const std::string bridge =
      joined({" that speaks ", std::to_string(last), " and ", std::to_string(last + 1)});
  const std::string my_range = range_of(mine);
  const std::string their_range = range_of(theirs);
  return {.code = Close::protocol_error,
          .to_peer =
              joined({no_common, "this node speaks ", my_range, ", you ", their_range, "; upgrade ",
                      mine_is_older ? "this" : "your", " node first, to one", bridge}),
          .here = joined({no_common, "it", program_of(theirs), " speaks ", their_range,
                          ", this node", program_of(mine), " ", my_range, "; upgrade ",
                          mine_is_older ? "this node" : "it", " first, to a release", bridge}),
          .is_foreign = false,
          .is_clone = false,
          .is_other_protocol = true};
}

RefuseIt other_cluster(const wire::Hello& mine, const wire::Hello& theirs) {
  return {.code = Close::refused,
          .to_peer = "this node is in cluster " + named(mine) + ", you are in " + named(theirs),
          .here = "it is in cluster " + named(theirs) + ", this node is in " + named(mine),
          .is_foreign = mine.cluster == theirs.cluster,
          .is_clone = false};
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
        .is_foreign = false,
        .is_clone = true};
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

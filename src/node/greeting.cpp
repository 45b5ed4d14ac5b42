#include "node/greeting.hpp"

#include "wire/ids.hpp"

namespace duckduckgoose::node {

namespace {

std::string named(const wire::Hello& hello) {
  return hello.cluster + " (" + wire::to_text(*hello.cluster_id) + ")";
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
  if (const auto version = wire::agree(mine.protocol, theirs.protocol); !version) {
    return RefuseIt{
        .code = Close::protocol_error, .to_peer = version.error(), .here = version.error()};
  }
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

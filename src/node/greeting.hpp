#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "node/session.hpp"
#include "wire/frame.hpp"

/// What two hellos make of a link, as a value.
namespace duckduckgoose::node {

/// Both are in the same cluster: a link between its nodes.
struct BindIt {};
/// The other side is fresh and this one is not: tell it what it needs to join.
struct WelcomeIt {};
/// The keeper of a node of the same cluster, which is dead.
struct HearProof {};
/// This side is fresh: the other may invite it, or answers what it was asked.
struct HearIt {};
/// This very process has dialled itself.
struct ItIsMyself {};
/// The link is ended; `to_peer` is its last word there.
struct RefuseIt {
  Close code = Close::refused;
  std::string to_peer;
  std::string here;                ///< The same for this side's log, without who the other side is.
  bool is_foreign = false;         ///< Another cluster of the same name (F8).
  bool is_other_protocol = false;  ///< No version in common.
};
using Greeting = std::variant<BindIt, HearProof, WelcomeIt, HearIt, ItIsMyself, RefuseIt>;

[[nodiscard]] Greeting greet(const wire::Hello& mine, const wire::Hello& theirs);

}  // namespace duckduckgoose::node

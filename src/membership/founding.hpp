#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "raft/event.hpp"
#include "raft/record.hpp"

namespace duckduckgoose::membership {

/// The exit codes that founding and joining can end with (SURFACE.md, section 4).
enum class Exit { usage = 2, protocol = 76, configuration = 78 };

/// Ends the start: one sentence that says what is wrong and what to do.
struct Refuse {
  Exit exit = Exit::configuration;
  std::string sentence;
  bool operator==(const Refuse&) const = default;
};

/// What the settings say of founding and joining.
struct Start {
  std::optional<std::string> cluster = {};  ///< The name, if one was given.
  std::vector<std::string> join = {};       ///< host:port each.
  std::optional<std::size_t> expect = {};   ///< So many nodes found it together: all of `join`.
  Duration promise = promise_default;       ///< Of a cluster that this node helps to found.
  bool loopback_only = true;                ///< It listens on loopback addresses only.
  bool init = false;  ///< `duckduckgoose init`: found a cluster of one, wherever it listens.
};

/// F1: go on with the cluster of the record.
struct Resume {
  bool operator==(const Resume&) const = default;
};
/// F5 and init: found a cluster of one.
struct FoundAlone {
  std::string cluster;
  bool operator==(const FoundAlone&) const = default;
};
/// What all that found one cluster together must have been told alike (F3).
struct Charter {
  std::string cluster;
  std::vector<std::string> slots{};  ///< host:port each, ascending: one disk behind each.
  Duration promise = promise_default;
  Limits limits{};
  bool operator==(const Charter&) const = default;
};

/// F2, F3 and F6: ask each of these, again and again, until one is in a cluster, or until all that
/// the charter names can found one.
struct AskTargets {
  std::string cluster;
  std::vector<std::string> targets;
  std::optional<Charter> charter{};  ///< None: this node founds nothing.
  bool operator==(const AskTargets&) const = default;
};
using Decision = std::variant<Resume, FoundAlone, AskTargets, Refuse>;

/// The name of a cluster whose founder was given none.
inline constexpr std::string_view cluster_name_default = "default";

/// How a node starts.
[[nodiscard]] Decision decide_start(const Record& record, const Start& start);

/// The cluster of one that `record`'s node founds: the event for the core. A function of durable
/// data and the settings only, so that a founding cut short by a crash founds the same cluster
/// again. `token_base` is `born`.
[[nodiscard]] Enrolled found_alone(const Record& record, std::string cluster, std::string address,
                                   Duration promise = promise_default, Limits limits = {});

/// One of those that found a cluster together: a slot, and the node that answers there.
struct Founder {
  std::string slot;
  Record::Node node;
  bool operator==(const Founder&) const = default;
};

/// F3: the cluster that `founders` found, one for each slot of `charter`: the event for the core. A
/// function of these alone, so that all write the same without a coordinator; `token_base` is the
/// newest `born`.
[[nodiscard]] Enrolled found_together(const Charter& charter, const std::vector<Founder>& founders);

/// At the address of a voter of the cluster `ours` the node `met` has answered, which is in the
/// cluster `theirs` (0: in none). True: the voter is gone from there: another id answers, or this
/// one in another cluster.
[[nodiscard]] bool is_gone(NodeId voter, ClusterId ours, NodeId met, ClusterId theirs);

/// Gone, and whoever has answered there is not in the cluster `ours`: else its voters are others
/// now, and it lives.
[[nodiscard]] bool is_lost(NodeId voter, ClusterId ours, NodeId met, ClusterId theirs);

/// F4: the record's cluster never had a goose, and can have none any more, as so many of its voters
/// are `lost`. Or its node does not vote, and all voters are lost. Then the node starts over under
/// a new id; not one that an operator has removed.
[[nodiscard]] bool is_stillborn(const Record& record, const std::vector<NodeId>& lost);

/// The record of the same node alone in a new cluster of that name, for when the majority of the
/// old one is lost: an operator's word that it is. `now`: Unix milliseconds. Tokens go on above all
/// that the old cluster can have given. What was promised there is waited for (rule 6).
[[nodiscard]] Record recovered(Record record, std::uint64_t now);

}  // namespace duckduckgoose::membership

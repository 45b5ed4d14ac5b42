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
enum class Exit { usage = 2, configuration = 78 };

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
/// F2 and F6: ask each of these, again and again, until one is in a cluster.
struct AskTargets {
  std::string cluster;
  std::vector<std::string> targets;
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

/// What one target of a fresh node answered.
struct TargetAnswer {
  std::string target;
  NodeId id;
  Record::Cluster cluster;  ///< Id 0: it is fresh itself; the name is the one that it wants.
  Configuration config;
  bool knows_leader = false;
};
/// A target that did not answer.
struct TargetSilent {
  std::string target;
  std::string why;  ///< "connection refused"
};
using Heard = std::variant<TargetAnswer, TargetSilent>;

/// Join this cluster: the event for the core, and what to say.
struct Join {
  Enrolled enrolled;
  std::string sentence;
};
/// Ask again, and say what is waited for.
struct AskAgain {
  std::string sentence;
};
using Choice = std::variant<Join, AskAgain, Refuse>;

/// What a fresh node does once each target has answered or not (F2, F6). `cluster` is the name that
/// it wants.
[[nodiscard]] Choice choose(const Record& record, const std::string& cluster,
                            const std::vector<Heard>& heard);

/// How long to wait before asking all targets again, after `rounds` rounds in vain: 100 ms,
/// doubling to 5 s.
[[nodiscard]] Duration ask_again_after(unsigned rounds);

}  // namespace duckduckgoose::membership

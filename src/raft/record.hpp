#pragma once

#include <optional>
#include <string>
#include <vector>

#include "raft/configuration.hpp"

namespace duckduckgoose {

/// The newest incarnation of a peer that was met, and the highest `saves` that it has shown (rule
/// 9).
struct Seen {
  Incarnation who{};
  std::uint64_t saves = 0;
  bool operator==(const Seen&) const = default;
};

/// A node's whole durable state, about a kilobyte. What it says was on disk before any message that
/// rests on it left the node (thesis 3.8).
struct Record {
  struct Node {
    NodeId id{};
    std::uint64_t born = 0;  ///< Unix milliseconds of the first start.
    bool may_lead = true;
    bool operator==(const Node&) const = default;
  };
  struct Cluster {
    std::string name = "default";
    ClusterId id{};  ///< 0: fresh, not in a cluster yet.
    bool operator==(const Cluster&) const = default;
  };

  std::uint64_t saves = 0;  ///< Raised by every write.
  Node node;
  std::uint64_t starts = 0;  ///< Raised at every process start.
  Cluster cluster;
  Term term{};
  std::optional<NodeId> voted_for{};
  Duration promise_max{0};  ///< No promise that was given still binds for longer than this.
  Configuration config;
  std::vector<Seen> seen{};  ///< A hint for rule 9: saved along, or alone in a quiet moment.
  /// Where this node is reached, if that was found out and not told: the target that answered as
  /// it.
  std::optional<std::string> slot{};
  std::vector<std::string> addresses{};  ///< Where peers were last met: saved as `seen` is.
  bool operator==(const Record&) const = default;

  [[nodiscard]] bool is_fresh() const { return cluster.id == ClusterId{}; }
};

/// What must be on disk before anything leaves. A stamp names one configuration, so it stands for
/// it.
struct Vitals {
  std::uint64_t starts = 0;
  ClusterId cluster{};
  Term term{};
  std::optional<NodeId> voted_for{};
  Duration promise_max{0};
  Stamp stamp{};
  bool operator==(const Vitals&) const = default;
};
[[nodiscard]] Vitals vitals_of(const Record& record);

/// The record that a process writes before it does anything else: one more start, one more save.
[[nodiscard]] Record started_again(Record record);

}  // namespace duckduckgoose

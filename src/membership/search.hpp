#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "membership/founding.hpp"

/// How a fresh node finds its cluster, or founds it with others, as a value: F2, F3, F6, F8.
namespace duckduckgoose::membership {

/// What one target of a fresh node answered.
struct TargetAnswer {
  std::string target;
  Record::Node node;
  Record::Cluster cluster;  ///< Id 0: it is fresh itself; the name is the one that it wants.
  Configuration config;
  bool knows_leader = false;
  std::optional<Charter> charter{};  ///< Of a fresh one that is to found a cluster.
};
/// A target that did not answer.
struct TargetSilent {
  std::string target;
  std::string why;                 ///< "connection refused"
  bool is_other_protocol = false;  ///< It did answer, but in no version that this node speaks.
};
using Heard = std::variant<TargetAnswer, TargetSilent>;

/// Join this cluster, or found it: the event for the core, and what to say.
struct Join {
  Enrolled enrolled;
  std::string sentence;
};
/// Ask again, and say what is waited for.
struct AskAgain {
  std::string sentence;
  bool at_once = false;  ///< All are there: only the second look is missing.
};
using Choice = std::variant<Join, AskAgain, Refuse>;

/// The rounds of questions of one fresh node. In each every target is asked once, and heard once.
class Search {
 public:
  /// `advertise`: the slot of this node, where no target's answer shows which one it is.
  Search(Record::Node me, AskTargets ask, std::optional<std::string> advertise = {});

  [[nodiscard]] const std::vector<std::string>& targets() const { return ask_.targets; }
  [[nodiscard]] const std::optional<Charter>& charter() const { return ask_.charter; }
  /// Asked from the next round on. False: it is known, or there are too many.
  bool add_target(const std::string& target);

  /// Without a slot this node has no address: as long as one that may be its own is silent it does
  /// not join.
  void find_own_slot() { needs_own_slot_ = true; }

  /// Forgets what was heard in the last round.
  void begin_round();
  /// A second answer of one target in one round is not heard.
  void hear(Heard heard);
  [[nodiscard]] bool is_complete() const { return heard_.size() >= asked_; }
  [[nodiscard]] const std::vector<Heard>& heard() const { return heard_; }

  /// What to do after a complete round.
  [[nodiscard]] Choice decide();

  /// Where this node is reached, as far as the answers show: the slot that was itself.
  [[nodiscard]] const std::optional<std::string>& own_slot() const { return own_slot_; }

  static constexpr std::size_t targets_max = 64;

 private:
  [[nodiscard]] bool is_slot(const std::string& target) const;
  [[nodiscard]] std::string silent_slots() const;
  [[nodiscard]] std::variant<std::vector<Founder>, std::string> roster() const;

  Record::Node me_;
  AskTargets ask_;
  std::optional<std::string> own_slot_;
  bool needs_own_slot_ = false;
  std::size_t asked_ = 0;
  std::vector<Heard> heard_;
  std::optional<std::vector<Founder>> seen_;  ///< All slots, as the last round showed them.
};

/// How long to wait before asking all targets again, after `rounds` rounds in vain: 100 ms,
/// doubling to 5 s.
[[nodiscard]] Duration ask_again_after(unsigned rounds);

}  // namespace duckduckgoose::membership

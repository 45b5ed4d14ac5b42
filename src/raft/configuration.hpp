#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "raft/types.hpp"

namespace duckduckgoose {

/// A voter. The address is a hint that may change; the id is the identity (rule 9).
struct Member {
  NodeId id{};
  std::string address;
  bool may_lead = true;  ///< False for a witness, which votes and never leads.
  bool operator==(const Member&) const = default;
};

/// Who took a node out of the cluster. Only an operator's word is meant for ever.
enum class RemovedBy { operator_, upkeep };

/// An id that was taken out, and by whom.
struct Removed {
  NodeId id{};
  RemovedBy by = RemovedBy::operator_;
  bool operator==(const Removed&) const = default;
};

/// What the upkeep keeps to; part of the configuration, so that every goose follows the same
/// limits.
struct Limits {
  int voters = 5;                                     ///< At most so many voters; odd.
  Duration replace_after = std::chrono::seconds{30};  ///< A voter silent so long is replaced.
  Duration shrink_after = std::chrono::minutes{2};  ///< ... and dropped, if nobody can replace it.
  bool operator==(const Limits&) const = default;
};

/// The one replicated thing: who votes, under which promise and limits. A value with a version; it
/// takes the place of Raft's log (Schultz, Zhou, Dardik, Tripakis: logless dynamic reconfiguration,
/// OPODIS 2021).
struct Configuration {
  Stamp stamp{};
  std::uint64_t token_base = 0;  ///< Unix milliseconds; token = token_base + term.
  Duration promise = promise_default;
  Limits limits;
  std::vector<Member> members{};  ///< The voters, ascending by id.
  std::vector<Removed>
      removed{};  ///< The last `removed_max` ids that were taken out, oldest first.
  bool operator==(const Configuration&) const = default;

  static constexpr std::size_t removed_max = 64;
  static constexpr std::size_t members_max = 63;
  static constexpr std::size_t founders_max = 5;  ///< That found a cluster together (F3).

  [[nodiscard]] const Member* find(NodeId id) const;
  [[nodiscard]] bool has(NodeId id) const { return find(id) != nullptr; }
  [[nodiscard]] bool may_lead(NodeId id) const;
  [[nodiscard]] std::optional<RemovedBy> removed_by(NodeId id) const;
  [[nodiscard]] Token token(Term term) const { return Token{token_base + term.value}; }
  [[nodiscard]] bool is_single() const { return members.size() == 1; }

  void add(Member member);  ///< Keeps `members` sorted; the id must not be there yet.
  void drop(NodeId id);
  void mark_removed(NodeId id, RemovedBy by);
};

/// The number of voters that must agree: more than half, so that any two majorities share a voter
/// (thesis 3.4).
[[nodiscard]] constexpr std::size_t majority_of(std::size_t voters) { return voters / 2 + 1; }
static_assert(majority_of(1) == 1);
static_assert(majority_of(2) == 2, "two nodes tolerate no failure");
static_assert(majority_of(3) == 2);
static_assert(majority_of(5) == 3);

}  // namespace duckduckgoose

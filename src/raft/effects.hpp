#pragma once

#include <concepts>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "raft/event.hpp"

namespace duckduckgoose {

/// One stay in office. A node has at most one in a term, and never resumes it.
struct Tenure {
  Incarnation who{};
  Term term{};
  Token token{};
  auto operator<=>(const Tenure&) const = default;
};

/// Who leads, as far as this node knows, and why.
struct Leadership {
  std::optional<Tenure> mine{};         ///< Set while this node itself leads.
  std::optional<Incarnation> leader{};  ///< None: nobody is known to.
  Term term{};                          ///< The leader's, or this node's own where there is none.
  Cause cause{};
  bool operator==(const Leadership&) const = default;
};

/// What became of a ChangeRequest, Confirm or Drain.
enum class Outcome {
  in_force,  ///< The change is on a majority; or the leader is confirmed; or the office was handed
             ///< over.
  not_leader,
  lost,  ///< The office ended before it was known: the change may or may not survive.
  change_in_flight,
  voters_silent,    ///< Rule 7: `silent` have not acknowledged the configuration, or not lately.
  lease_would_end,  ///< Rule 7b: not enough of the new voters have acknowledged lately.
  unknown_node,     ///< No voter has this id, or it was removed for ever.
  is_leader,        ///< The leader itself cannot be dropped; it hands over first.
  last_leader,      ///< Told by the membership, before the core is asked.
  no_successor,
  draining,
  nothing_to_undo,
  too_many,  ///< More questions in flight than the core keeps.
  out_of_range,
};
/// The answer to the question that `ticket` names; each is answered once, or never if the process
/// ends.
struct Answer {
  Ticket ticket{};
  Outcome outcome = Outcome::in_force;
  std::vector<NodeId> silent{};
  bool operator==(const Answer&) const = default;
};

/// What a step did, for people: one line of text each (raft/text.hpp).
enum class Turn {
  waits,      ///< Became a follower, knowing no leader.
  follows,    ///< `other` leads.
  asks,       ///< Became a pre-candidate.
  campaigns,  ///< Became a candidate.
  leads,
  lapsed,   ///< The lease ended.
  deposed,  ///< A higher term was met.
  drains,
  released,       ///< Gave up office and said so.
  lost,           ///< An election.
  heard_release,  ///< `other` holds no lease any more.
  installed,      ///< A newer configuration.
  changed,        ///< As leader, the configuration.
  change_in_force,
  refused,      ///< A message of `other`, for `refusal`.
  was_refused,  ///< By `other`, for `refusal`.
};
/// One turn of events. Which members are set depends on `turn`.
struct Trace {
  Turn turn = Turn::waits;
  Term term{};
  std::optional<NodeId> other{};
  std::optional<Refusal> refusal{};
  std::optional<Stamp> stamp{};
  std::optional<Cause> cause{};
  bool operator==(const Trace&) const = default;
};

/// What one step wants done. perform() fixes the order.
struct Effects {
  std::optional<Tenure>
      withdraw{};  ///< First: whoever acts for this tenure must learn that it has ended.
  std::optional<Record> persist{};  ///< Then: on disk before anything below.
  std::vector<Message>
      send{};  ///< Then: to voters and observers by id. May be lost, doubled, reordered.
  std::optional<Message>
      notice{};  ///< ... and to every linked node that is not among `rounds_to()`, encoded once.
  std::optional<Instant>
      held{};  ///< Answers Hold: the window is firm until then (now: none was given).
  std::vector<Answer> answers{};
  std::optional<Leadership> announce{};  ///< Last.
  std::vector<Trace> trace{};
  std::optional<Instant> wake_at{};  ///< Step with a Tick at this time, or earlier.
};

/// What perform() needs of the world. `persist` may fail; nothing else may.
template <class H>
concept Host = requires(H& host, const Tenure& tenure, const Record& record,
                        const Effects& effects) {
  typename H::Error;
  { host.withdraw(tenure) } -> std::same_as<void>;
  { host.persist(record) } -> std::same_as<std::expected<void, typename H::Error>>;
  { host.send(effects) } -> std::same_as<void>;
  { host.announce(effects) } -> std::same_as<void>;
};

/// Carries out one step's effects in the only safe order: withdraw, persist, send, announce. Sends
/// nothing when the disk refuses: an unsaved vote must never leave the node (thesis 3.8). The
/// caller then stops the node.
template <Host H>
[[nodiscard]] std::expected<void, typename H::Error> perform(const Effects& effects, H& host) {
  if (effects.withdraw) host.withdraw(*effects.withdraw);
  if (effects.persist) {
    if (auto saved = host.persist(*effects.persist); !saved) return saved;
  }
  host.send(effects);
  host.announce(effects);
  return {};
}

}  // namespace duckduckgoose

#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "raft/configuration.hpp"

namespace duckduckgoose {

/// Why a node stopped being the leader, or never became it, on its own word (rule 8).
enum class ReleaseReason {
  handover,
  stopped,
  removed,
  unhealthy,
  command_failed,
  command_ended,  ///< And its node with it, as it was told to.
  keeper_silent,  ///< So that nobody would prove its death in time.
  keeper_dead,    ///< The node ends: nobody could prove its death.
  lease_ran_low,  ///< What runs by the lease had to end before it was renewed.
  lost_election,
  dead
};

/// "This incarnation holds no lease of this term or before, nor ever will." (rule 8)
struct Release {
  Incarnation incarnation{};
  Term term{};  ///< Ignored when `reason` is dead: that is every term.
  ReleaseReason reason = ReleaseReason::handover;
  std::optional<NodeId>
      successor{};  ///< Who shall campaign at once; the others wait a short random while.
  bool operator==(const Release&) const = default;

  [[nodiscard]] bool is_dead() const { return reason == ReleaseReason::dead; }
};

/// Why the leader changed, or why there is none: told along, so that all nodes give the same reason
/// (P8).
enum class CauseCode {
  none_yet,  ///< No leader was ever seen.
  founded,
  handover,         ///< `previous` gave the office up; `release` says why.
  proof_of_death,   ///< The keeper of `previous` has seen it die.
  promise_ran_out,  ///< Nothing was heard from `previous` for `quiet`.
  lost_majority,    ///< `previous` heard only from `heard` of `of` voters.
  newer_term,       ///< A voter had a higher term, from an election that it lost.
};
/// What the code leaves open says nothing.
struct Cause {
  CauseCode code = CauseCode::none_yet;
  std::optional<NodeId> previous{};
  std::optional<ReleaseReason> release{};
  Duration quiet{0};
  std::uint32_t heard = 0;
  std::uint32_t of = 0;
  std::vector<NodeId> electors{};  ///< Who voted for the new leader, itself included.
  bool operator==(const Cause&) const = default;
};

/// From the leader to voters and some observers, every promise/10. Acknowledging it is a promise
/// (rule 4).
struct Heartbeat {
  Round round{};
  Duration promise{0};
  Cause cause{};  ///< Why this tenure began.
  bool operator==(const Heartbeat&) const = default;
};

/// Why a heartbeat was not acknowledged.
enum class HeartbeatRefusal { term_is_old, incarnation_was_released };
/// Nothing refused: acknowledged, and so promised (rule 4).
struct HeartbeatReply {
  Round round{};
  std::optional<HeartbeatRefusal> refused{};
  bool operator==(const HeartbeatReply&) const = default;
};

/// Asks for a vote in `asked`, or, if `pre`, whether one would be granted (thesis 9.6).
struct VoteRequest {
  bool pre = false;
  Term asked{};  ///< pre: the term asked about, one above the sender's own. Else the sender's own
                 ///< term.
  Round round{};
  Duration promise{0};
  std::optional<Release> release{};  ///< The last one that the sender accepted (rule 8).
  bool operator==(const VoteRequest&) const = default;
};

/// The answer to a vote request and why.
enum class Ballot {
  granted,
  candidate_is_no_voter,
  candidate_may_not_lead,
  voter_is_no_voter,
  term_is_old,
  configuration_is_old,
  incarnation_was_released,
  promised_to_another,
  restarted,  ///< The voter has forgotten its promises and waits them out (rule 6).
  vote_is_given,
};
/// Echoes what was asked.
struct VoteReply {
  bool pre = false;
  Term asked{};
  Round round{};
  Ballot ballot = Ballot::granted;
  bool operator==(const VoteReply&) const = default;
};

/// To observers that get no rounds: who leads and under which configuration. Not acknowledged; no
/// promise.
struct Notice {
  std::optional<Incarnation> leader{};
  Cause cause{};
  bool operator==(const Notice&) const = default;
};

/// Why a message was refused before anything of it was read (rule 9, rule 1).
enum class Refusal {
  other_cluster,
  other_node,
  old_incarnation,
  clone,     ///< Two processes run on copies of one data directory.
  old_copy,  ///< The sender's data are older than data that it has shown before.
  term_jump,
};
/// Tells a sender that it was refused, so that both sides can say so.
struct Rejected {
  Refusal refusal = Refusal::other_cluster;
  bool operator==(const Rejected&) const = default;
};

using Body =
    std::variant<Heartbeat, HeartbeatReply, VoteRequest, VoteReply, Release, Notice, Rejected>;

/// One message between two nodes. Read in the order of rule 0: Release, configuration, term,
/// itself.
struct Message {
  ClusterId cluster{};
  Incarnation from{};
  NodeId to{};                            ///< NodeId{} in a Notice only: to whoever listens.
  std::uint64_t saves = 0;                ///< The sender's, at sending (rule 9).
  Term term{};                            ///< The sender's own.
  Stamp stamp{};                          ///< Of the sender's configuration.
  std::optional<Configuration> config{};  ///< That configuration, where the receiver may lack it.
  Body body;
  bool operator==(const Message&) const = default;
};

}  // namespace duckduckgoose

#pragma once

#include <utility>
#include <vector>

#include "raft/message.hpp"
#include "wire/describe.hpp"

/// How the core's types look as JSON. The order of the members is the order of the keys. What has
/// the same shape is described itself; what has not, by a mirror.
namespace duckduckgoose {

BOOST_DESCRIBE_STRUCT(Stamp, (), (term, version))
BOOST_DESCRIBE_STRUCT(Member, (), (id, address, may_lead))
BOOST_DESCRIBE_ENUM(RemovedBy, operator_, upkeep)
BOOST_DESCRIBE_STRUCT(Removed, (), (id, by))
BOOST_DESCRIBE_STRUCT(Limits, (), (voters, replace_after, shrink_after))
BOOST_DESCRIBE_ENUM(ReleaseReason, handover, stopped, removed, unhealthy, command_failed,
                    command_ended, keeper_silent, keeper_dead, lease_ran_low, lost_election, dead)
BOOST_DESCRIBE_STRUCT(Release, (), (incarnation, term, reason, successor))
BOOST_DESCRIBE_ENUM(CauseCode, none_yet, founded, handover, proof_of_death, promise_ran_out,
                    lost_majority, newer_term)
BOOST_DESCRIBE_STRUCT(Cause, (), (code, previous, release, quiet, heard, of, electors))
BOOST_DESCRIBE_STRUCT(Heartbeat, (), (round, promise, cause))
BOOST_DESCRIBE_ENUM(HeartbeatRefusal, term_is_old, incarnation_was_released)
BOOST_DESCRIBE_STRUCT(HeartbeatReply, (), (round, refused))
BOOST_DESCRIBE_STRUCT(VoteRequest, (), (pre, asked, round, promise, release))
BOOST_DESCRIBE_ENUM(Ballot, granted, candidate_is_no_voter, candidate_may_not_lead,
                    voter_is_no_voter, term_is_old, configuration_is_old, incarnation_was_released,
                    promised_to_another, restarted, vote_is_given)
BOOST_DESCRIBE_STRUCT(VoteReply, (), (pre, asked, round, ballot))
BOOST_DESCRIBE_STRUCT(Notice, (), (leader, cause))
BOOST_DESCRIBE_ENUM(Refusal, other_cluster, other_node, old_incarnation, clone, old_copy, term_jump)
BOOST_DESCRIBE_STRUCT(Rejected, (), (refusal))

namespace wire::json {

static_assert(fully_described<Stamp, 2>);
static_assert(fully_described<Member, 3>);
static_assert(fully_described<Removed, 2>);
static_assert(fully_described<Limits, 3>);
static_assert(fully_described<Release, 4>);
static_assert(fully_described<Cause, 7>);
static_assert(fully_described<Heartbeat, 3>);
static_assert(fully_described<HeartbeatReply, 2>);
static_assert(fully_described<VoteRequest, 5>);
static_assert(fully_described<VoteReply, 4>);
static_assert(fully_described<Notice, 2>);
static_assert(fully_described<Rejected, 1>);

template <>
inline constexpr bool informative<Cause> = true;
template <>
inline constexpr std::optional<CauseCode> unknown_word<CauseCode>{CauseCode::none_yet};

/// The random bits are no number: a double could not hold them.
struct IncarnationText {
  NodeId id;
  std::uint64_t starts = 0;
  Bits nonce;
};
BOOST_DESCRIBE_STRUCT(IncarnationText, (), (id, starts, nonce))
static_assert(fully_described<IncarnationText, 3> && arity<Incarnation>() == 3);

/// The bits become hex digits.
template <>
struct Mirror<Incarnation> {
  using Text = IncarnationText;
  static Text text_of(const Incarnation& it) { return {it.id, it.starts, {it.nonce}}; }
  static Incarnation value_of(const Text& text) { return {text.id, text.starts, text.nonce.value}; }
};

/// Flat, as people write it: the stamp's two numbers stand beside the rest.
struct ConfigurationText {
  Term term;
  std::uint64_t version = 0;
  std::uint64_t token_base = 0;
  Duration promise{0};
  Limits limits;
  std::vector<Member> members;
  std::vector<Removed> removed;
};
BOOST_DESCRIBE_STRUCT(ConfigurationText, (),
                      (term, version, token_base, promise, limits, members, removed))
static_assert(fully_described<ConfigurationText, 7> && arity<Configuration>() == 6);

/// The stamp becomes two keys.
template <>
struct Mirror<Configuration> {
  using Text = ConfigurationText;
  static Text text_of(const Configuration& it) {
    return {it.stamp.term, it.stamp.version, it.token_base, it.promise,
            it.limits,     it.members,       it.removed};
  }
  static Configuration value_of(Text text) {
    return {.stamp = {text.term, text.version},
            .token_base = text.token_base,
            .promise = text.promise,
            .limits = text.limits,
            .members = std::move(text.members),
            .removed = std::move(text.removed)};
  }
};

}  // namespace wire::json
}  // namespace duckduckgoose

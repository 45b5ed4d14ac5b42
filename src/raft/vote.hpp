#pragma once

#include "raft/promises.hpp"
#include "raft/record.hpp"
#include "raft/releases.hpp"

namespace duckduckgoose {

/// What a voter knows when it is asked for its vote.
struct Voter {
  const Record& record;
  const Promises& promises;
  const Releases& releases;
  Instant may_vote_at;  ///< Rule 6: the promises of the last life have ended by then.
};

/// Answers a vote or pre-vote request (thesis 3.4, 3.6, 4.2.3, 9.6; rules 2 and 3). Changes
/// nothing: the caller has installed the request's configuration, and adopts its term and writes
/// the vote down only if it is granted or refused for a lasting reason.
[[nodiscard]] Ballot decide(const VoteRequest& request, Incarnation candidate, Stamp stamp,
                            const Voter& voter, Instant now);

}  // namespace duckduckgoose

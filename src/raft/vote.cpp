#include "raft/vote.hpp"

namespace duckduckgoose {

Ballot decide(const VoteRequest& request, Incarnation candidate, Stamp stamp, const Voter& voter,
              Instant now) {
  const Record& mine = voter.record;
  // The promise first: a request that meets a live one must not even raise the term (thesis 4.2.3).
  if (now < voter.may_vote_at) return Ballot::restarted;
  if (voter.promises.bars(candidate.id, now)) return Ballot::promised_to_another;
  if (!mine.config.has(candidate.id)) return Ballot::candidate_is_no_voter;
  if (!mine.config.may_lead(candidate.id)) return Ballot::candidate_may_not_lead;
  if (!mine.config.has(mine.node.id)) return Ballot::voter_is_no_voter;
  if (voter.releases.covers(candidate, request.asked)) return Ballot::incarnation_was_released;
  if (stamp < mine.config.stamp) return Ballot::configuration_is_old;
  if (request.asked < mine.term) return Ballot::term_is_old;
  // 3.4: first come, first served; 3.8: the same candidate is answered alike, its first reply may
  // be lost.
  const bool given_away = mine.voted_for && *mine.voted_for != candidate.id;
  if (request.asked == mine.term && given_away) return Ballot::vote_is_given;
  return Ballot::granted;
}

}  // namespace duckduckgoose

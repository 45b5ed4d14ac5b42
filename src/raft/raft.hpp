#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "raft/acquaintance.hpp"
#include "raft/chance.hpp"
#include "raft/effects.hpp"
#include "raft/lease.hpp"
#include "raft/promises.hpp"
#include "raft/releases.hpp"
#include "raft/vote.hpp"

namespace duckduckgoose {

/// Waits for a leader, or follows one. Nodes that may not campaign (observers, witnesses, restarted
/// ones, removed ones) are followers too: which of these a node is follows from its record and the
/// time.
struct Follower {
  std::optional<Incarnation> leader{};
  Instant heard{};  ///< When the leader was last heard; without one, since when none is known.
  Instant campaign_at{};  ///< When to stand, if nothing is heard until then.
  Cause cause{};
};

/// Asks whether it would win (thesis 9.6). Has changed nothing yet.
struct PreCandidate {
  Round round{};
  Term asked{};
  Instant ask_again_at{};
  Cause cause{};
  std::vector<NodeId> granted{};
};

/// Asks for votes.
struct Candidate {
  SentRound round{};
  Instant give_up_at{};
  Cause cause{};
  std::vector<NodeId> granted{};
  std::vector<NodeId> refused{};
};

/// Leads as long as its lease lasts: leader, goose and lease are one thing (rule 5).
struct Leader {
  Tenure tenure{};
  Cause cause{};
  Lease lease{};
  Instant since{};
  Instant round_at{};  ///< When the last round went out.
  Instant heartbeat_at{};
  Instant notice_at{};  ///< When the observers that get no rounds are next told, if nothing changes
                        ///< before.

  /// What is known of a node that gets rounds.
  struct Progress {
    NodeId id{};
    Instant heard{};                      ///< The stamp of the newest round that it acknowledged.
    std::optional<Stamp> acknowledged{};  ///< The configuration that it named in doing so.
  };
  std::vector<Progress> progress{};
  [[nodiscard]] const Progress* find(NodeId id) const;

  struct Change {
    Ticket ticket{};
    std::optional<Configuration> before{};  ///< None: this change is an undo itself.
  };
  std::optional<Change> change{};    ///< In flight until a majority has acknowledged it.
  std::optional<Stamp> inherited{};  ///< The present configuration's before its term was rewritten.

  struct Question {
    Ticket ticket{};
    Instant asked{};  ///< Answered once a majority has acknowledged a round that was stamped since.
  };
  std::vector<Question> questions{};

  std::optional<Drain> drain{};
};

using Role = std::variant<Follower, PreCandidate, Candidate, Leader>;

/// A peer whose hello was read.
struct LinkedPeer {
  Incarnation who;
  Member member;
};

/// The consensus core of one node: Raft without a log, as a copyable value. It does no I/O, reads
/// no clock, starts no thread, draws no global randomness and calls nothing back.
class Raft {
 public:
  struct Options {
    std::uint64_t nonce = 0;  ///< The random bits of this incarnation.
    std::uint64_t seed = 0;   ///< Of the generator in the state.
    /// The longest of the short random waits after a Release (rule 8): 2 ms on loopback, else two
    /// round trips.
    Duration short_wait = std::chrono::milliseconds{2};
  };

  /// `record` is durable and was made by started_again().
  Raft(Record record, Options options, Instant now);

  /// The one door. `now` never goes back.
  [[nodiscard]] Effects step(Instant now, const Event& event);

  [[nodiscard]] const Record& record() const { return record_; }
  /// As the voters were met until now; record() has them as they were at the last save.
  [[nodiscard]] std::vector<Seen> seen() const { return acquaintance_.of_members(record_.config); }
  [[nodiscard]] Incarnation self() const { return self_; }
  [[nodiscard]] const Role& role() const { return role_; }
  [[nodiscard]] Leadership leadership() const;
  [[nodiscard]] const Leader* leader() const { return std::get_if<Leader>(&role_); }

  /// When the lease ends, if this node leads; compare it with the clock at every answer.
  [[nodiscard]] std::optional<Instant> lease_end() const;

  /// Until when a given hold keeps every Release back.
  [[nodiscard]] Instant held_until() const { return held_until_; }

  /// Of a leader: the configuration's term is its own, as it must be before anything is changed
  /// (rule 7). A new leader refuses changes until then, and hurries.
  [[nodiscard]] bool has_claimed_configuration() const {
    return record_.config.stamp.term == record_.term;
  }

  [[nodiscard]] bool is_voter() const { return record_.config.has(self_.id); }
  [[nodiscard]] bool may_campaign() const {
    return record_.config.may_lead(self_.id) && now_ >= aside_until_;
  }
  [[nodiscard]] Instant may_vote_at() const { return may_vote_at_; }
  [[nodiscard]] std::optional<Instant> barred_until() const {
    return promises_.barred_until(self_.id, now_);
  }

  [[nodiscard]] const std::vector<LinkedPeer>& links() const { return links_; }  ///< By id.

  /// The nodes that get rounds, ascending: voters, those also that a change leaves out which is not
  /// in force yet, and the first linked observers.
  [[nodiscard]] std::vector<NodeId> rounds_to() const;
  static constexpr std::size_t observers_in_rounds_max = 8;
  static constexpr std::size_t questions_max = 256;
  static constexpr int heartbeats_in_promise = 10;

 private:
  /// Leadership without its cause: what is compared before and after a step.
  struct Seat {
    std::optional<Tenure> mine{};
    std::optional<Incarnation> leader{};
    Term term{};
    bool operator==(const Seat&) const = default;
  };

  // raft.cpp: the door, and what every message meets first (rules 0, 1, 9).
  void lapse();
  void on(const Tick& tick);
  void on(const Received& received);
  void on(const Enrolled& enrolled);
  void on(const LinkUp& link);
  void on(const LinkDown& link);
  [[nodiscard]] std::optional<Refusal> refusal(const Message& message) const;
  [[nodiscard]] bool hear(const Release& release);
  void install(const Configuration& config, const Message& carrier);
  void adopt_term_of(const Message& message);
  void adopt(Term term, NodeId from);
  void follow(std::optional<Incarnation> leader, Cause cause, Instant campaign_at);
  void lower_promise_max();
  [[nodiscard]] Seat seat() const;
  [[nodiscard]] std::optional<Instant> wake_at() const;
  [[nodiscard]] Round new_round() { return Round{++rounds_}; }
  void send(NodeId to, Body body, bool with_config = false);
  void notify();
  Trace& trace(Turn turn, std::optional<NodeId> other = {});

  // election.cpp: voting and campaigning (rules 2, 3, 4, 6).
  void receive(const Message& message, const VoteRequest& request);
  void receive(const Message& message, const VoteReply& reply);
  void receive(const Message& message, const Heartbeat& heartbeat);
  void receive(const Message& message, const Notice& notice);
  void receive(const Message& /*message*/, const auto& /*heard_before*/) {
  }  // Release, Rejected: see on(Received)
  [[nodiscard]] bool stand();
  void ask();
  void succeed(const Release& release);
  [[nodiscard]] std::vector<NodeId> with_linked_voters(std::vector<NodeId> nodes,
                                                       const std::vector<NodeId>& except) const;
  [[nodiscard]] Duration turn_of_founder() const;
  [[nodiscard]] Duration turn_length() const;
  void campaign();
  void request_votes(const VoteRequest& request);
  void lose();
  [[nodiscard]] bool can_still_win(const Candidate& candidate) const;
  void retry_soon();
  void promise(Incarnation to, Term term, Duration length);
  void bind_self(Duration length);
  [[nodiscard]] Instant free_to_campaign_at() const;
  [[nodiscard]] Cause why_campaign() const;
  static void count(std::vector<NodeId>& ballots, NodeId voter);
  [[nodiscard]] bool is_majority(const std::vector<NodeId>& voters) const;
  [[nodiscard]] Duration spread() const;
  [[nodiscard]] Duration turn_after(const Release& release) const;

  // leadership.cpp: rounds, the lease, changes, giving up office (rules 5, 7, 8).
  void receive(const Message& message, const HeartbeatReply& reply);
  void lead();
  void claim_configuration();
  void send_next_round();
  void send_round();
  void keep_self_promise();
  void settle();
  void hurry();
  void on(const ChangeRequest& request);
  void on(const Confirm& confirm);
  void on(const Hold& hold);
  void on(const WorkBegan& began);
  void on(const WorkEnded& ended);
  void on(const StandAside& aside);
  void on(const Drain& drain);
  [[nodiscard]] std::expected<Configuration, Outcome> edited(const Leader& leader,
                                                             const Edit& edit) const;
  void change(Ticket ticket, Configuration next, bool is_undo);
  void leave_office(const Cause& cause);
  void release_when_free();
  void send_release(const Release& release, std::vector<NodeId> to);
  [[nodiscard]] bool is_fit(const Leader& leader, NodeId id) const;
  [[nodiscard]] bool may_lead_other(NodeId id) const;
  [[nodiscard]] std::optional<NodeId> best_successor(const Leader& leader) const;
  [[nodiscard]] bool has_majority_acknowledged(const Leader& leader) const;
  template <class Predicate>
  [[nodiscard]] std::vector<NodeId> voters_unless(const Leader& leader, Predicate is_fine) const;
  [[nodiscard]] std::vector<NodeId> voters_behind(const Leader& leader) const;
  [[nodiscard]] std::vector<NodeId> silent_voters(const Leader& leader, Instant since) const;

  Record record_;
  Incarnation self_;
  Chance chance_;
  Duration short_wait_;
  Instant now_;
  Instant may_vote_at_;  ///< Rule 6.
  Promises promises_;
  Releases releases_;
  Acquaintance acquaintance_;
  std::vector<LinkedPeer> links_;  ///< Ascending by id.
  std::uint64_t rounds_;           ///< The last round id that was used.
  Duration stagger_{0};  ///< The random part of the election timeout, drawn anew for each try.
  Role role_;

  Instant aside_until_;          ///< No campaign before.
  Instant held_until_;           ///< The last firm window that was given, of whatever tenure.
  bool works_ = false;           ///< A command of the goose lives.
  std::optional<Release> owed_;  ///< A Release that a hold or a command keeps back.

  Effects out_;  ///< Gathered during a step.
};

}  // namespace duckduckgoose

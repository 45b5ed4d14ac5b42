#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "raft/raft.hpp"
#include "sim/clock.hpp"
#include "sim/configurations.hpp"
#include "sim/violation.hpp"
#include "sim/weather.hpp"

namespace duckduckgoose::sim {

/// Watches the world from outside, with a history of its own, and says what did not hold
/// (FAULTS.md: I1 to I7, I9, I10, parts of P2, P3 and P6, and that no other goose comes inside a
/// hold). It believes disks, messages and answers; of the core it asks only whether it leads and
/// until when. I8 is checked by running a seed twice.
class Checker {
 public:
  /// How a process came to its data.
  enum class Data {
    own,
    stale,  ///< A copy that the living contradict: nobody may believe this process (rule 9).
  };

  // What happens to processes and disks.
  void born(PlaceIndex place, Incarnation who, const Record& durable, const NodeClock& clock,
            Data data, TrueTime now);
  void died(PlaceIndex place, TrueTime now);
  /// The clock has missed some time: what that makes valid again is told like any other lease.
  void clock_changed(PlaceIndex place, const NodeClock& clock, TrueTime now);
  void disk_lost(NodeId id) { configurations_.lost(id); }
  void proven_dead(Incarnation who, TrueTime now);

  // One step: before() and after() around it, then what perform() does, in its order.
  void before(PlaceIndex place, const Raft& core, const Event& event);
  void after(PlaceIndex place, const Raft& core, const Event& event, const Effects& effects,
             TrueTime now);
  void withdrawn(PlaceIndex place, const Tenure& tenure, TrueTime now);
  void saved(PlaceIndex place, const Record& record, TrueTime now);
  void sends(PlaceIndex place, const Message& message, TrueTime now);
  void announces(PlaceIndex place, const Effects& effects, TrueTime now);

  // What people ask, and the goose's command.
  void asked(PlaceIndex place, Ticket ticket, bool to_confirm, TrueTime now);
  /// A leader has changed the voters of its own accord: that must not be what loses the majority.
  void kept_up(const Configuration& before, const Configuration& after, TrueTime now);
  void works(PlaceIndex place, bool alive) { watch_[place].works = alive; }
  /// What should have been put in order is not: others have to wait as if nothing was released.
  void ended_badly(PlaceIndex place, Duration promise, TrueTime now);
  /// Its keeper answers for it: nobody else leads while what `who` has started lives.
  void contained(Incarnation who, bool lives);

  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  void violate(std::string invariant, std::string what, TrueTime at);

  /// The node, if any, whose own clock says that its lease is valid.
  [[nodiscard]] std::optional<PlaceIndex> goose(TrueTime now) const;
  [[nodiscard]] std::size_t tenures() const { return tenures_.size(); }
  /// In the order in which they began.
  [[nodiscard]] const std::vector<Tenure>& history() const { return tenures_; }
  [[nodiscard]] TrueTime last_tenure_began() const {
    return tenure_began_.empty() ? TrueTime{} : tenure_began_.back();
  }
  [[nodiscard]] const Configurations& configurations() const { return configurations_; }
  /// Since when the oldest question to a living process waits for its answer; none if none does.
  [[nodiscard]] std::optional<TrueTime> unanswered_since() const;

 private:
  struct Vote {
    NodeId voter;
    Term term;
    NodeId candidate;
  };
  struct Office {
    Tenure tenure;
    Instant lease_end;
    TrueTime until;          ///< When the holder's own clock reaches `lease_end`.
    bool announced = false;  ///< What was not may be lost in a crash, and then never was.
    bool begun = false;  ///< Announced, and valid at that time or later: somebody may have seen it.
  };
  struct Held {
    Incarnation who;
    TrueTime until;
  };
  /// Whom nobody may believe that lived already when it came.
  struct Stale {
    Incarnation who;
    std::size_t births = 0;
  };
  struct Question {
    Ticket ticket;
    bool to_confirm = false;
    TrueTime since;
  };
  /// What is known of the process in one place.
  struct Watch {
    bool alive = false;
    std::size_t birth = 0;  ///< Counts all births in this world.
    Data data = Data::own;
    Incarnation who;
    NodeClock clock;
    Vitals durable;
    std::uint64_t saves = 0;
    Configuration config;  ///< The durable one.
    std::optional<Office> office;
    std::optional<Office> last;  ///< The one before: `until` says when it lapsed or was withdrawn.
    Term released;
    bool works = false;
    bool draining = false;
    bool hands_over = false;  ///< In this step: a round that was due leaves with the Release.
    Duration promised{0};     ///< By the acknowledgement that this step makes.
    std::vector<Incarnation> met;
    std::vector<Release> heard;
    std::vector<Question> questions;
  };
  /// What was so before the step, where the step must not change it.
  struct Before {
    bool foreign = false;   ///< Rule 9: nothing of the message may be accepted.
    bool outsider = false;  ///< Rule 1: its sender raises nobody's term.
    bool pre_vote = false;
    Vitals vitals;
    std::optional<Instant> lease_end;
    std::optional<Instant> barred_until;
  };
  /// What is known for ever of one id: it never goes back (I5).
  struct Past {
    NodeId id;
    Vitals vitals;
    std::uint64_t saves = 0;
    Term voted_in;
    NodeId voted_for;
    Round newest_round;
    TrueTime died_at;
  };

  [[nodiscard]] Past& past_of(NodeId id);
  [[nodiscard]] bool has_majority(const Configuration& config, TrueTime since) const;
  [[nodiscard]] bool is_foreign(const Watch& watch, const Message& message) const;
  void check_received(PlaceIndex place, const Message& message, const Effects& effects,
                      TrueTime now);
  static void note_release(Watch& watch, const Release& release);
  void check_unmoved(PlaceIndex place, const Raft& core, const Effects& effects, TrueTime now);
  void check_office(PlaceIndex place, const Leader& leader, Instant lease_end, TrueTime now);
  void begins(PlaceIndex place, const Tenure& tenure, TrueTime now);
  void begin_if_seen(PlaceIndex place, TrueTime now);
  void check_alone(PlaceIndex place, TrueTime now);
  void check_vote(PlaceIndex place, Term term, NodeId candidate, TrueTime now);
  void check_request(PlaceIndex place, const VoteRequest& request, TrueTime now);
  void check_round(PlaceIndex place, Round round, TrueTime now);
  void check_release(PlaceIndex place, const Release& release, TrueTime now);
  void check_bounds(PlaceIndex place, const Raft& core, const Effects& effects, TrueTime now);
  void answered(PlaceIndex place, const Answer& answer, TrueTime now);

  std::array<Watch, places_max> watch_{};
  std::vector<Past> past_;
  Before before_;
  std::vector<Tenure> tenures_;  ///< In the order in which they began.
  std::vector<TrueTime> tenure_began_;
  std::vector<Release>
      releases_;  ///< That were truly given: requests may carry these and no others.
  std::vector<Held> holds_;
  std::vector<Incarnation> contained_;
  std::vector<Stale> stale_;
  std::size_t births_ = 0;
  Configurations configurations_;
  std::optional<Violation> violation_;
};

}  // namespace duckduckgoose::sim

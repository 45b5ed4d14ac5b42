#include "sim/checker.hpp"

#include <algorithm>
#include <utility>

#include "membership/upkeep.hpp"
#include "sim/names.hpp"

namespace duckduckgoose::sim {

namespace {

bool is_rejection(const Message& message) { return std::holds_alternative<Rejected>(message.body); }

bool is_answer(const Message& message) {
  return std::holds_alternative<HeartbeatReply>(message.body) ||
         std::holds_alternative<VoteReply>(message.body);
}

}  // namespace

void Checker::violate(std::string invariant, std::string what, TrueTime at) {
  if (!violation_) violation_ = Violation{std::move(invariant), std::move(what), at};
}

Checker::Past& Checker::past_of(NodeId id) {
  const auto known = std::ranges::find(past_, id, &Past::id);
  if (known != past_.end()) return *known;
  past_.emplace_back().id = id;
  return past_.back();
}

void Checker::born(PlaceIndex place, Incarnation who, const Record& durable, const NodeClock& clock,
                   Data data, TrueTime now) {
  watch_[place] = {};
  Watch& watch = watch_[place];
  watch.alive = true;
  watch.data = data;
  watch.birth = ++births_;
  if (data == Data::stale) stale_.push_back({who, births_});
  watch.who = who;
  watch.clock = clock;
  if (data == Data::own && past_of(who.id).vitals.starts >= who.starts) {
    violate("I5", name_of(who.id) + " starts with a number that it had before", now);
  }
  saved(place, durable, now);
}

void Checker::died(PlaceIndex place, TrueTime now) {
  watch_[place].alive = false;
  if (watch_[place].data == Data::own) past_of(watch_[place].who.id).died_at = now;
  watch_[place].office.reset();
  watch_[place].works = false;
}

/// Of its voters so many live, or died after `since`.
bool Checker::has_majority(const Configuration& config, TrueTime since) const {
  const auto lives = [&](const Member& member) {
    const auto is_it = [&](const Watch& it) {
      return it.alive && it.data == Data::own && it.who.id == member.id;
    };
    const auto past = std::ranges::find(past_, member.id, &Past::id);
    return std::ranges::any_of(watch_, is_it) || (past != past_.end() && past->died_at > since);
  };
  const auto living = static_cast<std::size_t>(std::ranges::count_if(config.members, lives));
  return living >= majority_of(config.members.size());
}

void Checker::kept_up(const Configuration& before, const Configuration& after, TrueTime now) {
  const Duration unseen = membership::silent_after(before.promise) * 11 / 10;  // by a slow clock
  const TrueTime since = now - unseen;
  if (!has_majority(before, now) || has_majority(after, since)) return;
  violate("majority", "of " + names_of(before) + " too few are left in " + names_of(after), now);
}

void Checker::ended_badly(PlaceIndex place, Duration promise, TrueTime now) {
  const auto& office = watch_[place].office;
  if (!office || office->until <= now) return;
  const TrueTime at_least = watch_[place].clock.when(watch_[place].clock.at(now) + promise);
  holds_.push_back({watch_[place].who, std::min(office->until, at_least)});
}

void Checker::contained(Incarnation who, bool lives) {
  std::erase(contained_, who);
  if (lives) contained_.push_back(who);
}

void Checker::clock_changed(PlaceIndex place, const NodeClock& clock, TrueTime now) {
  Watch& watch = watch_[place];
  watch.clock = clock;
  if (!watch.office) return;
  watch.office->until = clock.when(watch.office->lease_end);
  check_alone(place, now);
}

void Checker::proven_dead(Incarnation who, TrueTime now) {
  releases_.push_back({who, {}, ReleaseReason::dead, std::nullopt});
  for (const Held& hold : holds_) {
    if (hold.who == who && hold.until > now) {
      violate("hold", "the keeper of " + name_of(who.id) + " releases inside a hold", now);
    }
  }
}

bool Checker::is_foreign(const Watch& watch, const Message& message) const {
  const bool to_all = message.to == NodeId{} && std::holds_alternative<Notice>(message.body);
  if (message.cluster != watch.durable.cluster) return true;
  if (message.to != watch.who.id && !to_all) return true;
  if (std::holds_alternative<Release>(message.body))
    return false;  // judged by the incarnation that it names
  if (message.term.value > watch.durable.term.value + term_jump_max) return true;
  if (!watch.config.has(message.from.id)) return false;
  const auto is_stale = [&](const Stale& it) {
    return it.who == message.from && watch.birth < it.births;
  };
  if (std::ranges::any_of(stale_, is_stale)) return true;
  const auto newest = std::ranges::find(watch.met, message.from.id, &Incarnation::id);
  return newest != watch.met.end() && message.from.starts < newest->starts;
}

void Checker::before(PlaceIndex place, const Raft& core, const Event& event) {
  before_.foreign = false;
  before_.pre_vote = false;
  before_.outsider = false;
  watch_[place].promised = Duration{0};
  const auto* received = std::get_if<Received>(&event);
  if (received == nullptr) return;
  const Message& message = received->message;
  const auto* request = std::get_if<VoteRequest>(&message.body);
  before_.foreign = is_foreign(watch_[place], message);
  before_.pre_vote = request != nullptr && request->pre && !request->release;
  before_.outsider = !core.record().config.has(message.from.id) && !message.config;
  if (!before_.foreign && !before_.pre_vote && !before_.outsider) return;
  before_.vitals = vitals_of(core.record());
  before_.lease_end = core.lease_end();
  before_.barred_until = core.barred_until();
}

void Checker::after(PlaceIndex place, const Raft& core, const Event& event, const Effects& effects,
                    TrueTime now) {
  Watch& watch = watch_[place];
  if (const auto* received = std::get_if<Received>(&event)) {
    if (before_.foreign || before_.pre_vote || before_.outsider) {
      check_unmoved(place, core, effects, now);
    }
    if (!before_.foreign) check_received(place, received->message, effects, now);
  }
  if (const auto* down = std::get_if<LinkDown>(&event); down && !watch.config.has(down->who)) {
    // Of nodes that do not vote only those are remembered that are linked: memory is bounded.
    std::erase_if(watch.met, [down](const Incarnation& it) { return it.id == down->who; });
    std::erase_if(stale_, [down](const Stale& it) { return it.who.id == down->who; });
  }
  const auto is_release = [](const Message& it) {
    return std::holds_alternative<Release>(it.body);
  };
  watch.hands_over = effects.withdraw && std::ranges::any_of(effects.send, is_release);
  const Leader* const leader = core.leader();
  // A single voter may lead again in the step in which its lease lapses.
  const bool again = leader != nullptr && watch.office && leader->tenure != watch.office->tenure;
  if (again && effects.withdraw == watch.office->tenure) withdrawn(place, *effects.withdraw, now);
  if (leader != nullptr) {
    check_office(place, *leader, *core.lease_end(), now);
    watch.draining = leader->drain.has_value();
  } else {
    watch.draining = false;
    if (watch.office && effects.withdraw != watch.office->tenure) {
      violate("P2", name_of(watch.who.id) + " left office without a withdrawal", now);
    }
  }
  check_bounds(place, core, effects, now);
}

/// Keeps the history of what this process was told, and checks its answers against that.
void Checker::check_received(PlaceIndex place, const Message& message, const Effects& effects,
                             TrueTime now) {
  Watch& watch = watch_[place];
  const bool is_accepted = message.to == watch.who.id &&
                           !std::holds_alternative<Rejected>(message.body) &&
                           std::ranges::none_of(effects.send, is_rejection);
  if (!is_accepted) return;
  if (const auto* release = std::get_if<Release>(&message.body)) {
    note_release(watch, *release);  // judged by whom it names, so nothing is learned of its sender
    return;
  }
  const auto met = std::ranges::find(watch.met, message.from.id, &Incarnation::id);
  if (met == watch.met.end()) {
    watch.met.push_back(message.from);
  } else if (met->starts < message.from.starts) {
    *met = message.from;
  }
  const auto* request = std::get_if<VoteRequest>(&message.body);
  if (request != nullptr) {
    if (request->release) note_release(watch, *request->release);
    watch.promised = request->promise;
  }
  const auto* heartbeat = std::get_if<Heartbeat>(&message.body);
  if (heartbeat != nullptr) watch.promised = heartbeat->promise;
  if (request == nullptr && heartbeat == nullptr) return;

  const Term term = request != nullptr ? request->asked : message.term;
  const auto covers = [&](const Release& it) {
    return it.incarnation == message.from && (it.is_dead() || term <= it.term);
  };
  if (std::ranges::none_of(watch.heard, covers)) return;
  for (const Message& answer : effects.send) {
    const auto* reply = std::get_if<HeartbeatReply>(&answer.body);
    const auto* vote = std::get_if<VoteReply>(&answer.body);
    const bool accepts = (reply != nullptr && !reply->refused) ||
                         (vote != nullptr && vote->ballot == Ballot::granted);
    if (accepts && answer.to == message.from.id) {
      violate("release",
              name_of(watch.who.id) + " promises again to " + name_of(message.from.id) +
                  ", which has released that term",
              now);
    }
  }
}

void Checker::note_release(Watch& watch, const Release& release) {
  const auto of_node = [&](const Release& it) { return it.incarnation == release.incarnation; };
  const auto known = std::ranges::find_if(watch.heard, of_node);
  if (known == watch.heard.end()) {
    watch.heard.push_back(release);
  } else if (release.is_dead() || (!known->is_dead() && known->term < release.term)) {
    *known = release;
  }
}

/// A message of a foreign cluster, to another id or of an older life moves nothing (I10); one of a
/// node outside the configuration moves no term (P6); and
/// answering a pre-vote moves neither term, vote nor promise, save what the sender's own term and
/// configuration do.
void Checker::check_unmoved(PlaceIndex place, const Raft& core, const Effects& effects,
                            TrueTime now) {
  const std::string who = name_of(watch_[place].who.id);
  const Vitals vitals = vitals_of(core.record());
  const Vitals& old = before_.vitals;
  if (before_.foreign) {
    const bool same = vitals.term == old.term && vitals.voted_for == old.voted_for &&
                      vitals.stamp == old.stamp && vitals.cluster == old.cluster;
    const bool longer = core.lease_end() && core.lease_end() > before_.lease_end;
    if (!same || longer || std::ranges::any_of(effects.send, is_answer)) {
      violate("I10", who + " accepted a message that it had to refuse", now);
    }
    return;
  }
  if (before_.outsider && vitals.term != old.term) {
    violate("P6", who + " lets a node outside its configuration raise its term", now);
  }
  if (!before_.pre_vote) return;
  if (vitals.term == old.term && vitals.voted_for != old.voted_for) {
    violate("I2", who + " changed its vote when asked for a pre-vote", now);
  }
  if (core.barred_until() > before_.barred_until) {
    violate("I2", who + " promised something when asked for a pre-vote", now);
  }
}

void Checker::check_office(PlaceIndex place, const Leader& leader, Instant lease_end,
                           TrueTime now) {
  Watch& watch = watch_[place];
  if (!watch.office) {
    watch.office = Office{leader.tenure, lease_end, watch.clock.when(lease_end)};
    check_alone(place, now);
    return;
  }
  if (watch.office->tenure != leader.tenure) {
    violate("I4", name_of(watch.who.id) + " changed its tenure without leaving office", now);
  }
  if (lease_end == watch.office->lease_end) return;
  watch.office->lease_end = lease_end;
  watch.office->until = watch.clock.when(lease_end);
  begin_if_seen(place, now);
  check_alone(place, now);
}

/// A tenure that is announced only after its lease has ended (a save was slow) was never seen by
/// anybody.
void Checker::begin_if_seen(PlaceIndex place, TrueTime now) {
  Office& office = *watch_[place].office;
  if (office.begun || !office.announced || office.until <= now) return;
  office.begun = true;
  begins(place, office.tenure, now);
}

void Checker::begins(PlaceIndex place, const Tenure& tenure, TrueTime now) {
  const Watch& watch = watch_[place];
  const std::string who = name_of(watch.who.id);
  const std::string term = std::to_string(tenure.term.value);
  const auto rival = std::ranges::find(tenures_, tenure.term, &Tenure::term);
  if (rival != tenures_.end()) {
    violate(
        rival->who.id == tenure.who.id ? "I4" : "I1",
        who + " leads in term " + term + ", in which " + name_of(rival->who.id) + " has led before",
        now);
  }
  const auto newest = std::ranges::max_element(tenures_, {}, &Tenure::token);
  if (newest != tenures_.end() && newest->token >= tenure.token) {
    violate("I5",
            who + " leads with token " + std::to_string(tenure.token.value) + " after " +
                name_of(newest->who.id) + " had " + std::to_string(newest->token.value),
            now);
  }
  if (watch.data == Data::stale) {
    violate("I10", who + " leads with data that others know to be old", now);
  }
  if (tenure.term <= watch.released) {
    violate("release", who + " leads in term " + term + ", which it had released", now);
  }
  for (const Held& hold : holds_) {
    if (hold.until > now && hold.who != tenure.who) {
      violate("hold", who + " leads inside a hold that " + name_of(hold.who.id) + " gave", now);
    }
  }
  for (const Incarnation& other : contained_) {
    if (other != tenure.who) {
      violate("work", who + " leads while a command of " + name_of(other.id) + " lives", now);
    }
  }
  std::erase_if(holds_, [now](const Held& hold) { return hold.until <= now; });
  tenures_.push_back(tenure);
  tenure_began_.push_back(now);
}

void Checker::check_alone(PlaceIndex place, TrueTime now) {
  const Office& mine = *watch_[place].office;
  if (mine.until <= now) return;
  for (const Watch& other : watch_) {
    if (!other.office || &other == &watch_[place] || other.office->until <= now) continue;
    violate("I3",
            name_of(watch_[place].who.id) + " (term " + std::to_string(mine.tenure.term.value) +
                ") and " + name_of(other.who.id) + " (term " +
                std::to_string(other.office->tenure.term.value) +
                ") both hold a lease by their own clocks",
            now);
  }
}

void Checker::withdrawn(PlaceIndex place, const Tenure& tenure, TrueTime now) {
  Watch& watch = watch_[place];
  if (!watch.office || watch.office->tenure != tenure) return;
  watch.last = std::exchange(watch.office, std::nullopt);
  watch.last->until = std::min(watch.last->until, now);
}

std::optional<PlaceIndex> Checker::goose(TrueTime now) const {
  for (PlaceIndex place = 0; place < watch_.size(); ++place) {
    const Watch& watch = watch_[place];
    if (watch.office && watch.office->until > now) return place;
  }
  return std::nullopt;
}

void Checker::check_bounds(PlaceIndex place, const Raft& core, const Effects& effects,
                           TrueTime now) {
  const Record& record = core.record();
  const std::size_t reached = record.config.members.size() + places_max;
  if (effects.send.size() > 2 * reached || effects.trace.size() > 64 ||
      effects.answers.size() > Raft::questions_max + 2) {
    violate("I9", name_of(watch_[place].who.id) + " makes more of one event than there are nodes",
            now);
  }
  if (record.config.removed.size() > Configuration::removed_max ||
      record.seen.size() > record.config.members.size()) {
    violate("I9", name_of(watch_[place].who.id) + " has a record that grows without bound", now);
  }
}

void Checker::asked(PlaceIndex place, Ticket ticket, bool to_confirm, TrueTime now) {
  watch_[place].questions.push_back({ticket, to_confirm, now});
}

std::optional<TrueTime> Checker::unanswered_since() const {
  std::optional<TrueTime> oldest;
  for (const Watch& watch : watch_) {
    if (!watch.alive) continue;
    for (const Question& question : watch.questions) {
      oldest = std::min(oldest.value_or(question.since), question.since);
    }
  }
  return oldest;
}

void Checker::answered(PlaceIndex place, const Answer& answer, TrueTime now) {
  Watch& watch = watch_[place];
  const auto question = std::ranges::find(watch.questions, answer.ticket, &Question::ticket);
  if (question == watch.questions.end()) {
    violate("I7", name_of(watch.who.id) + " answers a question twice, or one that nobody asked",
            now);
    return;
  }
  if (question->to_confirm && answer.outcome == Outcome::in_force) {
    // True at some instant inside the call: it held a lease in it, and nobody had followed it
    // before the call.
    const std::optional<Office>& office = watch.office ? watch.office : watch.last;
    const bool leads = office && office->until > question->since;
    bool followed = false;
    for (std::size_t i = 0; leads && i < tenures_.size(); ++i) {
      followed |= tenures_[i].term > office->tenure.term && tenure_began_[i] <= question->since;
    }
    if (!leads || followed) {
      violate("I7",
              name_of(watch.who.id) + " confirms that it leads, and did not at any time since " +
                  in_ms(question->since.time_since_epoch()),
              now);
    }
  }
  watch.questions.erase(question);
}

}  // namespace duckduckgoose::sim

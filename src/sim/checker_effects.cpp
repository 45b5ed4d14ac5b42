#include <algorithm>

#include "sim/checker.hpp"
#include "sim/names.hpp"

/// What leaves a process: saves, messages, announcements; each must rest on what is durable.
namespace duckduckgoose::sim {

void Checker::saved(PlaceIndex place, const Record& record, TrueTime now) {
  Watch& watch = watch_[place];
  const Vitals vitals = vitals_of(record);
  const std::string who = name_of(record.node.id);
  if (watch.data == Data::own) {
    Past& past = past_of(record.node.id);
    const Vitals& old = past.vitals;
    if (vitals.term < old.term || vitals.stamp < old.stamp || vitals.starts < old.starts ||
        record.saves <= past.saves) {
      violate("I5",
              who + " saves a term, a configuration, a start or a number of saves that goes back",
              now);
    }
    if (vitals.term == old.term && old.voted_for && vitals.voted_for != old.voted_for) {
      violate("I2", who + " forgets or changes its vote of term " + std::to_string(old.term.value),
              now);
    }
    if (past.vitals.stamp != vitals.stamp) {
      if (watch.office) {
        if (auto wrong =
                configurations_.changes(watch.office->tenure.term, watch.config, record.config)) {
          violate("I6", who + ": " + *wrong, now);
        }
      }
      if (auto wrong = configurations_.saved(record.node.id, record.config)) {
        violate("I6", *wrong, now);
      }
    }
    past.vitals = vitals;
    past.saves = record.saves;
  }
  if (watch.durable.stamp != vitals.stamp || watch.config.members.empty())
    watch.config = record.config;
  watch.durable = vitals;
  watch.saves = record.saves;
}

void Checker::sends(PlaceIndex place, const Message& message, TrueTime now) {
  const Watch& watch = watch_[place];
  if (watch.data == Data::stale) {
    // What it releases is its own, and may be passed on.
    if (const auto* own = std::get_if<Release>(&message.body)) releases_.push_back(*own);
    return;
  }
  const Vitals& durable = watch.durable;
  const auto wrong = [&](const char* invariant, const std::string& what) {
    violate(invariant, name_of(watch.who.id) + " " + what, now);
  };
  if (message.from != watch.who || message.cluster != durable.cluster)
    wrong("I10", "lies about itself");
  if (message.term > durable.term || message.stamp > durable.stamp || message.saves > watch.saves ||
      (message.config && message.config->stamp > durable.stamp)) {
    wrong("I2", "says a term, a configuration or a number of saves that is not on its disk");
  }
  const bool needs_promise = !watch.config.is_single();
  if (const auto* heartbeat = std::get_if<Heartbeat>(&message.body)) {
    check_round(place, heartbeat->round, now);
    const bool leads = watch.office && watch.office->tenure.term == message.term;
    if (!leads && !watch.hands_over) {
      wrong("P3", "sends heartbeats and does not lead");
    }
    if (needs_promise && durable.promise_max < heartbeat->promise) {
      wrong("I2", "sends a round with a promise that is longer than the one on its disk");
    }
  } else if (const auto* reply = std::get_if<HeartbeatReply>(&message.body)) {
    if (!reply->refused && durable.promise_max < watch.promised) {
      wrong("I2", "acknowledges a promise that is longer than the one on its disk");
    }
  } else if (const auto* request = std::get_if<VoteRequest>(&message.body)) {
    check_request(place, *request, now);
  } else if (const auto* vote = std::get_if<VoteReply>(&message.body)) {
    if (vote->ballot != Ballot::granted || vote->pre) return;
    check_vote(place, vote->asked, message.to, now);
    if (durable.promise_max < watch.promised) {
      wrong("I2", "votes with a promise that is longer than the one on its disk");
    }
  } else if (const auto* release = std::get_if<Release>(&message.body)) {
    check_release(place, *release, now);
  }
}

void Checker::check_vote(PlaceIndex place, Term term, NodeId candidate, TrueTime now) {
  const Watch& watch = watch_[place];
  const std::string who = name_of(watch.who.id);
  if (watch.durable.term != term || watch.durable.voted_for != candidate) {
    violate("I2",
            who + " sends a vote that is not on its disk, for " + name_of(candidate) + " in term " +
                std::to_string(term.value),
            now);
  }
  Past& past = past_of(watch.who.id);
  if (past.voted_in == term && past.voted_for != candidate) {
    violate("I2",
            who + " votes twice in term " + std::to_string(term.value) + ": for " +
                name_of(past.voted_for) + " and " + name_of(candidate),
            now);
  }
  past.voted_in = term;
  past.voted_for = candidate;
}

void Checker::check_request(PlaceIndex place, const VoteRequest& request, TrueTime now) {
  const Watch& watch = watch_[place];
  const std::string who = name_of(watch.who.id);
  if (!watch.config.may_lead(watch.who.id)) {
    violate("I6", who + " campaigns although its configuration does not let it", now);
  }
  if (request.release) {
    const Release& carried = *request.release;
    const auto covers = [&](const Release& it) {
      return it.incarnation == carried.incarnation &&
             (it.is_dead() || (!carried.is_dead() && it.term >= carried.term));
    };
    if (std::ranges::none_of(releases_, covers)) {
      if (carried.incarnation == watch.who) {
        check_release(place, carried, now);
      } else {
        violate("release", who + " passes on a release that nobody gave", now);
      }
    }
  }
  if (request.pre) return;
  check_round(place, request.round, now);
  check_vote(place, request.asked, watch.who.id, now);
  if (!watch.config.is_single() && watch.durable.promise_max < request.promise) {
    violate("I2", who + " asks for votes with a promise that is longer than the one on its disk",
            now);
  }
}

/// Round ids are never reused: one step's round goes to many, a later step's is greater.
void Checker::check_round(PlaceIndex place, Round round, TrueTime now) {
  Past& past = past_of(watch_[place].who.id);
  if (round < past.newest_round) violate("I5", name_of(past.id) + " uses a round id again", now);
  past.newest_round = round;
}

/// Nothing of this incarnation may rely on its lease any more: no office, no hold, no command.
void Checker::check_release(PlaceIndex place, const Release& release, TrueTime now) {
  Watch& watch = watch_[place];
  const std::string who = name_of(watch.who.id);
  if (release.incarnation != watch.who || release.is_dead()) {
    violate("release", who + " releases what is not its own", now);
  }
  if (watch.office && watch.office->tenure.term <= release.term) {
    violate("release", who + " releases its tenure before it is withdrawn", now);
  }
  if (watch.works) violate("hold", who + " releases while a command lives", now);
  for (const Held& hold : holds_) {
    if (hold.who == watch.who && hold.until > now)
      violate("hold", who + " releases inside a hold", now);
  }
  if (release.term > watch.durable.term) {
    violate("release", who + " releases a term that it has not reached", now);
  }
  watch.released = std::max(watch.released, release.term);
  if (releases_.empty() || releases_.back() != release) releases_.push_back(release);
}

void Checker::announces(PlaceIndex place, const Effects& effects, TrueTime now) {
  Watch& watch = watch_[place];
  for (const Answer& answer : effects.answers) answered(place, answer, now);
  for (const Trace& trace : effects.trace) {
    // Given also where nobody is there to be told; it may be passed on later.
    if (trace.turn == Turn::released && watch.data == Data::own) {
      check_release(place, {watch.who, trace.term, ReleaseReason::handover, {}}, now);
    }
  }
  if (effects.held && watch.clock.when(*effects.held) > now) {
    // A hold that is told only after a slow save was given before it: the office may have ended
    // since.
    if (!watch.office || *effects.held > watch.office->lease_end) {
      violate("hold", name_of(watch.who.id) + " gives a hold beyond its lease", now);
    }
    if (watch.draining)
      violate("hold", name_of(watch.who.id) + " gives a hold while it drains", now);
    holds_.push_back({watch.who, watch.clock.when(*effects.held)});
  }
  if (watch.office && !watch.office->announced) {
    watch.office->announced = true;
    begin_if_seen(place, now);
    if (!effects.announce || effects.announce->mine != watch.office->tenure) {
      violate("P2", name_of(watch.who.id) + " leads and does not announce it", now);
    }
  }
}

}  // namespace duckduckgoose::sim

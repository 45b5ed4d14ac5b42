#include "node/changes.hpp"

#include <algorithm>
#include <utility>

#include "node/greeting.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::node {

namespace {

constexpr std::string_view members_path = "/members/";

constexpr Duration try_again_after = std::chrono::milliseconds{20};

/// What is asked for; of the limits, those that it does not name stay.
ChangeSettings settings_of(const wire::SettingsRequest& request, Limits limits) {
  const auto duration = [](std::uint64_t ms) {
    return Duration{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
  };
  if (request.voters) limits.voters = static_cast<int>(*request.voters);
  if (request.replace_after_ms) limits.replace_after = duration(*request.replace_after_ms);
  if (request.shrink_after_ms) limits.shrink_after = duration(*request.shrink_after_ms);
  ChangeSettings settings{.promise = {}, .limits = limits};
  if (request.promise_ms) settings.promise = duration(*request.promise_ms);
  return settings;
}

}  // namespace

Changes::Changes(const Home& home, Engine& engine, Peers& peers, const Book& book, MakeHello hello,
                 std::function<std::string()> status)
    : home_{home},
      engine_{engine},
      peers_{peers},
      book_{book},
      hello_{std::move(hello)},
      status_{std::move(status)} {}

Changes::~Changes() {
  for (const auto& [id, wish] : wishes_) home_.loop.cancel(wish.timer);
  for (const auto& [id, timer] : delays_) home_.loop.cancel(timer);
}

void Changes::perform(std::string_view method, std::string_view target, std::string_view body,
                      OnResult on_result) {
  if (!engine_.leads(net::Loop::now())) return on_result(not_goose());
  std::erase_if(visits_, [](const auto& it) { return it.second->is_over(); });
  if (wishes_.size() + visits_.size() + delays_.size() >= wishes_max) {
    return on_result(unavailable("too_many", "Too many changes are asked for; ask again."));
  }
  if (method == "DELETE" && target.starts_with(members_path)) {
    remove(target.substr(members_path.size()), std::move(on_result));
  } else if (method == "POST" && target == "/members") {
    invite(body, std::move(on_result));
  } else if (method == "POST" && target == "/handover") {
    hand_over(body, std::move(on_result));
  } else if (method == "POST" && target == "/settings") {
    set(body, std::move(on_result));
  } else if (method == "GET" && target == "/status?confirm=quorum") {
    confirm(std::move(on_result));
  } else {
    on_result(unknown_node("The goose takes no " + std::string{method} + " of this path."));
  }
}

void Changes::confirm(OnResult on_result) {
  engine_.confirm([this, on_result = std::move(on_result)](const Answer& answer) mutable {
    if (answer.outcome == Outcome::too_many) {
      return on_result(unavailable("too_many", "Too many confirmations are asked for; ask again."));
    }
    const bool holds = answer.outcome == Outcome::in_force && engine_.leads(net::Loop::now());
    on_result(holds ? Result{200, status_()} : not_goose());
  });
}

void Changes::remove(std::string_view who, OnResult on_result) {
  const auto id = wire::parse_node_id(who);
  if (!id) return on_result(unknown_node(id.error().reason));
  const std::string name = book_.name_of(*id);
  if (engine_.config().removed_by(*id) && !engine_.raft().leader()->change) {
    return on_result(in_force(name + " had been removed before."));
  }
  const auto office = engine_.office();
  if (!office) return on_result(not_goose());
  const auto why_not = membership::why_not_remove(engine_.config(), *office, *id);
  if (why_not == Outcome::last_leader) {
    return on_result(conflict(
        "last_leader", name + " is the last voter that may lead: another node has to join first."));
  }
  // A new goose may not be linked to all yet.
  const Instant now = net::Loop::now();
  if (why_not && now < engine_.raft().leader()->since + engine_.config().promise) {
    return later(now + try_again_after,
                 [this, who = std::string{who}, on_result = std::move(on_result)]() mutable {
                   if (engine_.raft().leader() == nullptr) return on_result(not_goose());
                   remove(who, std::move(on_result));
                 });
  }
  if (why_not) {
    return on_result(unknown_node("No node of the cluster has the id " + std::string{who} + "."));
  }
  if (!engine_.remove(*id)) {
    return on_result(conflict("change_in_flight", "Too many removals are under way; ask again."));
  }
  wait({.kind = Wish::Kind::removal,
        .id = *id,
        .term = engine_.raft().record().term,
        .since = net::Loop::now(),
        .name = name,
        .on_result = std::move(on_result),
        .timer = {}});
}

void Changes::hand_over(std::string_view body, OnResult on_result) {
  const auto request = wire::parse_handover_request(body);
  if (!request) return on_result(bad_request(request.error().reason));
  if (!request->to) return hand_over_to(std::nullopt, std::move(on_result));
  const auto to = find_node(*request->to);
  if (!to) return on_result(to.error());
  if (*to == engine_.id()) {
    return on_result(in_force(home_.address + " is the goose already."));
  }
  hand_over_when_ready(*to, std::move(on_result));
}

/// A node that has just started may not campaign before a promise has passed (rule 6): handing over
/// to it at once would
/// make another the goose.
void Changes::hand_over_when_ready(NodeId to, OnResult on_result) {
  const auto peer = peers_.find(to);
  const auto office = engine_.office();
  if (!office) return on_result(not_goose());
  const auto seen =
      std::ranges::find(office->peers, to, [](const auto& it) { return it.member.id; });
  const bool is_voter = seen != office->peers.end() && seen->voter;
  if (!peer || (is_voter && !membership::answers(*seen, engine_.config().promise))) {
    return on_result(conflict(
        "voters_silent", "The office cannot go to " + book_.name_of(to) + ": it does not answer."));
  }
  const Instant now = net::Loop::now();
  const Instant ready = peer->since + engine_.config().promise;
  if (ready <= now) return hand_over_to(to, std::move(on_result));
  if (ready - now > change_time / 2) {
    return on_result(conflict("no_successor", book_.name_of(to) +
                                                  " has just started and may not lead for " +
                                                  wire::rough_text(ready - now) + "."));
  }
  later(ready, [this, to, on_result = std::move(on_result)]() mutable {
    hand_over_to(to, std::move(on_result));
  });
}

void Changes::later(Instant at, std::move_only_function<void()> what) {
  const WishId id = ++last_;
  delays_[id] = home_.loop.wake_at(at, [this, id, what = std::move(what)]() mutable {
    delays_.erase(id);
    what();
  });
}

void Changes::hand_over_to(std::optional<NodeId> to, OnResult on_result) {
  const Term term = engine_.raft().record().term;
  const std::string what = to ? "The office cannot go to " + book_.name_of(*to) + ": "
                              : std::string{"The office cannot be handed over: "};
  engine_.drain(
      ReleaseReason::handover, to,
      [this, to, term, what, on_result = std::move(on_result)](const Answer& answer) mutable {
        if (answer.outcome != Outcome::in_force) {
          return on_result(refusal(answer, what));
        }
        wait({.kind = Wish::Kind::handover,
              .id = to.value_or(NodeId{}),
              .term = term,
              .since = net::Loop::now(),
              .name = {},
              .on_result = std::move(on_result),
              .timer = {}});
      });
}

void Changes::set(std::string_view body, OnResult on_result) {
  const auto request = wire::parse_settings_request(body);
  if (!request) return on_result(bad_request(request.error().reason));
  set_when_free(*request, net::Loop::now() + change_time, std::move(on_result));
}

/// A change of upkeep that is under way, or voters that have just learnt of a new goose, are no
/// reason to refuse an operator.
void Changes::set_when_free(const wire::SettingsRequest& request, Instant until,
                            OnResult on_result) {
  const ChangeSettings settings = settings_of(request, engine_.config().limits);
  engine_.change(settings, [this, request, until,
                            on_result = std::move(on_result)](const Answer& answer) mutable {
    const Configuration& config = engine_.config();
    if (answer.outcome == Outcome::in_force) {
      return on_result(in_force("The promise is " + wire::to_text(config.promise) + ", at most " +
                                std::to_string(config.limits.voters) +
                                " nodes vote, a silent one is replaced after " +
                                wire::to_text(config.limits.replace_after) + " or dropped after " +
                                wire::to_text(config.limits.shrink_after) + "."));
    }
    const bool is_passing = answer.outcome == Outcome::change_in_flight ||
                            answer.outcome == Outcome::voters_silent ||
                            answer.outcome == Outcome::lease_would_end;
    const Instant again = net::Loop::now() + try_again_after;
    if (is_passing && again < until) {
      return later(again, [this, request, until, on_result = std::move(on_result)]() mutable {
        set_when_free(request, until, std::move(on_result));
      });
    }
    if (answer.outcome == Outcome::change_in_flight) {
      return on_result(conflict("change_in_flight", "Another change is still not in force."));
    }
    if (is_passing) {
      return on_result(
          conflict("voters_silent", "It takes a majority: " + silent_text(answer.silent) + "."));
    }
    on_result(refusal(answer, "The settings cannot be changed: "));
  });
}

void Changes::invite(std::string_view body, OnResult on_result) {
  const auto request = wire::parse_invite_request(body);
  if (!request) return on_result(bad_request(request.error().reason));
  visit(request->address, std::move(on_result));
}

void Changes::visit(const std::string& address, OnResult on_result) {
  // Whichever callback comes first has the answer; the visit itself goes with the next request.
  const auto answer = std::make_shared<OnResult>(std::move(on_result));
  const auto give = [answer](Result result) {
    if (*answer) std::exchange(*answer, nullptr)(std::move(result));
  };
  const auto greeted = [this, address, answer, give](Visit& visit, const wire::Hello& theirs) {
    const NodeId id = theirs.incarnation.id;
    const Greeting greeting = greet(hello_(), theirs);
    const std::string name = engine_.raft().record().cluster.name;
    if (const auto* refused = std::get_if<RefuseIt>(&greeting)) {
      give(conflict("other_cluster", address + " cannot be invited: " + refused->here + "."));
    } else if (engine_.config().removed_by(id) == RemovedBy::operator_) {
      give(conflict("removed", address + " was removed from the cluster, as " + wire::to_text(id) +
                                   ": `duckduckgoose reset` there makes it a new node."));
    } else if (!std::holds_alternative<WelcomeIt>(greeting)) {
      give(in_force(address + " is in the cluster already, as " + wire::to_text(id) + "."));
    } else if (theirs.cluster != name) {
      give(conflict("other_cluster", address + " waits for cluster " + theirs.cluster +
                                         ", and this one is " + name + "."));
    } else {
      visit.send(wire::encode(wire::Invite{home_.address}));
      wait({.kind = Wish::Kind::invitation,
            .id = id,
            .term = {},
            .since = net::Loop::now(),
            .name = address,
            .on_result = std::exchange(*answer, nullptr),
            .timer = {}});
    }
    visit.finish();
  };
  visits_.emplace(
      ++last_, std::make_unique<Visit>(
                   home_.loop, address, hello_(), peers_.counts(), change_time / 2,
                   Visit::Listener{.on_hello = greeted,
                                   .on_frame = [](Visit&, const wire::Frame&) {},
                                   .on_failed =
                                       [address, give](const std::string& why) {
                                         give(conflict("unreachable", address + ": " + why + "."));
                                       }}));
}

void Changes::wait(Wish wish) {
  if (auto now = outcome(wish)) return wish.on_result(std::move(*now));
  const WishId id = ++last_;
  const Duration limit =
      wish.kind == Wish::Kind::removal ? patience(engine_.config().promise) : change_time;
  const Instant due = net::Loop::now() + limit;
  auto& kept = wishes_.emplace(id, std::move(wish)).first->second;
  kept.timer = home_.loop.wake_at(due, [this, id] {
    auto found = wishes_.find(id);
    Wish& late = found->second;
    const auto end = late.since + change_time;
    Result result = too_late(late);
    if (result.status == 202 && net::Loop::now() < end) {  // it is being worked at
      late.timer = home_.loop.wake_at(end, [this, id] {
        auto node = wishes_.extract(id);
        node.mapped().on_result(too_late(node.mapped()));
      });
      return;
    }
    auto node = wishes_.extract(found);
    node.mapped().on_result(std::move(result));
  });
}

void Changes::look() {
  std::vector<std::pair<OnResult, Result>> answered;
  for (auto wish = wishes_.begin(); wish != wishes_.end();) {
    const auto it = wish++;
    auto result = outcome(it->second);
    if (!result) continue;
    home_.loop.cancel(it->second.timer);
    answered.emplace_back(std::move(it->second.on_result), std::move(*result));
    wishes_.erase(it);
  }
  for (auto& [on_result, result] : answered) on_result(std::move(result));
}

std::optional<Result> Changes::outcome(const Wish& wish) const {
  switch (wish.kind) {
    case Wish::Kind::removal:
      return outcome_of_removal(wish);
    case Wish::Kind::handover:
      return outcome_of_handover(wish);
    case Wish::Kind::invitation:
      if (!peers_.find(wish.id)) return std::nullopt;
      return in_force(wish.name + " has joined as " + wire::to_text(wish.id) + ".");
  }
  std::unreachable();
}

std::optional<Result> Changes::outcome_of_removal(const Wish& wish) const {
  const Leader* const leader = engine_.raft().leader();
  if (leader == nullptr) return not_goose();
  if (leader->change || !engine_.config().removed_by(wish.id)) return std::nullopt;
  return in_force(wish.name + " is removed.");
}

std::optional<Result> Changes::outcome_of_handover(const Wish& wish) const {
  const Leadership now = engine_.raft().leadership();
  if (!now.leader || now.term <= wish.term) return std::nullopt;
  if (wish.id != NodeId{} && now.leader->id != wish.id) {
    return conflict("no_successor", book_.name_of(wish.id) + " did not take over; " +
                                        book_.name_of(now.leader->id) + " is the goose.");
  }
  return in_force(book_.name_of(now.leader->id) + " is the goose, in term " +
                  std::to_string(now.term.value) + ".");
}

Result Changes::too_late(const Wish& wish) {
  switch (wish.kind) {
    case Wish::Kind::handover:
      return accepted("The office was given up; nobody has taken it yet.");
    case Wish::Kind::invitation:
      return accepted(wish.name + " was invited and has not come yet.");
    case Wish::Kind::removal:
      break;
  }
  const auto office = engine_.office();
  const bool is_stuck = office && !office->in_flight &&
                        !membership::handover_due(engine_.config(), *office) &&
                        !membership::next_change(engine_.config(), *office);
  if (!is_stuck) return accepted(wish.name + " is being removed.");
  engine_.forget_removal(wish.id);
  std::vector<NodeId> silent;
  for (const auto& it : office->peers) {
    if (it.voter && !membership::answers(it, engine_.config().promise)) {
      silent.push_back(it.member.id);
    }
  }
  return conflict("voters_silent", wish.name + " is needed: " + silent_text(silent) +
                                       "; without it there would be no "
                                       "majority.");
}

Result Changes::refusal(const Answer& answer, const std::string& what) const {
  switch (answer.outcome) {
    case Outcome::not_leader:
    case Outcome::lost:
      return not_goose();
    case Outcome::draining:
    case Outcome::change_in_flight:
      return conflict("change_in_flight", what + "another handover is under way.");
    case Outcome::unknown_node:
      return conflict("no_successor", what + "it is no voter that may lead.");
    case Outcome::no_successor:
      return conflict("no_successor", what + "no other voter that may lead answers.");
    case Outcome::voters_silent:
      return conflict("voters_silent", what + "it does not answer, or lags behind.");
    case Outcome::in_force:
    case Outcome::lease_would_end:
    case Outcome::is_leader:
    case Outcome::last_leader:
    case Outcome::nothing_to_undo:
    case Outcome::too_many:
    case Outcome::out_of_range:
      break;
  }
  return conflict("refused", what + std::string{to_text(answer.outcome)} + ".");
}

std::string Changes::silent_text(const std::vector<NodeId>& silent) const {
  if (silent.empty()) return "too few others vote";
  std::string text;
  for (const NodeId id : silent) text += (text.empty() ? "" : ", ") + book_.name_of(id);
  return text + (silent.size() == 1 ? " does not answer" : " do not answer");
}

std::expected<NodeId, Result> Changes::find_node(const std::string& word) const {
  std::vector<NodeId> found;
  const auto consider = [&](NodeId id, const std::string& address) {
    const bool is_it = address == word || (!word.empty() && wire::to_text(id).starts_with(word));
    if (is_it && std::ranges::find(found, id) == found.end()) found.push_back(id);
  };
  for (const Member& it : engine_.config().members) consider(it.id, it.address);
  for (const NodeId id : peers_.ids()) consider(id, peers_.find(id)->hello.address);
  if (found.size() == 1) return found.front();
  return std::unexpected{unknown_node(found.empty()
                                          ? "No node has the id or address " + word + "."
                                          : "More than one node's id begins with " + word + ".")};
}

}  // namespace duckduckgoose::node

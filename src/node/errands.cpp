#include "node/errands.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace duckduckgoose::node {

Errands::Errands(const Home& home, Engine& engine, Peers& peers, const Book& book, Changes& changes)
    : home_{home}, engine_{engine}, peers_{peers}, book_{book}, changes_{changes} {}

Errands::~Errands() {
  for (const auto& [id, errand] : errands_) {
    home_.loop.cancel(errand.timer);
    home_.loop.cancel(errand.retry);
  }
}

void Errands::run(Request request, OnResult on_result) {
  if (errands_.size() >= errands_max) {
    return on_result(unavailable("too_many", "Too many changes are asked for; ask again."));
  }
  const Id id = ++last_;
  const Instant end = net::Loop::now() + change_time;
  const Instant until = std::min(end, request.until.value_or(end)) + travel_time;
  Errand& errand = errands_[id];
  errand.request = std::move(request);
  errand.on_result = std::move(on_result);
  errand.until = until;
  errand.timer = home_.loop.wake_at(until - travel_time, [this, id] { out_of_time(id); });
  go(id);
}

void Errands::go(Id id) {
  Errand& errand = errands_.at(id);
  home_.loop.cancel(errand.retry);
  const Leadership leadership = engine_.raft().leadership();
  if (!leadership.leader) return;
  const NodeId goose = leadership.leader->id;
  if (!errand.first_goose) errand.first_goose = goose;
  if (errand.request.wants_another_goose && goose != *errand.first_goose) {
    return finish(id, in_force(book_.name_of(goose) + " is the goose now."));
  }
  const std::uint64_t attempt = ++errand.attempt;
  errand.is_with_goose = true;
  if (leadership.mine) {
    const Request request = errand.request;
    return changes_.perform(
        request.method, request.target, request.body,
        [this, id, attempt](Result result) { answered(id, attempt, std::move(result)); });
  }
  errand.call = peers_.call(
      goose, errand.request.method, errand.request.target, errand.request.body,
      [this, id, attempt](std::optional<wire::Reply> reply) {
        answered(id, attempt, reply ? Result{reply->status, std::move(reply->body)} : not_goose());
      });
  errand.is_with_goose = errand.call.has_value();
}

void Errands::answered(Id id, std::uint64_t attempt, Result result) {
  const auto found = errands_.find(id);
  if (found == errands_.end() || found->second.attempt != attempt) return;
  Errand& errand = found->second;
  errand.is_with_goose = false;
  errand.call.reset();
  if (!is_not_goose(result)) return finish(id, std::move(result));
  if (net::Loop::now() >= errand.until) return out_of_time(id);
  errand.retry = home_.loop.wake_at(net::Loop::now() + retry_time, [this, id] { go(id); });
}

void Errands::finish(Id id, Result result) {
  auto node = errands_.extract(id);
  Errand& errand = node.mapped();
  home_.loop.cancel(errand.timer);
  home_.loop.cancel(errand.retry);
  if (errand.call) peers_.forget_call(*errand.call);
  errand.on_result(std::move(result));
}

void Errands::out_of_time(Id id) {
  Errand& errand = errands_.at(id);
  const Instant now = net::Loop::now();
  if (errand.is_with_goose && now < errand.until) {  // its answer is due
    errand.timer = home_.loop.wake_at(errand.until, [this, id] { out_of_time(id); });
  } else if (errand.is_with_goose && errand.request.method != "GET") {
    finish(id, accepted("The goose was asked and has not answered within 5 s."));
  } else if (errand.request.method == "GET") {
    finish(id, unavailable("no_quorum", "No goose could confirm its office within 5 s."));
  } else {
    finish(id, unavailable("no_goose", "There was no goose to do it within 5 s."));
  }
}

void Errands::end() {
  while (!errands_.empty()) {
    finish(errands_.begin()->first,
           accepted("This node stops; what came of it another one knows."));
  }
}

void Errands::look() {
  std::vector<Id> waiting;
  for (const auto& [id, errand] : errands_) {
    if (!errand.is_with_goose) waiting.push_back(id);
  }
  for (const Id id : waiting) {
    if (errands_.contains(id)) go(id);
  }
}

}  // namespace duckduckgoose::node

#include "node/joining.hpp"

#include <algorithm>
#include <utility>

#include "node/greeting.hpp"

namespace duckduckgoose::node {

namespace {

using membership::TargetAnswer;
using membership::TargetSilent;

TargetAnswer answer_of(const std::string& target, const wire::Hello& theirs) {
  return {.target = target,
          .id = theirs.incarnation.id,
          .cluster = {.name = theirs.cluster, .id = theirs.cluster_id.value_or(ClusterId{})},
          .config = {},
          .knows_leader = false};
}

wire::Unreachable outcome_of(const membership::Heard& heard, NodeId me) {
  if (const auto* silent = std::get_if<TargetSilent>(&heard)) return {silent->target, silent->why};
  const auto& answer = std::get<TargetAnswer>(heard);
  if (answer.id == me) return {answer.target, "this node itself"};
  if (answer.cluster.id == ClusterId{}) return {answer.target, "in no cluster yet"};
  return {answer.target, "in cluster " + answer.cluster.name};
}

}  // namespace

Joining::Joining(net::Loop& loop, Record record, wire::Hello hello, membership::AskTargets ask,
                 Counts& counts, Listener listener)
    : loop_{loop},
      record_{std::move(record)},
      hello_{std::move(hello)},
      ask_{std::move(ask)},
      counts_{counts},
      listener_{std::move(listener)} {
  for (const std::string& target : ask_.targets) in_vain_.push_back({target, "not asked yet"});
  timer_ = loop_.wake_at(net::Loop::now(), [this] { ask_all(); });
}

Joining::~Joining() { loop_.cancel(timer_); }

void Joining::invite(const std::string& target) {
  if (over_) return;
  const bool is_new = std::ranges::find(ask_.targets, target) == ask_.targets.end();
  if (is_new && ask_.targets.size() < targets_max) ask_.targets.push_back(target);
  rounds_ = 0;
  if (heard_.size() < asked_) return;  // a round is under way; the next one comes soon
  loop_.cancel(timer_);
  ask_all();
}

void Joining::ask_all() {
  timer_ = {};
  visits_.clear();
  heard_.clear();
  asked_ = ask_.targets.size();
  for (const std::string& target : ask_.targets) ask(target);
}

void Joining::ask(const std::string& target) {
  const auto answer = std::make_shared<TargetAnswer>();
  visits_.emplace_back(
      loop_, target, hello_, counts_, answer_time,
      Visit::Listener{
          .on_hello =
              [this, target, answer](Visit& visit, const wire::Hello& theirs) {
                *answer = answer_of(target, theirs);
                const Greeting greeting = greet(hello_, theirs);
                if (const auto* refused = std::get_if<RefuseIt>(&greeting)) {
                  return visit.fail(refused->here);
                }
                const bool tells = std::holds_alternative<HearIt>(greeting) && theirs.cluster_id;
                if (tells) return;  // its welcome comes next
                visit.finish();
                hear(*answer);
              },
          .on_frame =
              [this, answer](Visit& visit, wire::Frame frame) {
                const auto* welcome = std::get_if<wire::Welcome>(&frame);
                if (welcome == nullptr) return;
                if (!welcome->enrolment)
                  return visit.fail("it is in a cluster, but does not say which");
                answer->cluster = {.name = welcome->cluster, .id = welcome->enrolment->cluster_id};
                answer->config = welcome->enrolment->config;
                answer->knows_leader = welcome->goose.has_value();
                visit.finish();
                hear(*answer);
              },
          .on_failed =
              [this, target](const std::string& why) {
                hear(TargetSilent{target, why});
              }});
}

void Joining::hear(membership::Heard heard) {
  if (over_) return;
  heard_.push_back(std::move(heard));
  // Not from here: whoever was heard is still on the stack.
  if (heard_.size() == asked_) timer_ = loop_.wake_at(net::Loop::now(), [this] { decide(); });
}

void Joining::decide() {
  in_vain_.clear();
  for (const membership::Heard& heard : heard_) {
    in_vain_.push_back(outcome_of(heard, record_.node.id));
  }
  membership::Choice choice = membership::choose(record_, ask_.cluster, heard_);
  if (auto* again = std::get_if<membership::AskAgain>(&choice)) {
    timer_ = loop_.wake_at(net::Loop::now() + membership::ask_again_after(rounds_++),
                           [this] { ask_all(); });
    return listener_.on_wait(again->sentence);
  }
  over_ = true;
  if (auto* join = std::get_if<membership::Join>(&choice)) {
    listener_.on_join(std::move(*join));
  } else {
    listener_.on_refuse(std::get<membership::Refuse>(std::move(choice)));
  }
}

}  // namespace duckduckgoose::node

#include "node/joining.hpp"

#include <algorithm>
#include <utility>

#include "node/greeting.hpp"

namespace duckduckgoose::node {

namespace {

using membership::TargetAnswer;
using membership::TargetSilent;

std::optional<membership::Charter> charter_of(const wire::Hello& theirs) {
  if (!theirs.founding) return std::nullopt;
  return membership::Charter{.cluster = theirs.cluster,
                             .slots = theirs.founding->slots,
                             .promise = theirs.founding->promise,
                             .limits = theirs.founding->limits};
}

TargetAnswer answer_of(const std::string& target, const wire::Hello& theirs) {
  return {.target = target,
          .node = {.id = theirs.incarnation.id,
                   .born = theirs.founding ? theirs.founding->born : 0,
                   .may_lead = theirs.may_lead},
          .cluster = {.name = theirs.cluster, .id = theirs.cluster_id.value_or(ClusterId{})},
          .config = {},
          .knows_leader = false,
          .charter = charter_of(theirs)};
}

}  // namespace

Joining::Joining(net::Loop& loop, membership::Search search, wire::Hello hello, Counts& counts,
                 Listener listener)
    : loop_{loop},
      search_{std::move(search)},
      hello_{std::move(hello)},
      counts_{counts},
      listener_{std::move(listener)} {
  ask_all_after(Duration{0});
}

Joining::~Joining() { loop_.cancel(timer_); }

void Joining::invite(const std::string& target) {
  static_cast<void>(search_.add_target(target));
  hurry();
}

/// Who is fresh is of use to those only who found together: the others would keep each other
/// asking.
void Joining::met(NodeId who) {
  const bool is_news = std::ranges::find(known_, who) == known_.end();
  if (search_.charter() && is_news) hurry();
}

void Joining::hurry() {
  rounds_ = 0;
  has_news_ = true;
  if (!over_ && !is_asking_) ask_all_after(pause_min);
}

void Joining::ask_all_after(Duration pause) {
  loop_.cancel(timer_);
  timer_ = loop_.wake_at(net::Loop::now() + pause, [this] { ask_all(); });
}

void Joining::ask_all() {
  timer_ = {};
  is_asking_ = true;
  has_news_ = false;
  visits_.clear();
  search_.begin_round();
  const std::vector<std::string> targets = search_.targets();
  for (const std::string& target : targets) ask(target);
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
                  visit.finish();
                  return hear(TargetSilent{target, refused->here, refused->is_other_protocol});
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
  search_.hear(std::move(heard));
  // Not from here: whoever was heard is still on the stack.
  if (!search_.is_complete()) return;
  loop_.cancel(timer_);
  timer_ = loop_.wake_at(net::Loop::now(), [this] { decide(); });
}

void Joining::decide() {
  is_asking_ = false;
  known_.clear();
  for (const membership::Heard& heard : search_.heard()) {
    const auto* answer = std::get_if<TargetAnswer>(&heard);
    if (answer != nullptr) known_.push_back(answer->node.id);
  }
  membership::Choice choice = search_.decide();
  if (auto* again = std::get_if<membership::AskAgain>(&choice)) {
    if (again->at_once) {
      ask_all_after(Duration{0});
    } else {
      ask_all_after(has_news_ ? pause_min : membership::ask_again_after(rounds_++));
    }
    waits_for_ = std::move(again->sentence);
    return listener_.on_wait(waits_for_);
  }
  over_ = true;
  if (auto* join = std::get_if<membership::Join>(&choice)) {
    listener_.on_join(std::move(*join));
  } else {
    listener_.on_refuse(std::get<membership::Refuse>(std::move(choice)));
  }
}

}  // namespace duckduckgoose::node

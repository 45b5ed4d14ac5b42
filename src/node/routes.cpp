#include "node/routes.hpp"

#include <algorithm>
#include <utility>

#include "node/visit.hpp"
#include "raft/ensure.hpp"

namespace duckduckgoose::node {

Routes::Routes(net::Loop& loop, std::uint64_t seed, Reached reached)
    : loop_{loop}, seeds_{seed}, reached_{std::move(reached)} {}

Routes::~Routes() { stop(); }

bool Routes::is_same(const Goal& a, const Goal& b) {
  return a.id && b.id ? *a.id == *b.id : a == b;
}

Routes::Route* Routes::find(const Goal& goal) {
  const auto it =
      std::ranges::find_if(routes_, [&](const Route& at) { return is_same(at.goal, goal); });
  return it == routes_.end() ? nullptr : &*it;
}

void Routes::set(const std::vector<Goal>& goals, const std::function<bool(NodeId)>& is_linked,
                 Duration patience) {
  std::erase_if(routes_, [&](Route& route) {
    const bool is_over =
        std::ranges::none_of(goals, [&](const Goal& goal) { return is_same(goal, route.goal); });
    if (is_over) rest(route, Phase::idle);
    return is_over;
  });
  for (const Goal& goal : goals) {
    Route* route = find(goal);
    if (route == nullptr) {
      routes_.push_back(Route{goal, net::Redial{seeds_.next()}, Phase::idle, {}, {}, {}, {}});
      route = &routes_.back();
      if (!goal.id && patience > Duration{0}) {
        route->redial.reset(patience);
        wait(*route, {});
      }
    }
    if (route->goal.address != goal.address) {  // it has moved: dial it there, at once
      route->goal = goal;
      if (route->phase == Phase::dialling || route->phase == Phase::waiting) {
        rest(*route, Phase::idle);
      }
    }
    const auto id = goal.id ? goal.id : route->leads_to;
    if (id && is_linked(*id)) {
      // A dial that is not done yet has bound nothing anywhere, so it can be given up.
      if (route->phase != Phase::reached) rest(*route, Phase::linked);
    } else if (route->phase == Phase::idle || route->phase == Phase::linked) {
      dial(*route);
    }
  }
}

void Routes::dial(Route& route) {
  route.phase = Phase::dialling;
  route.dial = net::Dial{loop_, route.goal.address, net::DialLimits{},
                         [this, &route](std::expected<net::Link, net::DialError> done) {
                           route.phase = Phase::reached;
                           if (!done) return wait(route, short_text(done.error()));
                           const Goal goal = route.goal;
                           reached_(std::move(*done), goal);
                         }};
}

void Routes::wait(Route& route, const std::string& why) {
  rest(route, Phase::waiting);
  route.why = why;
  route.timer = loop_.wake_at(net::Loop::now() + route.redial.next(), [this, &route] {
    route.timer = {};
    dial(route);
  });
}

void Routes::rest(Route& route, Phase phase) {
  loop_.cancel(route.timer);
  route.timer = {};
  if (route.phase == Phase::dialling) route.dial = {};
  route.phase = phase;
}

void Routes::bound(const Goal& goal, NodeId who) {
  Route* const route = find(goal);
  if (route == nullptr) return;
  ensure(!goal.id || *goal.id == who);
  route->leads_to = who;
  route->why.clear();
  rest(*route, Phase::linked);
}

void Routes::failed(const Goal& goal, const std::string& why) {
  Route* const route = find(goal);
  if (route != nullptr && route->phase == Phase::reached) wait(*route, why);
}

void Routes::lost(NodeId id, Duration lasted, const std::string& why, Duration patience) {
  for (Route& route : routes_) {
    if (route.goal.id != id && route.leads_to != id) continue;
    route.why = why;
    const bool was_settled = lasted >= settled_after;
    const bool is_urgent = patience == Duration{0};
    if (was_settled) route.redial.reset(is_urgent ? net::Redial::wait_min : patience);
    if (route.phase == Phase::linked && !(was_settled && is_urgent)) wait(route, why);
  }
}

void Routes::stop() {
  for (Route& route : routes_) rest(route, Phase::idle);
  routes_.clear();
}

std::string Routes::why_not(NodeId id) const {
  const auto it = std::ranges::find_if(routes_, [&](const Route& at) { return at.goal.id == id; });
  return it == routes_.end() ? std::string{} : it->why;
}

}  // namespace duckduckgoose::node

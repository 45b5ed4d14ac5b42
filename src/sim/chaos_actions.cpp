#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/chaos.hpp"

/// What chaos does to the cluster.
namespace duckduckgoose::sim {

namespace {

/// A copy that is fewer saves behind might catch up before anybody meets it.
constexpr std::uint64_t copy_lag = 8;

}  // namespace

void Chaos::act() {
  const auto sum = std::accumulate(plan_.weights.begin(), plan_.weights.end(), std::uint32_t{0});
  std::uint64_t drawn = chance_.below(sum);
  for (std::size_t action = 0; action < actions; ++action) {
    if (drawn < plan_.weights.at(action)) return take(static_cast<Action>(action));
    drawn -= plan_.weights.at(action);
  }
}

PlaceIndex Chaos::goose_or_any() {
  const auto goose = world_.goose();
  return goose && chance_.below(4) != 0 ? *goose : any_place();
}

void Chaos::take(Action action) {
  const PlaceIndex place = any_place();
  switch (action) {
    case Action::start:
      for (PlaceIndex i = 0; i < clones_place_; ++i) {
        const PlaceIndex at = (place + i) % clones_place_;
        if (!world_.lives(at)) return world_.start(at);
      }
      return;
    case Action::kill:
      return world_.kill(goose_or_any(), plan_.keepers && chance_.below(3) != 0
                                             ? World::Keeper::tells
                                             : World::Keeper::is_silent);
    case Action::doom:
      return world_.doom(goose_or_any(), static_cast<Boundary>(chance_.below(boundaries)));
    case Action::stop: {
      const PlaceIndex victim = goose_or_any();
      world_.stop(victim);
      const Duration longest = chance_.below(3) == 0 ? plan_.promise * 10 : plan_.promise * 3 / 2;
      return later(Later::What::resume, victim, victim,
                   std::chrono::milliseconds{10} + chance_.up_to(longest));
    }
    case Action::hold:
      return world_.hold(goose_or_any(), chance_.up_to(plan_.promise * 2));
    case Action::work:
      return world_.places()[place].works ? world_.end_work(place, chance_.below(4) != 0)
                                          : world_.begin_work(goose_or_any());
    case Action::stand_aside:
      return world_.stand_aside(place, chance_.up_to(plan_.promise * 4));
    case Action::remove:
      return world_.remove(goose_or_any(), world_.id(any_place()));
    case Action::drain: {
      const auto reason = chance_.below(3) == 0 ? ReleaseReason::stopped : ReleaseReason::handover;
      const auto successor = chance_.below(2) == 0 ? std::optional{world_.id(place)} : std::nullopt;
      world_.drain(goose_or_any(), reason, successor);
      return;
    }
    case Action::confirm:
      world_.confirm(goose_or_any());
      return;
    case Action::repeat_release:
      return world_.repeat_release(chance_.below(world_.proofs()));
    case Action::isolate:
    case Action::deafen:
    case Action::mute:
    case Action::cut_one_way:
    case Action::split:
    case Action::flap:
    case Action::heal:
    case Action::break_link:
    case Action::change_weather:
      return take_on_network(action);
    case Action::add_voter:
    case Action::drop_voter:
    case Action::set_promise:
    case Action::undo:
      return take_on_members(action);
    case Action::wipe:
    case Action::foreign:
    case Action::back_up:
    case Action::restore:
    case Action::clone:
      return take_on_data(action);
  }
}

void Chaos::take_on_network(Action action) {
  const PlaceIndex a = goose_or_any();
  const PlaceIndex b = any_place();
  if (action == Action::isolate) {
    isolate(a, true, true);
  } else if (action == Action::deafen) {
    isolate(a, false, true);
  } else if (action == Action::mute) {
    isolate(a, true, false);
  } else if (action == Action::split) {
    split();
  } else if (action == Action::heal) {
    world_.heal_all();
  } else if (action == Action::change_weather) {
    world_.weather = make_weather(chance_, plan_.promise);
  } else if (a == b) {
    return;
  } else if (action == Action::cut_one_way) {
    world_.cut(a, b);
  } else if (action == Action::break_link) {
    world_.break_link(a, b);
  } else {  // flap: for 0.5 to 3 promises
    world_.cut(a, b);
    if (chance_.below(3) != 0) world_.cut(b, a);
    if (chance_.below(2) == 0) world_.break_link(a, b);
    later(Later::What::heal, a, b, plan_.promise / 2 + chance_.up_to(plan_.promise * 5 / 2));
  }
}

void Chaos::isolate(PlaceIndex place, bool out, bool in) {
  for (PlaceIndex other = 0; other < world_.places().size(); ++other) {
    if (other == place) continue;
    if (out) world_.cut(place, other);
    if (in) world_.cut(other, place);
  }
}

void Chaos::split() {
  const std::uint64_t side = chance_.next();
  const auto is_here = [side](PlaceIndex place) { return ((side >> place) & 1U) != 0; };
  for (PlaceIndex a = 0; a < world_.places().size(); ++a) {
    for (PlaceIndex b = 0; b < world_.places().size(); ++b) {
      if (is_here(a) != is_here(b)) world_.cut(a, b);
    }
  }
}

void Chaos::take_on_members(Action action) {
  const PlaceIndex leader = goose_or_any();
  if (action == Action::add_voter) {
    add_voter();
  } else if (action == Action::drop_voter) {
    std::optional<RemovedBy> removed;
    if (chance_.below(3) == 0) removed = RemovedBy::operator_;
    if (chance_.below(3) == 0) removed = RemovedBy::upkeep;
    world_.change(leader, DropVoter{world_.id(any_place()), removed});
  } else if (action == Action::undo) {
    world_.change(leader, Undo{});
  } else {
    // The new promise does not get through, while answers to the old one are under way.
    const bool goose_is_mute = chance_.below(3) == 0;
    if (goose_is_mute) {
      isolate(leader, true, false);
      for (PlaceIndex other = 0; other < world_.places().size(); ++other) {
        later(Later::What::heal, leader, other, plan_.promise * 3);
      }
    }
    ChangeSettings settings;
    settings.promise =
        plan_.shortest_promise + chance_.up_to(plan_.longest_promise - plan_.shortest_promise);
    world_.change(leader, settings);
  }
}

/// Sometimes the new voter dies at once, and sometimes the change is taken back at once.
void Chaos::add_voter() {
  const PlaceIndex leader = goose_or_any();
  const PlaceIndex place = chance_.below(clones_place_);
  const Place& newcomer = world_.places()[place];
  world_.change(leader, AddVoter{{world_.id(place), newcomer.address, newcomer.may_lead}});
  if (chance_.below(6) == 0) world_.kill(place, World::Keeper::is_silent);
  if (plan_.takes(Action::undo) && chance_.below(4) == 0) {
    world_.change(leader, Undo{});
  }
}

/// A disk may be lost as long as the others can go on without it, under the newest that any of them
/// has or is about to save; else the cluster is lost, which tells nothing.
bool Chaos::may_lose_disk(PlaceIndex place) const {
  const auto& configurations = world_.checker().configurations();
  const NodeId id = world_.id(place);
  const auto can_do_without = [&](const Configuration* config) {
    if (config == nullptr || !config->has(id)) return true;
    std::size_t others = 0;
    bool may_lead = false;
    for (const Member& member : config->members) {
      if (member.id == id || configurations.is_lost(member.id)) continue;
      ++others;
      may_lead |= member.may_lead;
    }
    return may_lead && others >= majority_of(config->members.size());
  };
  const Configuration* const newest = configurations.newest();
  const auto may_save = [&](const Place& it) {
    const bool is_news = it.saving && newest != nullptr && it.saving->config.stamp > newest->stamp;
    return !is_news || can_do_without(&it.saving->config);
  };
  return can_do_without(newest) && can_do_without(configurations.newest(id)) &&
         std::ranges::all_of(world_.places(), may_save);
}

void Chaos::take_on_data(Action action) {
  const PlaceIndex place = chance_.below(clones_place_);
  if (action == Action::wipe) {
    if (may_lose_disk(place)) world_.wipe(place);
  } else if (action == Action::foreign) {
    foreign_message();
  } else if (action == Action::back_up) {
    world_.back_up(place);
  } else if (action == Action::restore) {
    if (!may_lose_disk(place) || !world_.restore(place, copy_lag)) return;
    run_stale();
    if (!world_.violation()) world_.wipe(place);
  } else if (world_.clone(place, clones_place_)) {
    run_stale();
    if (world_.violation()) return;
    world_.discard_clone(clones_place_);
    // Peers that met both refuse both, until the original starts anew.
    world_.kill(place, World::Keeper::is_silent);
    later(Later::What::start, place, place, chance_.up_to(plan_.promise));
  }
}

/// Lets a process run that nobody may believe, while nobody who could contradict it dies or leaves.
void Chaos::run_stale() {
  world_.upkeep = false;
  world_.run_for(chance_.up_to(plan_.promise * 3));
  world_.upkeep = plan_.upkeep;
}

/// A message that somebody really sent, to whom it was not meant for, or of another cluster, or
/// far in the terms.
void Chaos::foreign_message() {
  auto message = world_.sample();
  if (!message) return;
  switch (chance_.below(3)) {
    case 0:
      ++message->cluster.value;
      break;
    case 1:
      message->to.value ^= std::uint64_t{1} << 40U;
      break;
    default:
      message->term.value += term_jump_max * 2;
  }
  world_.inject(any_place(), *message, chance_.up_to(plan_.promise));
}

}  // namespace duckduckgoose::sim

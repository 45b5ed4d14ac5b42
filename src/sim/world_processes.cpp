#include <algorithm>
#include <utility>

#include "raft/ensure.hpp"
#include "sim/names.hpp"
#include "sim/world.hpp"

/// Processes come and go, disks are lost, copied and cloned.
namespace duckduckgoose::sim {

PlaceIndex World::add_place(std::string address, NodeClock clock, bool may_lead) {
  ensure(places_.size() < places_max);
  Place place;
  place.address = std::move(address);
  place.clock = clock;
  place.may_lead = may_lead;
  places_.push_back(std::move(place));
  return places_.size() - 1;
}

NodeId World::id(PlaceIndex place) const {
  const Place& it = places_[place];
  if (it.process) return it.process->self().id;
  return it.disk ? it.disk->node.id : id_of(place, it.wiped);
}

void World::found(std::span<const PlaceIndex> voters, Duration promise, const Limits& limits) {
  constexpr std::uint64_t born = 1'700'000'000'000;
  Configuration config;
  config.stamp = {Term{}, 1};
  config.token_base = born;
  config.promise = promise;
  config.limits = limits;
  for (const PlaceIndex voter : voters) {
    config.add({id_of(voter, 0), places_[voter].address, places_[voter].may_lead});
  }
  for (const PlaceIndex voter : voters) {
    Record record;
    record.saves = 1;
    record.node = {id_of(voter, 0), born, places_[voter].may_lead};
    record.cluster.id = the_cluster;
    record.config = config;
    places_[voter].disk = std::move(record);
  }
}

void World::start(PlaceIndex index) {
  if (lives(index)) return;
  Place& place = places_[index];
  Record record;
  if (place.disk) {
    record = *place.disk;
  } else {
    record.node = {id_of(index, place.wiped), 1, place.may_lead};
  }
  launch(index, started_again(std::move(record)), place.data);
}

void World::launch(PlaceIndex index, const Record& record, Checker::Data data) {
  Place& place = places_[index];
  place.disk = record;
  place.data = data;
  place.saving.reset();
  ++place.life;
  place.stopped = false;
  place.busy = false;
  place.works = false;
  place.unsent.reset();
  place.doom.reset();
  place.inbox.clear();
  place.tick_at.reset();
  place.linked_to = {};
  const Raft::Options options{
      .nonce = chance_.next(), .seed = chance_.next(), .short_wait = short_wait};
  place.process.emplace(record, options, place.clock.at(now_));
  checker_.born(index, place.process->self(), record, place.clock, data, now_);
  if (keepers && data == Checker::Data::own) hire_keeper(index);
  if (log_ != nullptr) note(place.address + " starts as " + name_of(record.node.id));
  for (PlaceIndex other = 0; other < places_.size(); ++other) {
    if (other != index && lives(other)) dial(index, other, weather.delay(chance_));
  }
  step(index, Tick{});
}

void World::kill(PlaceIndex index, Keeper keeper) {
  Place& place = places_[index];
  if (!place.process) return;
  ++counts_.faults;
  if (log_ != nullptr) note(place.address + " is killed");
  if (place.saving) {
    // The write was under way: the disk has all of it or nothing.
    if (chance_.below(2) == 0) {
      place.disk = place.saving;
      checker_.saved(index, *place.disk, now_);
    }
    place.saving.reset();
  }
  if (keeper == Keeper::tells && place.data == Checker::Data::own) {
    see_death(index);
  } else if (place.keeper) {
    keepers_[*place.keeper].lives = false;
    checker_.contained(keepers_[*place.keeper].who, false);  // nobody is left to end it
  }
  place.keeper.reset();
  const std::uint32_t life = place.life;
  for (PlaceIndex other = 0; other < places_.size(); ++other) {
    if (places_[other].linked_to[index].life != life || cuts_.is_cut(index, other)) continue;
    queue_.push({.at = now_ + weather.delay(chance_),
                 .detail = life,
                 .what = Happening::link_breaks,
                 .place = static_cast<std::uint8_t>(other),
                 .other = static_cast<std::uint8_t>(index)});
  }
  place.process.reset();
  ++place.life;
  place.stopped = false;
  place.busy = false;
  place.inbox.clear();
  place.unsent.reset();
  place.doom.reset();
  place.removals.clear();
  place.tick_at.reset();
  place.linked_to = {};
  checker_.died(index, now_);
}

void World::stop(PlaceIndex index) {
  if (!lives(index)) return;
  ++counts_.faults;
  if (log_ != nullptr) note(places_[index].address + " is stopped");
  places_[index].stopped = true;
  if (const auto keeper = places_[index].keeper) excuse(keepers_[*keeper]);
}

void World::resume(PlaceIndex index) {
  Place& place = places_[index];
  if (!place.process || !place.stopped) return;
  if (log_ != nullptr) note(place.address + " goes on");
  place.stopped = false;
  if (!place.busy) drain_inbox(index);
}

void World::pause_guest(PlaceIndex index, Duration span) {
  if (log_ != nullptr) note("the machine of " + places_[index].address + " stands still");
  places_[index].stopped = true;
  run_for(span);
  Place& place = places_[index];
  const Duration missed{span.count() * place.clock.rate() / NodeClock::right};
  place.clock = NodeClock{place.clock.rate(), place.clock.at(TrueTime{}) - missed};
  checker_.clock_changed(index, place.clock, now_);
  resume(index);
}

void World::wipe(PlaceIndex index) {
  kill(index, Keeper::is_silent);
  Place& place = places_[index];
  if (!place.disk) return;
  ++counts_.faults;
  if (log_ != nullptr) note(place.address + " loses its disk");
  checker_.disk_lost(place.disk->node.id);
  place.disk.reset();
  place.copy.reset();
  place.data = Checker::Data::own;
  ++place.wiped;
}

void World::back_up(PlaceIndex place) { places_[place].copy = places_[place].disk; }

bool World::restore(PlaceIndex index, std::uint64_t lag) {
  Place& place = places_[index];
  if (!place.copy || !place.process || place.copy->node.id != id(index)) return false;
  if (place.copy->config.is_single()) return false;  // it would lead, and need nobody
  Record copy = started_again(*place.copy);
  for (PlaceIndex other = 0; other < places_.size(); ++other) {
    if (other == index || !lives(other)) continue;
    const Place::Linked& known = places_[other].linked_to[index];
    if (known.life != place.life || known.saves < copy.saves + lag) return false;
    // Of nodes that do not vote not everything is remembered.
    if (!places_[other].process->record().config.has(copy.node.id)) return false;
  }
  kill(index, Keeper::is_silent);
  ++counts_.faults;
  launch(index, copy, Checker::Data::stale);
  return true;
}

bool World::clone(PlaceIndex original, PlaceIndex index) {
  if (lives(index) || !lives(original)) return false;
  const Configuration& config = places_[original].process->record().config;
  constexpr std::size_t enough = 3;  // who votes alone, or nearly so, has nobody to contradict it
  if (config.members.size() < enough) return false;
  for (PlaceIndex other = 0; other < places_.size(); ++other) {
    const bool has_met = places_[other].linked_to[original].life == places_[original].life;
    if (other != original && lives(other) && !has_met) return false;
  }
  ++counts_.faults;
  // The copy was taken before the last start of the original, so that both count the same number
  // of starts.
  launch(index, *places_[original].disk, Checker::Data::stale);
  return true;
}

void World::discard_clone(PlaceIndex index) {
  kill(index, Keeper::is_silent);
  places_[index].disk.reset();
  places_[index].data = Checker::Data::own;
}

}  // namespace duckduckgoose::sim

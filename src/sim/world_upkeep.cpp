#include <utility>

#include "sim/names.hpp"
#include "sim/world.hpp"

namespace duckduckgoose::sim {

/// Voters that have lost their disks: at their addresses it has met other ids (F7).
std::vector<NodeId> World::displaced_for(PlaceIndex index) const {
  std::vector<NodeId> displaced;
  for (const Member& voter : places_[index].process->record().config.members) {
    for (PlaceIndex other = 0; other < places_.size(); ++other) {
      const Place::Linked& linked = places_[index].linked_to[other];
      const bool is_linked = linked.life != 0 && linked.life == places_[other].life;
      const bool is_there = is_linked && places_[other].address == voter.address;
      if (is_there && linked.id != voter.id) displaced.push_back(voter.id);
    }
  }
  return displaced;
}

/// A leader knows whom it was asked to remove, and that its predecessor went for that reason.
std::optional<membership::Office> World::office_of(PlaceIndex index) const {
  const Place& place = places_[index];
  std::vector<NodeId> removals = place.removals;
  const Cause cause = place.process->leadership().cause;
  if (cause.release == ReleaseReason::removed && cause.previous) {
    removals.push_back(*cause.previous);
  }
  return membership::office_of(*place.process, place.clock.at(now_), std::move(removals),
                               displaced_for(index));
}

std::optional<membership::Upkeep> World::due_change(PlaceIndex index) const {
  const auto office = office_of(index);
  if (!office) return {};
  return membership::next_change(places_[index].process->record().config, *office);
}

void World::remove(PlaceIndex index, NodeId id) {
  if (!upkeep || !lives(index)) return;
  const auto office = office_of(index);
  const Configuration& config = places_[index].process->record().config;
  if (!office || membership::why_not_remove(config, *office, id)) return;
  if (log_ != nullptr) note(places_[index].address + " is to remove " + name_of(id));
  places_[index].removals.push_back(id);
}

void World::keep_up(PlaceIndex index) {
  Place& place = places_[index];
  if (place.process->leader() == nullptr) return place.removals.clear();
  const auto office = office_of(index);
  if (!office) return;
  const Configuration before = place.process->record().config;
  if (auto next = membership::next_change(before, *office)) {
    change(index, std::move(next->edit));
    if (!lives(index)) return;
    const Configuration& after = place.process->record().config;
    if (after.stamp != before.stamp) checker_.kept_up(before, after, now_);
  } else if (const auto successor = membership::handover_due(before, *office)) {
    drain(index, ReleaseReason::removed, successor);
  }
}

}  // namespace duckduckgoose::sim

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

std::optional<membership::Upkeep> World::due_change(PlaceIndex index) const {
  const Place& place = places_[index];
  const auto office =
      membership::office_of(*place.process, place.clock.at(now_), {}, displaced_for(index));
  if (!office) return {};
  return membership::next_change(place.process->record().config, *office);
}

void World::keep_up(PlaceIndex index) {
  if (auto next = due_change(index)) change(index, std::move(next->edit));
}

}  // namespace duckduckgoose::sim

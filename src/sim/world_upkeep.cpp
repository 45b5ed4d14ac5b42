#include "membership/upkeep.hpp"
#include "sim/world.hpp"

namespace duckduckgoose::sim {

void World::keep_up(PlaceIndex index) {
  const Place& place = places_[index];
  const auto office = membership::office_of(*place.process, place.clock.at(now_));
  if (!office) return;
  if (auto next = membership::next_change(place.process->record().config, *office)) {
    change(index, std::move(next->edit));
  }
}

}  // namespace duckduckgoose::sim

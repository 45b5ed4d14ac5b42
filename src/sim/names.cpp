#include "sim/names.hpp"

namespace duckduckgoose::sim {

namespace {

constexpr std::uint64_t ids_of_a_place = 256;

}  // namespace

NodeId id_of(std::size_t place, std::size_t wiped) {
  return NodeId{(place + 1) * ids_of_a_place + wiped};
}

std::size_t place_of(NodeId id) { return id.value / ids_of_a_place - 1; }

std::string name_of(NodeId id) {
  std::string name = "n" + std::to_string(id.value / ids_of_a_place);
  const std::uint64_t wiped = id.value % ids_of_a_place;
  if (wiped > 0) name += "." + std::to_string(wiped + 1);
  return name;
}

std::string names_of(const Configuration& config) {
  std::string names;
  for (const Member& member : config.members) {
    if (!names.empty()) names += ' ';
    names += name_of(member.id);
  }
  return names;
}

std::string name_of(Stamp stamp) {
  return std::to_string(stamp.term.value) + "." + std::to_string(stamp.version);
}

std::string in_ms(Duration duration) {
  const auto micros = duration.count();
  std::string fraction = std::to_string(micros % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(micros / 1000) + "." + fraction + " ms";
}

}  // namespace duckduckgoose::sim

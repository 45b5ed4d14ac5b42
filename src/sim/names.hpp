#pragma once

#include <cstddef>
#include <string>

#include "raft/text.hpp"
#include "sim/clock.hpp"

namespace duckduckgoose::sim {

/// The id of the process at place `place` (0, 1, ...) after its disk was lost `wiped` times.
[[nodiscard]] NodeId id_of(std::size_t place, std::size_t wiped);

/// The place that an id was made for.
[[nodiscard]] std::size_t place_of(NodeId id);

/// "n1" for the first id of place 0, "n1.2" for the next, after its disk was lost.
[[nodiscard]] std::string name_of(NodeId id);

/// Names the members: "n1 n2 n3".
[[nodiscard]] std::string names_of(const Configuration& config);

/// "3.2": term 3, version 2.
[[nodiscard]] std::string name_of(Stamp stamp);

/// The same names for the core's own texts.
class PlaceNames final : public Names {
 public:
  [[nodiscard]] std::string name_of(NodeId id) const override { return sim::name_of(id); }
};

/// "12.345 ms".
[[nodiscard]] std::string in_ms(Duration duration);

}  // namespace duckduckgoose::sim

#pragma once

#include <string>

#include "sim/clock.hpp"

namespace duckduckgoose::sim {

/// An invariant that did not hold: the run ends there.
struct Violation {
  std::string invariant;  ///< Its name in the checker: "I1" to "I10", "hold", "liveness".
  std::string what;       ///< One sentence: who, what, when.
  TrueTime at;
};

}  // namespace duckduckgoose::sim

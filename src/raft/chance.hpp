#pragma once

#include <cstdint>

#include "raft/types.hpp"

namespace duckduckgoose {

/// The core's own generator: a value, and the same numbers on every platform (the standard
/// distributions differ between libraries). Source: Sebastiano Vigna, splitmix64.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// Uniform in [0, bound); 0 if bound is 0.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

  /// Uniform in [0, longest].
  Duration up_to(Duration longest) {
    return Duration{
        static_cast<Duration::rep>(below(static_cast<std::uint64_t>(longest.count()) + 1))};
  }

 private:
  std::uint64_t state_;
};

}  // namespace duckduckgoose

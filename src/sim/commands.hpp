#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The commands of duckduckgoose-sim. Each returns the exit code: 0, or 1 if something did not
/// hold.
namespace duckduckgoose::sim {

/// Runs `seeds` random worlds, the first from seed `from`; up to the first violation, unless it
/// shall keep going.
int chaos(std::uint64_t seeds, std::uint64_t from, bool keeps_going);

/// Prints all that happens in one of them.
int replay(std::uint64_t seed);

/// Runs every graph of DESIGN.md section 8 from every starting goose; `only` is one case, with its
/// trace.
int graphs(const std::optional<std::string>& only);

/// Plays scenario files and compares what happens with what they say; or, if `regenerate`, writes
/// it there.
int run(const std::vector<std::string>& files, bool regenerate);

}  // namespace duckduckgoose::sim

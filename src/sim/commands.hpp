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

/// Founds `seeds` clusters in bad weather, the first from seed `from`; up to the first violation,
/// which is printed with all that happened.
int founding(std::uint64_t seeds, std::uint64_t from);

/// Plays scenario files and compares what happens with what they say; or, if `regenerate`, writes
/// it there.
int run(const std::vector<std::string>& files, bool regenerate);

/// Where the mutants lie and how long random search goes on for each.
struct MutantOptions {
  std::string listing = "tests/mutants/mutants.txt";
  std::string scenarios = "tests/sim/scenarios";
  std::vector<std::string> scenario_names;  ///< Of that folder, without ".txt".
  std::string programs;                     ///< The folder of the programs that hold the mutants.
  std::uint64_t seeds = 5000;
  std::string into;  ///< A page that keeps the table between two marks; empty: to stdout.
};

/// Tries for each mutant the test that it names, all scenarios, and random search; makes the table
/// of what kills it. 1 if one survives the test that it names, 2 if something is not where it
/// should be.
int mutants(const MutantOptions& options);

}  // namespace duckduckgoose::sim

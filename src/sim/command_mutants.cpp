#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/commands.hpp"

namespace duckduckgoose::sim {

namespace {

struct Mutant {
  std::string name;
  std::string text;
  std::string killer;  ///< "PROGRAM FILTER", or "scenario NAME".
};

struct Ran {
  bool is_red = false;
  std::string output;
};

std::optional<std::string> content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

/// Reads `[NAME] TEXT` and `killer: ...` of the list of mutants; the rest is for weave.py.
std::vector<Mutant> mutants_in(std::string_view listing) {
  constexpr std::string_view killer = "killer: ";
  std::vector<Mutant> mutants;
  while (!listing.empty()) {
    const auto end = std::min(listing.find('\n'), listing.size());
    const std::string_view line = listing.substr(0, end);
    listing.remove_prefix(std::min(end + 1, listing.size()));
    const auto close = line.find("] ");
    if (line.starts_with('[') && close != std::string_view::npos) {
      mutants.push_back(
          {std::string{line.substr(1, close - 1)}, std::string{line.substr(close + 2)}, {}});
    } else if (line.starts_with(killer) && !mutants.empty()) {
      mutants.back().killer = line.substr(killer.size());
    }
  }
  return mutants;
}

/// Runs a shell command; red is any exit code but 0.
Ran run_command(const std::string& command) {
  Ran ran;
  // NOLINTNEXTLINE(cert-env33-c): the words come from the options and the list of mutants
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {true, "cannot run " + command};
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    ran.output.append(part.data(), size);
  }
  ran.is_red = pclose(pipe) != 0;
  return ran;
}

/// The programs over the woven sources, with one mutant chosen.
class Broken {
 public:
  Broken(const MutantOptions& options, std::string mutant)
      : options_(options), mutant_(std::move(mutant)) {}

  [[nodiscard]] Ran run(const std::string& program, const std::string& arguments,
                        int seconds) const {
    return run_command("DUCK_MUTANT='" + mutant_ + "' timeout " + std::to_string(seconds) + " '" +
                       options_.programs + "/" + program + "' " + arguments);
  }

  [[nodiscard]] Ran play(const std::string& scenario) const {
    constexpr int seconds = 20;
    return run("duckduckgoose-sim", "run '" + scenario + "'", seconds);
  }

 private:
  const MutantOptions& options_;
  std::string mutant_;
};

std::string scenario_path(const MutantOptions& options, const std::string& name) {
  return options.scenarios + "/" + name + ".txt";
}

bool is_killed(const Mutant& mutant, const Broken& broken, const MutantOptions& options) {
  const auto space = mutant.killer.find(' ');
  if (space == std::string::npos) return false;
  const std::string program = mutant.killer.substr(0, space);
  const std::string what = mutant.killer.substr(space + 1);
  if (program == "scenario") return broken.play(scenario_path(options, what)).is_red;
  constexpr int seconds = 60;
  return broken.run(program, "--gtest_brief=1 --gtest_filter='" + what + "'", seconds).is_red;
}

/// "12, as `handover`": how many scenarios turn red, and one in which more than the transcript is
/// wrong, if any.
std::string red_scenarios(const Broken& broken, const MutantOptions& options) {
  std::size_t red = 0;
  std::string best;
  bool best_is_broken = false;
  for (const std::string& name : options.scenario_names) {
    const Ran ran = broken.play(scenario_path(options, name));
    if (!ran.is_red) continue;
    ++red;
    const bool is_broken = ran.output.find("the transcript differs") == std::string::npos;
    if (best.empty() || (is_broken && !best_is_broken)) {
      best = name;
      best_is_broken = is_broken;
    }
  }
  if (red == 0) return "none";
  return std::to_string(red) + ", as `" + best + "`";
}

/// "712 (I3)": after how many seeds chaos finds it, and what it sees.
std::string found_by_chaos(const Broken& broken, const MutantOptions& options) {
  constexpr int seconds = 600;
  const Ran ran =
      broken.run("duckduckgoose-sim", "chaos --seeds " + std::to_string(options.seeds), seconds);
  if (!ran.is_red) return "not in " + std::to_string(options.seeds);
  const auto word_after = [&](std::string_view before) -> std::string {
    const auto at = ran.output.find(before);
    if (at == std::string::npos) return {};
    const auto begin = at + before.size();
    return ran.output.substr(begin, ran.output.find_first_of(" \n", begin) - begin);
  };
  const std::string seed = word_after("duckduckgoose-sim replay ");
  const std::string invariant = word_after("violation of ");
  if (seed.empty()) return "the bars of liveness";
  return seed + " (" + (invariant.empty() ? "ensure" : invariant) + ")";
}

std::string row_of(const Mutant& mutant, const Broken& broken, bool is_killed,
                   const MutantOptions& options) {
  const auto space = mutant.killer.find(' ');
  const std::string killer =
      mutant.killer.starts_with("scenario ") ? mutant.killer : mutant.killer.substr(space + 1);
  return "| " + mutant.name + " | " + mutant.text + " | " + (is_killed ? "" : "**NOT** ") + "`" +
         killer + "` | " + red_scenarios(broken, options) + " | " +
         found_by_chaos(broken, options) + " |\n";
}

/// Puts the table between the two marks of the page.
bool write_into(const std::string& path, const std::string& table) {
  constexpr std::string_view begin_mark = "<!-- mutants -->\n";
  constexpr std::string_view end_mark = "<!-- end of mutants -->";
  auto page = content_of(path);
  if (!page) return false;
  const auto begin = page->find(begin_mark);
  const auto end = page->find(end_mark);
  if (begin == std::string::npos || end == std::string::npos || end < begin) return false;
  const auto after = begin + begin_mark.size();
  page->replace(after, end - after, table);
  std::ofstream file{path, std::ios::binary};
  file << *page;
  file.close();
  return static_cast<bool>(file);
}

}  // namespace

int mutants(const MutantOptions& options) {
  const auto listing = content_of(options.listing);
  if (!listing) {
    std::fprintf(stderr, "%s: cannot be read: run it in the project's folder, or say --listing\n",
                 options.listing.c_str());
    return 2;
  }
  const std::vector<Mutant> all = mutants_in(*listing);
  const Ran whole = Broken{options, ""}.run("duckduckgoose-sim", "--help", 10);
  if (whole.is_red) {
    std::fprintf(stderr, "%s: no programs with mutants there: build them, or say --programs\n",
                 options.programs.c_str());
    return 2;
  }
  std::string table =
      "| mutant | what is wrong | turned red | scenarios | random search: seed "
      "|\n|---|---|---|---|---|\n";
  std::size_t alive = 0;
  for (const Mutant& mutant : all) {
    const Broken broken{options, mutant.name};
    const bool killed = is_killed(mutant, broken, options);
    if (!killed) ++alive;
    const std::string row = row_of(mutant, broken, killed, options);
    std::fprintf(stderr, "%s", row.c_str());
    table += row;
  }
  if (options.into.empty()) {
    std::printf("%s", table.c_str());
  } else if (!write_into(options.into, table)) {
    std::fprintf(stderr, "%s: the table cannot be written into it\n", options.into.c_str());
    return 2;
  }
  std::printf("mutants: %s, %s not killed by the test that they name\n",
              std::to_string(all.size()).c_str(), std::to_string(alive).c_str());
  return alive == 0 ? 0 : 1;
}

}  // namespace duckduckgoose::sim

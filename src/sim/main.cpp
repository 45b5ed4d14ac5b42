#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "sim/commands.hpp"
#include "sim/player.hpp"

namespace {

constexpr int usage_error = 2;

constexpr std::string_view help =
    R"(duckduckgoose-sim: plays clusters of the real core in a pretended world, checks every step

  duckduckgoose-sim chaos [--seeds N] [--from S]  random worlds: N (1000) seeds from S (1) on;
                                                  --keep-going: also after a violation
  duckduckgoose-sim replay SEED                   one of them, with all that happens
  duckduckgoose-sim graphs [--only CASE]          all graphs on five nodes, directed ones on four
  duckduckgoose-sim founding [--seeds N] [--from S]  clusters that are founded in bad weather
  duckduckgoose-sim run FILE...                   scenario files; with DUCK_REGENERATE=1 writes
                                                  what happens into them
  duckduckgoose-sim mutants [--seeds N] [--into PAGE]  what kills each broken core: the table;
                                                  also --programs, --listing, --scenarios PATH

Exit code: 0 all held; 1 something did not; 2 wrong usage. Progress goes to stderr.

Examples:
  duckduckgoose-sim chaos --seeds 20000 --from 1
  duckduckgoose-sim replay 4711 | less
  duckduckgoose-sim graphs --only directed:517:2
  duckduckgoose-sim run tests/sim/scenarios/*.txt
  duckduckgoose-sim mutants --into docs/testing.md
)";

using duckduckgoose::sim::number_in;

int wrong(const std::string& what) {
  std::fprintf(stderr, "duckduckgoose-sim: %s; see duckduckgoose-sim --help\n", what.c_str());
  return usage_error;
}

/// The words after the command: options with a value, and the rest.
class Arguments {
 public:
  explicit Arguments(std::vector<std::string> words) : rest_(std::move(words)) {}

  /// Takes `--name VALUE` or `--name=VALUE` out.
  std::optional<std::string> take(const std::string& name) {
    for (auto word = rest_.begin(); word != rest_.end(); ++word) {
      if (*word == name && word + 1 != rest_.end()) {
        std::string value = *(word + 1);
        rest_.erase(word, word + 2);
        return value;
      }
      if (word->starts_with(name + "=")) {
        std::string value = word->substr(name.size() + 1);
        rest_.erase(word);
        return value;
      }
    }
    return std::nullopt;
  }

  /// Takes `--name` out.
  bool take_flag(const std::string& name) { return std::erase(rest_, name) > 0; }

  [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }

 private:
  std::vector<std::string> rest_;
};

/// --seeds N and --from S.
struct Seeds {
  std::uint64_t many = 1000;
  std::uint64_t from = 1;
};

/// None: they are wrong, and that is said.
std::optional<Seeds> seeds_in(Arguments& arguments, const std::string& command) {
  const std::string many = arguments.take("--seeds").value_or("1000");
  const std::string from = arguments.take("--from").value_or("1");
  const auto number = number_in(many);
  const auto first = number_in(from);
  if (!arguments.rest().empty()) {
    wrong(command + " does not know '" + arguments.rest().front() + "'");
  } else if (!number || *number == 0) {
    wrong("--seeds is a number from 1 on, not '" + many + "'");
  } else if (!first) {
    wrong("--from is a number, not '" + from + "'");
  } else {
    return Seeds{*number, *first};
  }
  return std::nullopt;
}

int chaos(Arguments arguments) {
  const bool keeps_going = arguments.take_flag("--keep-going");
  const auto seeds = seeds_in(arguments, "chaos");
  if (!seeds) return usage_error;
  return duckduckgoose::sim::chaos(seeds->many, seeds->from, keeps_going);
}

int founding(Arguments arguments) {
  const auto seeds = seeds_in(arguments, "founding");
  return seeds ? duckduckgoose::sim::founding(seeds->many, seeds->from) : usage_error;
}

int replay(const Arguments& arguments) {
  if (arguments.rest().size() != 1) return wrong("replay takes one seed");
  const auto seed = number_in(arguments.rest().front());
  if (!seed) return wrong("a seed is a number, not '" + arguments.rest().front() + "'");
  return duckduckgoose::sim::replay(*seed);
}

int graphs(Arguments arguments) {
  const auto only = arguments.take("--only");
  if (!arguments.rest().empty())
    return wrong("graphs does not know '" + arguments.rest().front() + "'");
  return duckduckgoose::sim::graphs(only);
}

int run(const Arguments& arguments) {
  if (arguments.rest().empty()) return wrong("run takes scenario files");
  const char* const set = std::getenv("DUCK_REGENERATE");  // NOLINT(concurrency-mt-unsafe)
  const bool regenerate = set != nullptr && std::string_view{set} == "1";
  return duckduckgoose::sim::run(arguments.rest(), regenerate);
}

/// The folder of this program holds that of the programs with mutants.
std::string folder_of_mutants() {
  std::error_code unknown;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return unknown ? "mutated" : (self.parent_path() / "mutated").string();
}

int mutants(Arguments arguments) {
  duckduckgoose::sim::MutantOptions options;
  options.listing = arguments.take("--listing").value_or(options.listing);
  options.scenarios = arguments.take("--scenarios").value_or(options.scenarios);
  options.programs = arguments.take("--programs").value_or(folder_of_mutants());
  options.into = arguments.take("--into").value_or("");
  const std::string seeds = arguments.take("--seeds").value_or(std::to_string(options.seeds));
  if (!arguments.rest().empty()) {
    return wrong("mutants does not know '" + arguments.rest().front() + "'");
  }
  const auto many = number_in(seeds);
  if (!many || *many == 0) return wrong("--seeds is a number from 1 on, not '" + seeds + "'");
  options.seeds = *many;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator{options.scenarios, missing}) {
    if (entry.path().extension() == ".txt") {
      options.scenario_names.push_back(entry.path().stem().string());
    }
  }
  std::ranges::sort(options.scenario_names);
  return duckduckgoose::sim::mutants(options);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) return wrong("which command?");
  const std::string command = words.front();
  words.erase(words.begin());
  const Arguments arguments{std::move(words)};
  for (const std::string& word : arguments.rest()) {
    if (word == "--help") {
      std::printf("%s", help.data());
      return 0;
    }
  }
  if (command == "--help" || command == "help") {
    std::printf("%s", help.data());
    return 0;
  }
  if (command == "chaos") return chaos(arguments);
  if (command == "founding") return founding(arguments);
  if (command == "replay") return replay(arguments);
  if (command == "graphs") return graphs(arguments);
  if (command == "run") return run(arguments);
  if (command == "mutants") return mutants(arguments);
  return wrong("there is no command '" + command + "'");
}

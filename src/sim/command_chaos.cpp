#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <string_view>

#include "sim/chaos.hpp"
#include "sim/commands.hpp"
#include "sim/names.hpp"
#include "sim/report.hpp"

namespace duckduckgoose::sim {

namespace {

/// For a broken `ensure`, which aborts: whoever reads that must learn the seed.
std::uint64_t seed_that_runs = 0;

void say_seed(int /*signal*/) {
  std::array<char, 24> digits{};
  std::to_chars(digits.data(), digits.data() + digits.size() - 1, seed_that_runs);
  std::fputs("aborted; replay it: duckduckgoose-sim replay ", stderr);
  std::fputs(digits.data(), stderr);
  std::fputs("\n", stderr);
}

void print(const Violation& violation, std::uint64_t seed) {
  std::printf("violation of %s in seed %s at %s: %s\nreplay it: duckduckgoose-sim replay %s\n",
              violation.invariant.c_str(), std::to_string(seed).c_str(),
              in_ms(violation.at.time_since_epoch()).c_str(), violation.what.c_str(),
              std::to_string(seed).c_str());
}

}  // namespace

int chaos(std::uint64_t seeds, std::uint64_t from, bool keeps_going) {
  std::signal(SIGABRT, say_seed);
  Report report{"chaos"};
  std::uint64_t done = 0;
  while (done < seeds && (keeps_going || report.violations() == 0)) {
    seed_that_runs = from + done++;
    const ChaosResult result = Chaos{seed_that_runs}.run();
    report.add(result);
    if (result.violation) print(*result.violation, seed_that_runs);
    report.progress(done, seeds);
  }
  const std::string liveness = report.liveness();
  if (!liveness.empty()) std::printf("%s\n", liveness.c_str());
  if (!report.is_lively()) std::printf("the bars of liveness are missed\n");
  std::printf("%s\n", report.closing("seeds", done).c_str());
  return report.violations() == 0 && report.is_lively() ? 0 : 1;
}

int replay(std::uint64_t seed) {
  std::signal(SIGABRT, say_seed);
  seed_that_runs = seed;
  Report report{"replay"};
  Chaos run{seed};
  std::string text;
  run.log_to(&text);
  const ChaosResult result = run.run();
  report.add(result);
  std::fputs(text.c_str(), stdout);
  if (result.violation) print(*result.violation, seed);
  std::printf("digest %s\n", std::to_string(result.digest).c_str());
  return report.violations() == 0 ? 0 : 1;
}

}  // namespace duckduckgoose::sim

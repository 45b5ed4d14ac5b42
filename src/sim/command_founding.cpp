#include <cstdio>

#include "sim/commands.hpp"
#include "sim/founding.hpp"
#include "sim/names.hpp"

namespace duckduckgoose::sim {

int founding(std::uint64_t seeds, std::uint64_t from) {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  std::uint64_t over = 0;
  std::uint64_t for_operators = 0;
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    const FoundingResult result = Founding{seed}.run();
    events += result.events;
    lost += result.lost_disks;
    over += result.starts_over;
    for_operators += result.needs_operator ? 1 : 0;
    if (!result.violation) continue;
    std::string log;
    Founding again{seed};
    again.log_to(&log);
    static_cast<void>(again.run());
    std::fputs(log.c_str(), stdout);
    std::printf("violation of %s in seed %llu at %s: %s\n", result.violation->invariant.c_str(),
                static_cast<unsigned long long>(seed),
                in_ms(result.violation->at.time_since_epoch()).c_str(),
                result.violation->what.c_str());
    return 1;
  }
  std::printf(
      "founding: %llu seeds, %llu events, %llu disks lost, %llu new ids, %llu left to operators, "
      "0 violations\n",
      static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(events),
      static_cast<unsigned long long>(lost), static_cast<unsigned long long>(over),
      static_cast<unsigned long long>(for_operators));
  return 0;
}

}  // namespace duckduckgoose::sim

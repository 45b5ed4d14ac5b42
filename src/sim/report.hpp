#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/chaos.hpp"

namespace duckduckgoose::sim {

/// Adds up what many runs did, and says it in a line or two.
class Report {
 public:
  explicit Report(std::string_view name);

  void add(const ChaosResult& result);
  void add(const Counts& counts, Duration simulated, std::size_t elections, bool violated);

  /// Now and then, on long runs, a line on stderr: how far it is.
  void progress(std::uint64_t done, std::uint64_t all);

  /// "chaos: 20000 seeds, 83 h simulated, 50534961 events (565026/s), ..., 0 violations".
  [[nodiscard]] std::string closing(std::string_view unit, std::uint64_t runs) const;

  /// How soon there was a goose under a clear sky, and how often it stayed. Empty if no run tells.
  [[nodiscard]] std::string liveness();

  /// The bars of FAULTS.md on that, once there are enough runs to tell: 3 promises at the median,
  /// 6 at 99.9 %, and then no change in 99.9 %.
  [[nodiscard]] bool is_lively();

  [[nodiscard]] std::uint64_t violations() const { return violations_; }

 private:
  [[nodiscard]] double waited(double share);  ///< In promises.
  [[nodiscard]] double stayed() const;        ///< A share.
  [[nodiscard]] double seconds() const;

  std::string name_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point said_;
  Counts counts_;
  Duration simulated_{0};
  std::uint64_t elections_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t violations_ = 0;
  std::uint64_t digest_ = 0;
  std::uint64_t clean_ = 0;
  std::uint64_t stayed_ = 0;
  std::vector<double> waits_;
};

}  // namespace duckduckgoose::sim

#include "sim/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace duckduckgoose::sim {

namespace {

constexpr std::size_t runs_that_tell = 1000;

std::string with_places(double number, int places) {
  std::string text = std::to_string(number);
  const auto point = text.find('.');
  if (point != std::string::npos) {
    text.resize(point + (places > 0 ? static_cast<std::size_t>(places) + 1 : 0));
  }
  return text;
}

std::string long_time(Duration duration) {
  const double hours = static_cast<double>(duration.count()) / 3.6e9;
  return hours < 1 ? with_places(hours * 3600, 1) + " s" : with_places(hours, 1) + " h";
}

}  // namespace

Report::Report(std::string_view name)
    : name_(name), began_(std::chrono::steady_clock::now()), said_(began_) {}

void Report::add(const ChaosResult& result) {
  add(result.counts, result.simulated, result.elections, result.violation.has_value());
  changes_ += result.changes;
  digest_ = digest_ * 31 + result.digest;
  if (!result.is_clean || result.violation) return;
  ++clean_;
  if (result.stayed) ++stayed_;
  if (!result.had_goose) waits_.push_back(result.goose_after);
}

void Report::add(const Counts& counts, Duration simulated, std::size_t elections, bool violated) {
  counts_.events += counts.events;
  counts_.sent += counts.sent;
  counts_.lost += counts.lost;
  counts_.saves += counts.saves;
  counts_.faults += counts.faults;
  simulated_ += simulated;
  elections_ += elections;
  if (violated) ++violations_;
}

void Report::progress(std::uint64_t done, std::uint64_t all) {
  constexpr auto often = std::chrono::seconds{10};
  const auto now = std::chrono::steady_clock::now();
  if (now - said_ < often) return;
  said_ = now;
  std::fprintf(stderr, "%s: %s of %s, %s events/s\n", name_.c_str(), std::to_string(done).c_str(),
               std::to_string(all).c_str(),
               with_places(static_cast<double>(counts_.events) / seconds(), 0).c_str());
}

double Report::seconds() const {
  const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - began_;
  return std::max(gone.count(), 1e-9);
}

std::string Report::closing(std::string_view unit, std::uint64_t runs) const {
  const auto number = [](std::uint64_t count, const char* what) {
    return ", " + std::to_string(count) + " " + what;
  };
  std::string line = name_ + ": " + std::to_string(runs) + " " + std::string{unit} + ", " +
                     long_time(simulated_) + " simulated" + number(counts_.events, "events (") +
                     with_places(static_cast<double>(counts_.events) / seconds(), 0) + "/s)" +
                     number(counts_.sent, "messages") + number(counts_.lost, "of them lost") +
                     number(counts_.saves, "saves") + number(elections_, "elections") +
                     number(changes_, "membership changes") + number(counts_.faults, "faults") +
                     number(violations_, "violations");
  if (digest_ != 0) line += ", digest " + std::to_string(digest_);
  return line;
}

double Report::waited(double share) {
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(waits_.size() - 1));
  std::nth_element(waits_.begin(), waits_.begin() + rank, waits_.end());
  return waits_[static_cast<std::size_t>(rank)];
}

double Report::stayed() const { return static_cast<double>(stayed_) / static_cast<double>(clean_); }

std::string Report::liveness() {
  if (waits_.empty()) return {};
  return "once the sky was clear (" + std::to_string(waits_.size()) + " runs): a goose after " +
         with_places(waited(0.5), 2) + " promises (median), " + with_places(waited(0.999), 2) +
         " (99.9 %), " + with_places(waited(1), 2) + " (worst); then no other in " +
         with_places(stayed() * 100, 2) + " %";
}

bool Report::is_lively() {
  constexpr double median_max = 3;
  constexpr double nearly_all_max = 6;
  constexpr double stayed_min = 0.999;
  if (waits_.size() < runs_that_tell) return true;
  return waited(0.5) <= median_max && waited(0.999) <= nearly_all_max && stayed() >= stayed_min;
}

}  // namespace duckduckgoose::sim

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/clock.hpp"

namespace duckduckgoose::sim {

/// What the world does by itself, once its time has come.
enum class Happening : std::uint8_t {
  tick,            ///< A process asked to be woken.
  delivery,        ///< A message arrives.
  ready,           ///< A process has finished a slow save, or a slow step.
  dial,            ///< A process tries to reach another one.
  link_breaks,     ///< A process learns that a connection is gone.
  work_ends,       ///< The goose's command has come to its end.
  keeper_wakes,    ///< A keeper asked to be woken.
  keeper_kills,    ///< SIGKILL takes its time.
  kept_work_ends,  ///< What a keeper has told to end does so.
  proof,           ///< A keeper tells the voters that its node is dead.
};

/// One thing that is to happen.
struct Entry {
  TrueTime at;
  std::uint64_t order = 0;  ///< Entries of one time happen in the order in which they were made.
  std::uint64_t detail = 0;
  Happening what = Happening::tick;
  std::uint8_t place = 0;
  std::uint8_t other = 0;
};

/// What is still to come, soonest first.
class Queue {
 public:
  void push(Entry entry) {
    entry.order = ++made_;
    entries_.push_back(entry);
    std::push_heap(entries_.begin(), entries_.end(), later);
  }

  Entry pop() {
    std::pop_heap(entries_.begin(), entries_.end(), later);
    const Entry soonest = entries_.back();
    entries_.pop_back();
    return soonest;
  }

  [[nodiscard]] bool has_until(TrueTime end) const {
    return !entries_.empty() && entries_.front().at <= end;
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  static bool later(const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }

  std::vector<Entry> entries_;
  std::uint64_t made_ = 0;
};

}  // namespace duckduckgoose::sim

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "raft/raft.hpp"
#include "sim/checker.hpp"
#include "sim/clock.hpp"
#include "sim/weather.hpp"

namespace duckduckgoose::sim {

/// Where in perform() a process is killed: just before that call, or in the middle of it. It takes
/// a step that gets there; for `send` one that has saved something.
enum class Boundary : std::uint8_t { withdraw, persist, mid_save, send, mid_send, announce };
inline constexpr std::size_t boundaries = 6;

/// An address with a clock and a disk, where one process at a time may run.
struct Place {
  std::string address;
  NodeClock clock;
  bool may_lead = true;
  std::size_t wiped = 0;

  std::optional<Record> disk;    ///< What a start would find; none: a fresh disk.
  std::optional<Record> saving;  ///< Under way: after a kill it may be on the disk or not.
  std::optional<Record> copy;    ///< A backup.
  Checker::Data data = Checker::Data::own;

  std::optional<Raft> process;
  std::optional<std::size_t> keeper;  ///< Which of the world's keepers watches it.
  std::uint32_t life = 0;             ///< Raised at every start and every end.
  bool stopped = false;  ///< As by SIGSTOP: everything waits in `inbox`, the clock runs on.
  bool busy = false;     ///< In a slow save or a slow step.
  std::deque<Event> inbox;
  Duration next_save_takes{0};    ///< 0: as the world's disks do.
  std::optional<Effects> unsent;  ///< Waits for a slow save.
  std::optional<Boundary> doom;   ///< Dies there, in the next step that gets there.
  std::uint32_t sluggish = 0;     ///< So many of a thousand steps take up to `sluggish_max`.
  Duration sluggish_max{0};

  bool works = false;  ///< A command of the goose lives, perhaps longer than the tenure.
  TrueTime held_until;

  std::vector<NodeId> removals;  ///< Whom operators have asked this leader to take out.

  std::optional<TrueTime> tick_at;  ///< When the next tick lies in the queue.
  TrueTime wake_at;                 ///< When the core wants it.

  /// A link as this side sees it: to which life of which node.
  struct Linked {
    std::uint32_t life = 0;  ///< 0: none.
    NodeId id;
    std::uint64_t saves = 0;  ///< The most that it has shown: in its hello, or in a message.
  };
  std::array<Linked, places_max> linked_to{};

  static constexpr std::size_t inbox_max = 4096;
};

}  // namespace duckduckgoose::sim

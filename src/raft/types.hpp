#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <ratio>

/// The words that every layer shares. Numbers that mean different things have different types.
namespace duckduckgoose {

/// A number that cannot be mixed up with a number of another meaning. Those that count (terms,
/// rounds, tokens, tickets) stay below 2^53, so that any language can read them from JSON; ids are
/// 64 random bits.
template <class Tag>
struct Strong {
  std::uint64_t value = 0;
  auto operator<=>(const Strong&) const = default;
};

using Term = Strong<struct TermTag>;  ///< 0 before the first election; only grows (thesis 3.3).
using NodeId =
    Strong<struct NodeIdTag>;  ///< Random, made once, kept with the data; never an address.
using ClusterId = Strong<struct ClusterIdTag>;  ///< 0: no cluster yet.
using Round = Strong<struct RoundTag>;  ///< One broadcast of a leader or candidate; never reused.
using Token = Strong<struct TokenTag>;  ///< token_base + term: grows from goose to goose (fencing).
using Ticket =
    Strong<struct TicketTag>;  ///< Names a question to the core, so that its answer finds back.

/// The core's time line. It has no now(): time is an input of Raft::step(). Outside it is
/// CLOCK_BOOTTIME.
struct CoreClock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<CoreClock>;
  static constexpr bool is_steady = true;
};
using Duration = CoreClock::duration;
using Instant = CoreClock::time_point;

/// One life of one node: drawn anew at every start. Two processes never share one.
struct Incarnation {
  NodeId id;
  std::uint64_t starts = 0;  ///< Counted up durably at each process start.
  std::uint64_t nonce = 0;   ///< Random bits that tell clones of one data directory apart.
  auto operator<=>(const Incarnation&) const = default;
};

/// Names one configuration. Ordered by term, then by version (logless reconfiguration, OPODIS
/// 2021).
struct Stamp {
  Term term;
  std::uint64_t version = 0;
  auto operator<=>(const Stamp&) const = default;
};

/// A message whose term lies further ahead than this is refused: a peer must not be able to burn
/// the terms.
inline constexpr std::uint64_t term_jump_max = std::uint64_t{1} << 20U;

/// The bounds of a promise (rule 6).
inline constexpr Duration promise_min = std::chrono::milliseconds{50};
inline constexpr Duration promise_max = std::chrono::seconds{60};
inline constexpr Duration promise_default = std::chrono::seconds{1};

}  // namespace duckduckgoose

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "guard/guard.hpp"

/// What a node and its keeper tell each other: one datagram of a socketpair each.
namespace duckduckgoose::guard {

/// How to reach one voter with the proof of the node's death: numeric, and finished to the last
/// byte. The keeper resolves no name and knows no protocol.
struct Envelope {
  std::vector<std::string> places;  ///< Where it may be: sockaddrs, as connect(2) takes them.
  std::string bytes;                ///< All that is to be sent to each.
  std::string answer;               ///< What is in the answer of who has taken it.
  bool operator==(const Envelope&) const = default;
};
/// Whom to tell of the node's death. Replaces what was told before.
struct Envelopes {
  std::vector<Envelope> voters;
  bool operator==(const Envelopes&) const = default;
};

/// How things stand, in one sentence, for a service manager. The first one: the node is ready.
struct Says {
  std::string sentence;
  bool operator==(const Says&) const = default;
};

/// What a goose can have started. The keeper knows the words; the node says when.
enum class Part : std::uint8_t {
  on_goose,  ///< The hook that is run first.
  command,
  on_duck,  ///< The hook that puts things in order: the keeper starts it when the rest is dead.
  health,
};
inline constexpr std::size_t parts = 4;

/// The work begins: from here on the guard watches it.
struct Begin {
  WorkBegan work;
  std::vector<std::string> environment;  ///< "NAME=value" each, for all parts.
};
/// Start this.
struct Start {
  Part part{};
};
/// Kill this, if it runs: it takes too long.
struct Halt {
  Part part{};
};

/// The work is to end, and to leave things in order.
struct End {
  EndWork work;
  std::string why;  ///< Told to the last hook, in one sentence.
};

/// From the node.
using Letter =
    std::variant<Beat, Saving, Saved, Held, Envelopes, Says, Begin, Start, Halt, End, Farewell>;

/// From the keeper: it lives, and has read the last beat.
struct Alive {};
/// An operator wants the node to stop.
struct Stop {};
/// What the node wanted to be started has ended, and what it had started in its turn is dead.
struct PartEnded {
  Part part{};
  int exit_code = 0;  ///< As a shell has it: 128 and the signal.
};
/// The tenure is over: the work is told to end, by whomever it was decided.
struct WorkEnds {};
/// Something of it has been sent SIGKILL again and again, and lives.
struct WorkLives {};
/// WorkEnded: nothing may be released before the node has read this.
using Reply = std::variant<Alive, Stop, PartEnded, WorkEnds, WorkLives, WorkEnded>;

/// A longer letter is never sent: five voters' envelopes are a twentieth of it, those of as many as
/// a configuration has, with the longest names, two thirds.
inline constexpr std::size_t letter_bytes_max = 128U * 1024U;

[[nodiscard]] std::string encode(const Letter& letter);
[[nodiscard]] std::string encode(const Reply& reply);

/// None: not what encode() makes.
[[nodiscard]] std::optional<Letter> decode_letter(std::string_view bytes);
[[nodiscard]] std::optional<Reply> decode_reply(std::string_view bytes);

}  // namespace duckduckgoose::guard

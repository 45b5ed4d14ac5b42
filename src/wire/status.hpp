#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/configuration.hpp"
#include "wire/duration.hpp"
#include "wire/error.hpp"
#include "wire/frame.hpp"

namespace duckduckgoose::wire {

/// What a node is to its users. A candidate is a duck.
enum class Mode : std::uint8_t { goose, duck };

/// What a node is inside.
enum class ShownRole : std::uint8_t {
  leader,
  follower,
  pre_candidate,
  candidate,
  observer,
  witness,
  waiting,  ///< Not founded.
  joining,
  restarting,  ///< Waits out its forgotten promises (rule 6).
  removed,
};

/// A member as the node that answers sees it. None is unknown.
struct MemberStatus {
  NodeId id{};
  std::string address{};
  bool voter = false;
  std::optional<Mode> mode{};
  bool connected = false;
  std::optional<std::uint64_t> heard_ms{};
  std::optional<std::string> version{};
  bool operator==(const MemberStatus&) const = default;
};

/// The goose as the node that answers knows it.
struct GooseStatus {
  NodeId id{};
  std::optional<std::string> address{};
  std::optional<WallTime> since{};
  std::optional<std::uint64_t> heard_ms{};
  bool operator==(const GooseStatus&) const = default;
};

/// The answer to GET /status (SURFACE section 1). The members stand in the order of the JSON keys,
/// which have the same names. None is unknown and left out; only `goose` is written as null.
struct Status {
  Mode mode = Mode::duck;
  std::vector<std::string> peers{};  ///< The addresses of `members` without oneself.
  NodeId id{};
  std::string cluster = "default";
  std::optional<ClusterId> cluster_id{};
  std::string address{};
  std::optional<ShownRole> role{};
  std::optional<Term> term{};
  std::optional<Token> token{};
  std::optional<std::uint64_t> lease_ms{};
  std::optional<GooseStatus> goose{};
  std::vector<MemberStatus> members{};
  std::optional<std::uint64_t> voters{};
  std::optional<std::uint64_t> voters_connected{};
  std::optional<std::uint64_t> tolerates{};
  std::optional<std::uint64_t> observers{};
  std::optional<Stamp> config{};
  std::string cause{};
  std::string cause_code{};
  std::optional<WallTime> since{};
  std::optional<std::uint64_t> since_ms{};
  std::uint64_t sequence = 0;
  bool healthy = true;
  bool draining = false;
  bool guarded = false;
  std::optional<std::string> containment{};
  bool insecure = false;
  std::optional<std::uint64_t> promise_ms{};
  ProtocolRange protocol = protocol_spoken();
  std::string version{};
  std::optional<WallTime> started{};
  std::uint64_t starts = 0;
  std::optional<std::uint64_t> held_for_ms{};  ///< Where `hold` was asked for.
  std::optional<bool> confirmed{};             ///< Where `confirm` was asked for.
  bool operator==(const Status&) const = default;

  /// The observers that `members` shows at most, after the voters.
  static constexpr std::size_t observers_shown_max = 64;
};

/// One line of JSON, keys in a fixed order.
[[nodiscard]] std::string to_json(const Status& status);
/// Reads what to_json() wrote, or a newer program with more keys and words. Error: what is missing
/// or wrong.
[[nodiscard]] std::expected<Status, WireError> parse_status(std::string_view json);

/// What a program that runs on the goose is told in its environment, "NAME=value" each: whose it is
/// (SURFACE section 5).
[[nodiscard]] std::vector<std::string> variables_of(const Status& status);

/// The answer to GET /members: ascending by id, all that lie after the id asked for, up to the
/// limit asked for.
struct MembersPage {
  std::vector<MemberStatus> members{};
  std::optional<NodeId> next{};  ///< Ask for what comes after this one; none: that was all.
  bool operator==(const MembersPage&) const = default;

  static constexpr std::size_t limit_default = 500;
};
[[nodiscard]] std::string to_json(const MembersPage& page);
[[nodiscard]] std::expected<MembersPage, WireError> parse_members(std::string_view json);

/// The answer to a change that was asked for: 200 if it is in force, 202 if it was only accepted so
/// far.
struct Done {
  bool in_force = true;
  std::string detail{};  ///< One sentence.
  bool operator==(const Done&) const = default;
};
[[nodiscard]] std::string to_json(const Done& done);
[[nodiscard]] std::expected<Done, WireError> parse_done(std::string_view json);

/// An error over HTTP, application/problem+json (RFC 9457).
struct Problem {
  std::string type{};   ///< A word: "no_quorum".
  std::string title{};  ///< The same for every problem of this type.
  std::uint32_t status = 0;
  std::string detail{};  ///< One sentence with names and numbers.
  bool operator==(const Problem&) const = default;
};
[[nodiscard]] std::string to_json(const Problem& problem);
[[nodiscard]] std::expected<Problem, WireError> parse_problem(std::string_view json);

/// The words of the JSON, for tables.
[[nodiscard]] std::string_view word_of(Mode mode);
[[nodiscard]] std::string_view word_of(ShownRole role);

}  // namespace duckduckgoose::wire

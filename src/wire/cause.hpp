#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "raft/message.hpp"
#include "raft/text.hpp"

/// Why the goose changed, and why there is none: one sentence each, with names and numbers (P8;
/// SURFACE section 3).
namespace duckduckgoose::wire {

/// The word of SURFACE section 3: "handover", "promise_ran_out". A handover goes by its reason.
[[nodiscard]] std::string_view code_of(const Cause& cause);

/// Why `goose` is the goose: "localhost:4002 was stopped by its operator and handed over to
/// localhost:4001". Without a goose: why the last one is none any more.
[[nodiscard]] std::string sentence_of(const Cause& cause, std::optional<NodeId> goose,
                                      const Names& names);

/// A node or address that gives no help, and why: "refused", "no answer for 5 s".
struct Unreachable {
  std::string name{};
  std::string why{};
};

/// Fresh, and nobody to join or to found with is there.
struct WaitingToFound {
  std::string sentence{};  ///< Who was seen and who was not, and why. Empty: nobody answered yet.
};

/// Too few voters are linked, this one counted where it is one.
struct NoMajority {
  std::size_t voters = 0;
  std::vector<Unreachable> unreachable{};
};

/// This node may not vote or campaign yet.
struct Promised {
  Duration left{0};
  std::optional<Duration> restarted_ago{};  ///< Rule 6. None: a promise to `to` binds.
  std::string to{};
};

/// Two clusters of one name have met; nobody merges them.
struct ForeignCluster {
  std::string address{};  ///< Of the other one.
  std::string cluster{};  ///< Its name.
  ClusterId theirs{};
  ClusterId mine{};
};

/// The record could not be kept: the node stops.
struct DiskFailed {
  std::string what{};  ///< The call, the path and the error.
};

/// This node could not do the goose's work, and waits for another one to take the office.
struct StandingAside {
  Duration left{0};
  std::string why{};  ///< "its command fails again and again".
};

/// A majority is linked and no promise is in the way: there will be a goose in a moment, unless all
/// others stand aside.
struct Electing {
  Term term{};
};

/// Why no goose is known. What came before is the Cause of the last change.
using NoGoose = std::variant<WaitingToFound, NoMajority, Promised, ForeignCluster, DiskFailed,
                             StandingAside, Electing>;

/// "waiting_to_found", "no_majority", "promised", "foreign_cluster", "disk_failed",
/// "standing_aside", "electing".
[[nodiscard]] std::string_view code_of(const NoGoose& why);
[[nodiscard]] std::string sentence_of(const NoGoose& why);

}  // namespace duckduckgoose::wire

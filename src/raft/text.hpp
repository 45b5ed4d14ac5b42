#pragma once

#include <string>
#include <string_view>

#include "raft/effects.hpp"

/// One line of text for each message, event, effect and reason: the log, the scenarios and the
/// dashboard share it.
namespace duckduckgoose {

/// 16 hex digits.
[[nodiscard]] std::string to_text(NodeId id);
[[nodiscard]] std::string to_text(Stamp stamp);        ///< "7.4": term 7, version 4.
[[nodiscard]] std::string to_text(Duration duration);  ///< "2s", "250ms", "1500us": exact.

[[nodiscard]] std::string_view to_text(Ballot ballot);
[[nodiscard]] std::string_view to_text(HeartbeatRefusal refusal);
[[nodiscard]] std::string_view to_text(Refusal refusal);
[[nodiscard]] std::string_view to_text(ReleaseReason reason);
[[nodiscard]] std::string_view to_text(CauseCode code);
[[nodiscard]] std::string_view to_text(Outcome outcome);
[[nodiscard]] std::string_view to_text(Turn turn);

/// Names nodes for people: an id, an address, "n1".
class Names {
 public:
  virtual ~Names() = default;
  [[nodiscard]] virtual std::string name_of(NodeId id) const { return to_text(id); }
};

[[nodiscard]] std::string to_text(const Release& release, const Names& names = {});
[[nodiscard]] std::string to_text(const Cause& cause, const Names& names = {});
[[nodiscard]] std::string to_text(const Message& message, const Names& names = {});
[[nodiscard]] std::string to_text(const Edit& edit, const Names& names = {});
[[nodiscard]] std::string to_text(const Event& event, const Names& names = {});
[[nodiscard]] std::string to_text(const Trace& trace, const Names& names = {});

}  // namespace duckduckgoose

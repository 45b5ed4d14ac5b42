#pragma once

#include <optional>
#include <string>

#include "raft/message.hpp"
#include "wire/frame.hpp"
#include "wire/request.hpp"

/// What must hold in what was read beyond its shape, so that nothing inside has to doubt it: none,
/// or the rule that is broken, with the value.
namespace duckduckgoose::wire {

[[nodiscard]] std::optional<std::string> flaw_in(const Member& member);
[[nodiscard]] std::optional<std::string> flaw_in(const Limits& limits);
[[nodiscard]] std::optional<std::string> flaw_in(const Configuration& config);
[[nodiscard]] std::optional<std::string> flaw_in(const Cause& cause);
[[nodiscard]] std::optional<std::string> flaw_in(const Heartbeat& heartbeat);
[[nodiscard]] std::optional<std::string> flaw_in(const VoteRequest& request);

[[nodiscard]] std::optional<std::string> flaw_in(const ProtocolRange& protocol);
[[nodiscard]] std::optional<std::string> flaw_in(const Founding& founding);
[[nodiscard]] std::optional<std::string> flaw_in(const Hello& hello);
[[nodiscard]] std::optional<std::string> flaw_in(const Welcome& welcome);
[[nodiscard]] std::optional<std::string> flaw_in(const Invite& invite);
[[nodiscard]] std::optional<std::string> flaw_in(const Call& call);
[[nodiscard]] std::optional<std::string> flaw_in(const Reply& reply);
[[nodiscard]] std::optional<std::string> flaw_in(const Unsupported& unsupported);
[[nodiscard]] std::optional<std::string> flaw_in(const Unknown& unknown);

[[nodiscard]] std::optional<std::string> flaw_in(const InviteRequest& request);
[[nodiscard]] std::optional<std::string> flaw_in(const HandoverRequest& request);
[[nodiscard]] std::optional<std::string> flaw_in(const SettingsRequest& request);

}  // namespace duckduckgoose::wire

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "wire/address.hpp"
#include "wire/error.hpp"

/// The bodies of the calls over HTTP (SURFACE section 1).
namespace duckduckgoose::wire {

/// POST /members {"address":"localhost:4002"}: which node to invite.
struct InviteRequest {
  std::string address{};
  bool operator==(const InviteRequest&) const = default;
};
[[nodiscard]] std::string to_json(const InviteRequest& request);
[[nodiscard]] std::expected<InviteRequest, WireError> parse_invite_request(std::string_view json);

/// POST /handover {"to":null}: whom the office should go to, an id or an address; none: the goose
/// chooses.
struct HandoverRequest {
  std::optional<std::string> to{};
  bool operator==(const HandoverRequest&) const = default;
};
[[nodiscard]] std::string to_json(const HandoverRequest& request);
/// An empty body asks for the same as {}.
[[nodiscard]] std::expected<HandoverRequest, WireError> parse_handover_request(
    std::string_view json);

/// POST /settings: those of the cluster that are to be changed; at least one.
struct SettingsRequest {
  std::optional<std::uint64_t> promise_ms{};
  std::optional<std::uint64_t> voters{};
  std::optional<std::uint64_t> replace_after_ms{};
  std::optional<std::uint64_t> shrink_after_ms{};
  bool operator==(const SettingsRequest&) const = default;
};
[[nodiscard]] std::string to_json(const SettingsRequest& request);
[[nodiscard]] std::expected<SettingsRequest, WireError> parse_settings_request(
    std::string_view json);

/// POST /hold {"ms":500}: how long the answer is to be firm.
struct HoldRequest {
  std::uint64_t ms = 0;
  bool operator==(const HoldRequest&) const = default;
};
[[nodiscard]] std::expected<HoldRequest, WireError> parse_hold_request(std::string_view json);

}  // namespace duckduckgoose::wire

#include "wire/request.hpp"

#include "wire/json_reader.hpp"
#include "wire/json_writer.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::wire {

BOOST_DESCRIBE_STRUCT(InviteRequest, (), (address))
BOOST_DESCRIBE_STRUCT(HandoverRequest, (), (to))
BOOST_DESCRIBE_STRUCT(HoldRequest, (), (ms))
BOOST_DESCRIBE_STRUCT(SettingsRequest, (), (promise_ms, voters, replace_after_ms, shrink_after_ms))
static_assert(json::fully_described<InviteRequest, 1>);
static_assert(json::fully_described<HandoverRequest, 1>);
static_assert(json::fully_described<HoldRequest, 1>);
static_assert(json::fully_described<SettingsRequest, 4>);

std::string to_json(const InviteRequest& request) { return json::to_text_of(request); }

std::expected<InviteRequest, WireError> parse_invite_request(std::string_view json) {
  return json::from_text<InviteRequest>(json, body_bytes_max);
}

std::string to_json(const HandoverRequest& request) { return json::to_text_of(request); }

std::expected<HandoverRequest, WireError> parse_handover_request(std::string_view json) {
  if (json.empty()) return HandoverRequest{};
  return json::from_text<HandoverRequest>(json, body_bytes_max);
}

std::string to_json(const SettingsRequest& request) { return json::to_text_of(request); }

std::expected<SettingsRequest, WireError> parse_settings_request(std::string_view json) {
  return json::from_text<SettingsRequest>(json, body_bytes_max);
}

std::expected<HoldRequest, WireError> parse_hold_request(std::string_view json) {
  return json::from_text<HoldRequest>(json, body_bytes_max);
}

}  // namespace duckduckgoose::wire

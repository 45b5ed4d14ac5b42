#include "node/result.hpp"

#include <array>
#include <utility>

namespace duckduckgoose::node {

namespace {

constexpr std::string_view not_goose_type = "not_goose";

/// The title of a problem is the same for each type (RFC 9457, 3.1.3).
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> titles{{
    {"bad_request", "The request cannot be read"},
    {"unknown_node", "No such node"},
    {"not_goose", "This node is not the goose"},
    {"not_duck", "This node is the goose"},
    {"no_goose", "There is no goose"},
    {"no_quorum", "No majority has answered"},
    {"not_ready", "This node is not ready"},
    {"change_in_flight", "Another change is under way"},
    {"voters_silent", "A voter that the change needs is silent"},
    {"last_leader", "The last voter that may lead stays"},
    {"no_successor", "Nobody can take over"},
    {"unreachable", "The node does not answer"},
    {"other_cluster", "The node is of another cluster"},
}};

std::string title_of(std::string_view type) {
  for (const auto& [known, title] : titles) {
    if (known == type) return std::string{title};
  }
  return std::string{type};
}

Result problem(unsigned status, std::string_view type, std::string detail) {
  return {status, wire::to_json(wire::Problem{.type = std::string{type},
                                              .title = title_of(type),
                                              .status = status,
                                              .detail = std::move(detail)})};
}

}  // namespace

Result in_force(std::string detail) {
  return {200, wire::to_json(wire::Done{true, std::move(detail)})};
}
Result accepted(std::string detail) {
  return {202, wire::to_json(wire::Done{false, std::move(detail)})};
}
Result bad_request(std::string detail) { return problem(400, "bad_request", std::move(detail)); }
Result unknown_node(std::string detail) { return problem(404, "unknown_node", std::move(detail)); }
Result conflict(std::string_view type, std::string detail) {
  return problem(409, type, std::move(detail));
}
Result unavailable(std::string_view type, std::string detail) {
  return problem(503, type, std::move(detail));
}

Result not_goose() {
  return unavailable(not_goose_type, "The office of the goose has moved; ask the goose of now.");
}

bool is_not_goose(const Result& result) {
  if (result.status != 503) return false;
  const auto read = wire::parse_problem(result.body);
  return read && read->type == not_goose_type;
}

}  // namespace duckduckgoose::node

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "wire/status.hpp"

namespace duckduckgoose::node {

/// What becomes of a request, over HTTP or a link.
struct Result {
  unsigned status = 200;
  std::string body;  ///< JSON; from 400 on a problem of RFC 9457.
  bool operator==(const Result&) const = default;
};
using OnResult = std::move_only_function<void(Result)>;

[[nodiscard]] Result in_force(std::string detail);      ///< 200.
[[nodiscard]] Result accepted(std::string detail);      ///< 202: not in force in time.
[[nodiscard]] Result bad_request(std::string detail);   ///< 400.
[[nodiscard]] Result unknown_node(std::string detail);  ///< 404.
[[nodiscard]] Result conflict(std::string_view type, std::string detail);     ///< 409.
[[nodiscard]] Result unavailable(std::string_view type, std::string detail);  ///< 503.

/// 503 with a type that says: ask the node that is the goose now.
[[nodiscard]] Result not_goose();
[[nodiscard]] bool is_not_goose(const Result& result);

/// How long a caller waits for a change to be in force.
inline constexpr Duration change_time = std::chrono::seconds{5};

}  // namespace duckduckgoose::node

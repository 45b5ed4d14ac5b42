#pragma once

#include <expected>
#include <string_view>

#include "net/exchange.hpp"
#include "raft/types.hpp"

/// Talks to a running node, for the commands.
namespace duckduckgoose::client {

/// What a node answered, whatever the status.
using HttpAnswer = net::Reply;

/// Why there is no answer; its text is one sentence for the user.
using ClientError = net::ExchangeError;

/// Asks a running node once, over a new connection, and waits for the whole answer, but no longer
/// than `limit`. `localhost` means ::1 and 127.0.0.1. A body is sent as application/json. `method`:
/// "GET", "POST", "DELETE". An answer beyond wire::answer_bytes_max is an error.
[[nodiscard]] std::expected<HttpAnswer, ClientError> request(std::string_view address,
                                                             std::string_view method,
                                                             std::string_view target,
                                                             std::string_view body, Duration limit);

}  // namespace duckduckgoose::client

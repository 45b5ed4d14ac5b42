#pragma once

#include <optional>
#include <string>

#include "net/http.hpp"
#include "net/http_parser.hpp"

/// Private to src/net: HTTP/1.1 messages as text.
namespace duckduckgoose::net {

/// What the request decides about the form of its answer.
struct AnswerForm {
  bool keep_alive = true;
  bool http_1_1 = true;
  bool head_only = false;
};

/// The whole response, over what `out` held.
void write_answer(const Answer& answer, const AnswerForm& form, std::string& out);

/// Why a request is no WebSocket upgrade (RFC 6455 4.2.1), in one sentence; nothing if it is one.
[[nodiscard]] std::optional<std::string> websocket_problem(const RequestHead& head);

/// An upgrade request that says the same as `head` and nothing more.
[[nodiscard]] std::string websocket_request(const RequestHead& head);

}  // namespace duckduckgoose::net

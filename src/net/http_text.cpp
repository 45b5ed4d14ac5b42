#include "net/http_text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace duckduckgoose::net {
namespace {

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";  // the phrase may be empty (RFC 9112 4)
  }
}

constexpr std::size_t websocket_key_bytes = 24;  // 16 bytes in base64

/// A comma-separated list that holds "websocket", in any case.
bool offers_websocket(std::string list) {
  for (char& c : list) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '\t') c = ' ';
  }
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    std::string_view item = std::string_view{list}.substr(at, comma - at);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item == "websocket") return true;
    at = comma + 1;
  }
  return false;
}

}  // namespace

void write_answer(const Answer& answer, const AnswerForm& form, std::string& out) {
  out.clear();
  const auto text = std::back_inserter(out);
  fmt::format_to(text, "HTTP/1.1 {} {}\r\n", answer.status, reason_of(answer.status));
  for (const auto& [name, value] : answer.headers) fmt::format_to(text, "{}: {}\r\n", name, value);
  const bool bodiless = answer.status == 204;
  if (!bodiless) {
    fmt::format_to(text, "Content-Type: {}\r\nContent-Length: {}\r\n", answer.content_type,
                   answer.body.size());
  }
  out += "Cache-Control: no-store\r\n";
  const bool upgrade =
      answer.status == 426;  // its Upgrade field counts only if Connection names it
  if (!form.keep_alive) {
    out += upgrade ? "Connection: Upgrade, close\r\n" : "Connection: close\r\n";
  } else if (upgrade) {
    out += "Connection: Upgrade\r\n";
  } else if (!form.http_1_1) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (!bodiless && !form.head_only) out += answer.body;
}

std::optional<std::string> websocket_problem(const RequestHead& head) {
  if (!head.upgrade || !head.upgrade_to || !offers_websocket(*head.upgrade_to)) {
    return "Ask with 'Connection: Upgrade' and 'Upgrade: websocket'.";
  }
  if (head.websocket_version != "13") {
    return "Sec-WebSocket-Version must be 13" +
           (head.websocket_version ? ", not '" + *head.websocket_version + "'." : ".");
  }
  if (!head.websocket_key || head.websocket_key->size() != websocket_key_bytes) {
    return "Sec-WebSocket-Key must be 16 bytes in base64.";
  }
  return std::nullopt;
}

std::string websocket_request(const RequestHead& head) {
  return "GET /peer HTTP/1.1\r\nHost: peer\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
         head.websocket_key.value_or("") + "\r\n\r\n";
}

}  // namespace duckduckgoose::net

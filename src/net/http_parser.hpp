#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

/// Private to src/net: HTTP/1.1 messages out of bytes. Total: any bytes give a message, "more", or
/// an error.
namespace duckduckgoose::net {

/// What of a request's header this program looks at.
struct RequestHead {
  Method method = Method::get;
  bool http_1_1 = true;
  bool keep_alive = true;
  bool upgrade = false;          ///< "Connection: upgrade".
  bool expect_continue = false;  ///< "Expect: 100-continue".
  std::string target;
  std::optional<std::string> host;
  std::optional<std::string> origin;
  std::optional<std::string> sec_fetch_site;
  std::optional<std::string> content_type;
  std::optional<std::string> upgrade_to;  ///< The Upgrade field.
  std::optional<std::string> websocket_key;
  std::optional<std::string> websocket_version;
};

/// Why bytes are no request: what to answer before the connection is closed.
struct Rejection {
  unsigned status = 400;
  std::string_view type;  ///< A literal.
  std::string_view title;
  std::string detail;
};

/// The bounds of one request.
struct RequestBounds {
  std::size_t header_bytes_max;
  std::size_t target_bytes_max;
  std::size_t body_bytes_max;
};

/// Takes requests from a stream of bytes, one after the other.
class RequestParser {
 public:
  explicit RequestParser(const RequestBounds& bounds);
  ~RequestParser();

  /// Takes bytes from the front of `bytes` and returns how many. A header is taken only whole: what
  /// was not taken has to be offered again, with more behind it. Not to be called once done().
  [[nodiscard]] std::expected<std::size_t, Rejection> put(std::string_view bytes);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;

  [[nodiscard]] RequestHead& head();
  [[nodiscard]] std::string& body();

  /// Makes ready for the next request.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Takes one response from a stream of bytes.
class ResponseParser {
 public:
  explicit ResponseParser(std::size_t body_bytes_max);
  ~ResponseParser();

  /// As RequestParser::put(). Errors: one sentence.
  [[nodiscard]] std::expected<std::size_t, std::string> put(std::string_view bytes);
  /// The peer has closed: an error unless the response may end so.
  [[nodiscard]] std::expected<void, std::string> put_end();

  [[nodiscard]] bool done() const;
  [[nodiscard]] unsigned status() const;
  [[nodiscard]] std::string& body();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duckduckgoose::net

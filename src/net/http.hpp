#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "raft/types.hpp"

/// What the one port says and hears over HTTP/1.1, without sockets.
namespace duckduckgoose::net {

/// The methods that anything here looks at.
enum class Method : std::uint8_t { get, head, options, post, delete_, put, patch, other };

/// One request that passed every limit and browser rule.
struct Request {
  Method method = Method::get;
  std::string target;          ///< As sent, beginning with '/': "/status?confirm=quorum".
  std::string body;            ///< Whole; at most Limits::body_bytes_max.
  std::string remote;          ///< Numeric address and port of the caller.
  bool from_loopback = false;  ///< The caller's address is a loopback one.

  /// The target up to '?': "/status".
  [[nodiscard]] std::string_view path() const {
    return std::string_view{target}.substr(0, target.find('?'));
  }
  /// The target after '?': "confirm=quorum"; empty if there is none.
  [[nodiscard]] std::string_view query() const {
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view{}
                                     : std::string_view{target}.substr(mark + 1);
  }
};

/// One answer. The session adds Content-Length, Cache-Control: no-store and Connection itself, and
/// leaves the body out for HEAD.
struct Answer {
  unsigned status = 200;
  std::string body{};
  std::string_view content_type = "application/json";  ///< A literal: it must outlive the answer.
  std::vector<std::pair<std::string, std::string>> headers{};  ///< Allow, Retry-After, Location.

  /// The body claims something that is true only until here (`mode:"goose"`, SURFACE section 2).
  /// The session looks at the clock just before it writes: once it is past, `refresh` is asked for
  /// another answer instead.
  std::optional<Instant> valid_until{};
  /// Called on the loop, at most a few times, only with valid_until set. Empty: 503 is sent in its
  /// place.
  std::function<Answer()> refresh{};
};

/// A problem of RFC 9457 as the answer to a request: {"type","title","status","detail"}.
[[nodiscard]] Answer problem_answer(unsigned status, std::string_view type, std::string_view title,
                                    std::string_view detail);

/// The right to answer one request, once, now or later, on the loop. Thrown away unused it answers
/// 503; an answer that comes after the connection or its time limit has ended goes nowhere.
class Responder {
 public:
  class Sink;  ///< The session; private to net.
  Responder(std::shared_ptr<Sink> sink, std::uint64_t request) noexcept
      : sink_{std::move(sink)}, request_{request} {}
  Responder(Responder&& other) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  /// Answers. A second call has no effect.
  void answer(Answer answer);

 private:
  std::shared_ptr<Sink> sink_;
  std::uint64_t request_;
};

using Handler = std::function<void(Request, Responder)>;

}  // namespace duckduckgoose::net

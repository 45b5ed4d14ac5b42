#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "raft/types.hpp"

namespace duckduckgoose::client {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

struct ClientError {
  enum class Kind : std::uint8_t {
    bad_address,  ///< Not host:port, or a name that nobody knows.
    nobody,       ///< No process listens there, or no way leads there.
    timeout,      ///< Connected or not, no whole answer came in time.
    bad_answer,   ///< What answered does not speak HTTP, or says more than wire::answer_bytes_max.
  };
  Kind kind = Kind::nobody;
  std::string text;  ///< One sentence: what, which address, what to do.
};

/// Asks a running node once, over a new connection, and waits for the whole answer, but no longer than `limit`.
/// `localhost` means ::1 and 127.0.0.1. A body is sent as application/json. `method`: "GET", "POST", "DELETE".
[[nodiscard]] std::expected<HttpAnswer, ClientError> request(std::string_view address,
                                                             std::string_view method,
                                                             std::string_view target,
                                                             std::string_view body, Duration limit);

}  // namespace duckduckgoose::client

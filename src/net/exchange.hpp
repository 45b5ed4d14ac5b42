#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "raft/types.hpp"

namespace duckduckgoose::net {

/// One HTTP request.
struct Call {
  std::string_view address;  ///< host:port
  std::string_view method = "GET";
  std::string_view target = "/";
  std::string_view body{};  ///< Sent as application/json; a POST always carries one.
};

/// Its answer.
struct Reply {
  unsigned status = 0;
  std::string body;
};

/// Why there is no answer.
struct ExchangeError {
  enum class Kind : std::uint8_t {
    bad_address,  ///< Not host:port, or a name that nobody knows.
    nobody,       ///< No process listens there, or no way leads there.
    timeout,      ///< Connected or not, no whole answer came in time.
    cut_off,      ///< It hung up half way: it may have died.
    bad_answer,   ///< What answered does not speak HTTP, or says too much.
  };
  Kind kind = Kind::nobody;
  std::string text;  ///< One sentence that names the address.
};

/// Sends one HTTP request over a new connection and waits for the whole answer, blocking, at most
/// for `limit`. `localhost` means ::1 and 127.0.0.1. An answer of more than `body_bytes_max` is
/// refused.
[[nodiscard]] std::expected<Reply, ExchangeError> exchange(const Call& call, Duration limit,
                                                           std::size_t body_bytes_max);

}  // namespace duckduckgoose::net

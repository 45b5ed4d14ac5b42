#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_parser.hpp"
#include "net/http_text.hpp"
#include "raft/ensure.hpp"

namespace net = duckduckgoose::net;
using duckduckgoose::ensure;

/// Requests out of any bytes, cut into pieces of one size (the first byte), as a session takes
/// them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr net::RequestBounds bounds{
      .header_bytes_max = 1024, .target_bytes_max = 256, .body_bytes_max = 512};
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  net::RequestParser parser{bounds};
  std::string in;
  while (!rest.empty()) {
    in += rest.substr(0, piece);
    rest.remove_prefix(std::min(piece, rest.size()));
    while (!in.empty()) {
      const auto taken = parser.put(in);
      if (!taken) {
        ensure(taken.error().status >= 400 && taken.error().status < 500);
        ensure(!taken.error().detail.empty());
        return 0;
      }
      ensure(*taken <= in.size());
      in.erase(0, *taken);
      ensure(parser.body().size() <= bounds.body_bytes_max);
      if (!parser.done()) {
        // What is held back is a part of a header.
        ensure(in.size() <= bounds.header_bytes_max);
        break;
      }
      ensure(parser.head().target.size() <= bounds.target_bytes_max);
      static_cast<void>(net::websocket_problem(parser.head()));
      parser.reset();
    }
  }
  return 0;
}

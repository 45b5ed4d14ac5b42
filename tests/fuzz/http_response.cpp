#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_parser.hpp"
#include "raft/ensure.hpp"

namespace net = duckduckgoose::net;
using duckduckgoose::ensure;

/// A response out of any bytes, cut into pieces of one size (the first byte), as a command takes
/// it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t body_bytes_max = 512;
  constexpr std::size_t header_bytes_max = 8192;
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  net::ResponseParser parser{body_bytes_max};
  std::string in;
  while (!rest.empty()) {
    in += rest.substr(0, piece);
    rest.remove_prefix(std::min(piece, rest.size()));
    const auto taken = parser.put(in);
    if (!taken) return 0;
    ensure(*taken <= in.size());
    in.erase(0, *taken);
    ensure(parser.body().size() <= body_bytes_max);
    ensure(in.size() <= header_bytes_max || parser.done());
    if (parser.done()) return 0;
  }
  static_cast<void>(parser.put_end());
  return 0;
}

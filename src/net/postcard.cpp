#include "net/postcard.hpp"

#include <boost/asio/ip/tcp.hpp>

#include "net/resolver.hpp"

namespace duckduckgoose::net {
namespace {

void put_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int at = bytes - 1; at >= 0; --at) {
    out += static_cast<char>((value >> (8 * at)) & 0xffU);
  }
}

/// RFC 6455 5.2: one final text frame with a mask of zeros.
void put_frame(std::string& out, std::string_view text) {
  constexpr char final_text = '\x81';
  constexpr std::uint64_t masked = 0x80;
  constexpr std::size_t one_byte_max = 125;
  constexpr std::size_t two_bytes_max = 0xffff;
  out += final_text;
  if (text.size() <= one_byte_max) {
    put_big_endian(out, masked | text.size(), 1);
  } else if (text.size() <= two_bytes_max) {
    put_big_endian(out, masked | 126U, 1);
    put_big_endian(out, text.size(), 2);
  } else {
    put_big_endian(out, masked | 127U, 1);
    put_big_endian(out, text.size(), 8);
  }
  put_big_endian(out, 0, 4);
  out += text;
}

}  // namespace

std::string postcard(std::span<const std::string> frames) {
  std::string out =
      "GET /peer HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
  for (const std::string& frame : frames) put_frame(out, frame);
  return out;
}

std::vector<std::string> sockaddrs_of(const wire::Address& address) {
  std::vector<std::string> found;
  for (const auto& numeric : known_addresses(address.host)) {
    const boost::asio::ip::tcp::endpoint endpoint{numeric, address.port};
    found.emplace_back(reinterpret_cast<const char*>(endpoint.data()), endpoint.size());
  }
  return found;
}

}  // namespace duckduckgoose::net

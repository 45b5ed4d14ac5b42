#include "raw_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace duckduckgoose::net::test {
namespace {

void check(bool works, const char* call) {
  if (!works) throw std::system_error{errno, std::generic_category(), call};
}

int connect_to(std::uint16_t port, RawClient::Family family) {
  sockaddr_storage address{};
  socklen_t size = 0;
  if (family == RawClient::Family::v6) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    six.sin6_addr = in6addr_loopback;
    size = sizeof six;
    std::copy_n(reinterpret_cast<const char*>(&six), size, reinterpret_cast<char*>(&address));
  } else {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof four;
    std::copy_n(reinterpret_cast<const char*>(&four), size, reinterpret_cast<char*>(&address));
  }
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(fd >= 0, "socket");
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0, "setsockopt");
  check(connect(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0, "connect");
  return fd;
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

RawAnswer parse_header(std::string_view header) {
  RawAnswer answer;
  const auto line_end = header.find("\r\n");
  EXPECT_TRUE(header.starts_with("HTTP/1.1 ")) << header;
  answer.status = static_cast<unsigned>(std::stoul(std::string{header.substr(9, 3)}));
  header.remove_prefix(line_end + 2);
  while (!header.empty()) {
    const auto end = header.find("\r\n");
    const auto colon = header.find(": ");
    answer.fields[lower(header.substr(0, colon))] = header.substr(colon + 2, end - colon - 2);
    header.remove_prefix(end + 2);
  }
  return answer;
}

}  // namespace

RawClient::RawClient(std::uint16_t port, Family family) : socket_{connect_to(port, family)} {}
RawClient::RawClient(RawClient&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, in_{std::move(other.in_)} {}
RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

void RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // refused half way: the answer is what counts
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::end() const { check(shutdown(socket_, SHUT_WR) == 0, "shutdown"); }

bool RawClient::fill() {
  std::array<char, 65536> buffer{};
  const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
  if (got < 0 && errno == EAGAIN) {
    throw std::runtime_error{"nothing came within 10 s"};
  }
  if (got <= 0) return false;
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<RawAnswer> RawClient::answer(bool bodiless) {
  while (!in_.contains("\r\n\r\n")) {
    if (!fill()) return std::nullopt;
  }
  const auto header_bytes = in_.find("\r\n\r\n") + 4;
  RawAnswer answer = parse_header(std::string_view{in_}.substr(0, header_bytes - 2));
  in_.erase(0, header_bytes);
  const auto length = answer.fields.find("content-length");
  if (!bodiless && length != answer.fields.end()) answer.body = bytes(std::stoul(length->second));
  return answer;
}

RawAnswer RawClient::get(std::string_view target) {
  send("GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto got = answer();
  EXPECT_TRUE(got) << "no answer to GET " << target;
  return got.value_or(RawAnswer{});
}

std::string RawClient::bytes(std::size_t count) {
  while (in_.size() < count && fill()) {
  }
  std::string front = in_.substr(0, count);
  in_.erase(0, count);
  return front;
}

bool RawClient::ends() { return in_.empty() && !fill(); }

std::string frame(std::uint8_t first, std::string_view payload, bool masked) {
  constexpr std::size_t short_max = 125;
  constexpr std::uint8_t two_bytes_follow = 126;
  constexpr std::string_view mask = "\x11\x22\x33\x44";
  const std::uint8_t mask_bit = masked ? 0x80 : 0;
  std::string out(1, static_cast<char>(first));
  if (payload.size() <= short_max) {
    out += static_cast<char>(mask_bit | payload.size());
  } else {
    out += static_cast<char>(mask_bit | two_bytes_follow);
    out += static_cast<char>(payload.size() >> 8U);
    out += static_cast<char>(payload.size() & 0xffU);
  }
  if (!masked) return out.append(payload);
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  }
  return out;
}

std::string upgrade_request() {
  return "GET /peer HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

}  // namespace duckduckgoose::net::test

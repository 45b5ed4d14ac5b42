#include "keeper/post.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace duckduckgoose::keeper {

std::size_t Post::size() const {
  std::size_t places = 0;
  for (const guard::Envelope& it : envelopes_) places += it.places.size();
  return places;
}

void Post::send() {
  for (const guard::Envelope& envelope : envelopes_) {
    for (const std::string& place : envelope.places) {
      begin(errands_.emplace_back(), place, envelope);
    }
  }
}

void Post::begin(Errand& errand, const std::string& place, const guard::Envelope& envelope) {
  sockaddr_storage address{};
  if (place.size() > sizeof address) return;
  std::memcpy(&address, place.data(), place.size());
  errand.socket =
      Descriptor{::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!errand.socket.is_open()) return;
  const int on = 1;
  setsockopt(errand.socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto bytes = static_cast<socklen_t>(place.size());
  const int connected =
      connect(errand.socket.get(), reinterpret_cast<const sockaddr*>(&address), bytes);
  if (connected != 0 && errno != EINPROGRESS) return errand.socket.close();
  errand.to_send = envelope.bytes;
  errand.awaited = envelope.answer;
  go_on(errand);  // Where it is connected at once, the first need not wait for the last.
}

void Post::add_to(std::vector<pollfd>& waits) const {
  for (const Errand& it : errands_) {
    if (!it.socket.is_open()) continue;
    const int events = it.to_send.empty() ? POLLIN : POLLOUT;
    waits.push_back({.fd = it.socket.get(), .events = static_cast<short>(events), .revents = 0});
  }
}

Post::News Post::go_on() {
  News news;
  for (Errand& it : errands_) {
    if (it.is_settled) continue;
    if (it.socket.is_open()) go_on(it);
    if (it.is_taken) ++news.taken;
    it.is_settled = !it.socket.is_open();
    if (it.is_settled) ++news.settled;
  }
  return news;
}

void Post::go_on(Errand& errand) {
  const auto is_over = [](ssize_t done) {
    return done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR && errno != ENOTCONN);
  };
  if (!errand.to_send.empty()) {
    const ssize_t sent =
        ::send(errand.socket.get(), errand.to_send.data(), errand.to_send.size(), MSG_NOSIGNAL);
    if (is_over(sent)) return errand.socket.close();
    if (sent > 0) errand.to_send.erase(0, static_cast<std::size_t>(sent));
    if (!errand.to_send.empty()) return;
  }
  std::array<char, answer_bytes_max> part;  // NOLINT(*-member-init): recv() fills it
  const ssize_t received = recv(errand.socket.get(), part.data(), part.size(), 0);
  if (received > 0) errand.answer.append(part.data(), static_cast<std::size_t>(received));
  errand.is_taken = errand.answer.find(errand.awaited) != std::string::npos;
  if (errand.is_taken || is_over(received) || errand.answer.size() > answer_bytes_max) {
    errand.socket.close();
  }
}

}  // namespace duckduckgoose::keeper

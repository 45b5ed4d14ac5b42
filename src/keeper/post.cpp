#include "keeper/post.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "os/clock.hpp"

namespace duckduckgoose::keeper {

namespace {

/// Connected, or about to be; none: that is refused.
Descriptor connected_to(const std::string& place) {
  sockaddr_storage address{};
  if (place.size() > sizeof address) return {};
  std::memcpy(&address, place.data(), place.size());
  Descriptor made{::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int on = 1;
  setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto bytes = static_cast<socklen_t>(place.size());
  const int connected = connect(made.get(), reinterpret_cast<const sockaddr*>(&address), bytes);
  if (connected != 0 && errno != EINPROGRESS) made.close();
  return made;
}

}  // namespace

void Post::set(std::vector<guard::Envelope> envelopes) {
  std::erase_if(envelopes, [](const guard::Envelope& it) { return it.places.empty(); });
  envelopes_ = std::move(envelopes);
}

/// Where it is connected at once, the first need not wait for the last.
void Post::send() {
  for (guard::Envelope& it : std::exchange(envelopes_, {})) {
    errands_.push_back({.envelope = std::move(it), .next_at = {}, .attempts = {}});
    try_next(errands_.back());
  }
}

void Post::try_next(Errand& errand) {
  const guard::Envelope& envelope = errand.envelope;
  while (errand.attempts.empty() || os::now() >= errand.next_at) {
    if (errand.tried == envelope.places.size()) return;
    Attempt attempt{.socket = connected_to(envelope.places[errand.tried++]),
                    .to_send = envelope.bytes,
                    .answer = {}};
    static_cast<void>(go_on(attempt, envelope.answer));
    if (!attempt.socket.is_open()) continue;
    errand.attempts.push_back(std::move(attempt));
    errand.next_at = os::now() + patience;
  }
}

void Post::add_to(std::vector<pollfd>& waits) const {
  for (const Errand& errand : errands_) {
    for (const Attempt& it : errand.attempts) {
      const int events = it.to_send.empty() ? POLLIN : POLLOUT;
      waits.push_back({.fd = it.socket.get(), .events = static_cast<short>(events), .revents = 0});
    }
  }
}

std::optional<Instant> Post::wake_at() const {
  std::optional<Instant> wake;
  for (const Errand& it : errands_) {
    if (has_more(it)) wake = std::min(wake.value_or(it.next_at), it.next_at);
  }
  return wake;
}

Post::News Post::go_on() {
  News news;
  for (Errand& it : errands_) {
    if (it.is_settled) continue;
    const bool is_taken = go_on(it);
    if (is_taken) ++news.taken;
    it.is_settled = is_taken || (it.attempts.empty() && !has_more(it));
    if (!it.is_settled) continue;
    it.attempts.clear();
    ++news.settled;
  }
  return news;
}

/// True: the voter has taken it.
bool Post::go_on(Errand& errand) {
  const std::string& awaited = errand.envelope.answer;
  const auto takes = [&awaited](Attempt& it) { return go_on(it, awaited); };
  if (std::ranges::any_of(errand.attempts, takes)) return true;
  std::erase_if(errand.attempts, [](const Attempt& it) { return !it.socket.is_open(); });
  try_next(errand);
  return false;
}

/// True: who is there has taken it. Closed: it never will.
bool Post::go_on(Attempt& attempt, const std::string& awaited) {
  if (!attempt.socket.is_open()) return false;
  const auto is_over = [](ssize_t done) {
    return done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR && errno != ENOTCONN);
  };
  if (!attempt.to_send.empty()) {
    const ssize_t sent =
        ::send(attempt.socket.get(), attempt.to_send.data(), attempt.to_send.size(), MSG_NOSIGNAL);
    if (is_over(sent)) attempt.socket.close();
    if (sent > 0) attempt.to_send.erase(0, static_cast<std::size_t>(sent));
    if (!attempt.to_send.empty()) return false;
  }
  std::array<char, answer_bytes_max> part;  // NOLINT(*-member-init): recv() fills it
  const ssize_t received = recv(attempt.socket.get(), part.data(), part.size(), 0);
  if (received > 0) attempt.answer.append(part.data(), static_cast<std::size_t>(received));
  const bool is_too_long = attempt.answer.size() > answer_bytes_max;
  const bool is_taken = attempt.answer.find(awaited) != std::string::npos;
  if (is_over(received) || is_too_long) attempt.socket.close();
  return is_taken;
}

}  // namespace duckduckgoose::keeper

#include "net/connect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "net/address.hpp"
#include "wire/address.hpp"

namespace duckduckgoose::net {
namespace {

using Error = boost::system::error_code;

/// One name may stand for many machines, the one that asks among them: another comes first each
/// time.
Addresses begun_anywhere(Addresses addresses) {
  const auto first = Loop::now().time_since_epoch().count() % std::ssize(addresses);
  std::ranges::rotate(addresses, addresses.begin() + first);
  return addresses;
}

/// What became of one address. A later one tells more: ::1 says little on a machine without IPv6.
enum class Verdict : std::uint8_t { unreachable, refused, silent };

}  // namespace

struct Connect::State : std::enable_shared_from_this<Connect::State> {
  State(Loop& on, std::string_view text, Duration time, OnDone then)
      : loop{on}, address{text}, connect_time{time}, done{std::move(then)} {}

  void resolved(const Addresses& addresses);
  void try_next();
  void connected(const Error& error);
  void judge(const Error& failure);
  void fail(DialError::Kind kind, std::string_view clause);
  void finish(std::expected<Connected, DialError> result);

  Loop& loop;
  std::string address;
  Duration connect_time;
  OnDone done;  ///< Empty once called or given up.
  std::optional<PendingLookup> lookup;
  std::uint16_t port = 0;
  std::deque<asio::ip::address> untried;
  Instant deadline;
  TimerId timer;
  Socket socket{loop.impl().io.get_executor()};
  bool timed_out = false;                  ///< The attempt under way.
  Verdict verdict = Verdict::unreachable;  ///< The one that tells most, of all addresses.
  std::string clause;
};

void Connect::State::resolved(const Addresses& addresses) {
  untried.assign(addresses.begin(), addresses.end());
  deadline = Loop::now() + connect_time;
  try_next();
}

void Connect::State::try_next() {
  const auto share = (deadline - Loop::now()) / static_cast<Duration::rep>(untried.size());
  const Endpoint to{untried.front(), port};
  untried.pop_front();
  timed_out = false;
  Error ignored;
  socket.close(ignored);
  timer = loop.wake_at(Loop::now() + share, [state = shared_from_this()] {
    state->timed_out = true;
    Error none;
    state->socket.close(none);
  });
  socket.async_connect(to, [state = shared_from_this()](const Error& error) {
    if (state->done) state->connected(error);
  });
}

void Connect::State::connected(const Error& error) {
  loop.cancel(timer);
  Error failure = error;
  Endpoint remote;
  if (!failure) remote = socket.remote_endpoint(failure);
  // A dial to a port that nobody has may be given that very port for its own side, and meet itself.
  if (!failure && remote == socket.local_endpoint(failure)) {
    failure = asio::error::connection_refused;
  }
  if (!failure && !timed_out) {
    Error ignored;
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    return finish(Connected{std::move(socket), to_string(remote)});
  }
  judge(failure);
  if (!untried.empty()) return try_next();
  fail(verdict == Verdict::refused ? DialError::Kind::refused : DialError::Kind::no_answer, clause);
}

void Connect::State::judge(const Error& failure) {
  const Verdict now = timed_out                                    ? Verdict::silent
                      : failure == asio::error::connection_refused ? Verdict::refused
                                                                   : Verdict::unreachable;
  if (now < verdict) return;
  verdict = now;
  switch (now) {
    case Verdict::unreachable:
      clause = "cannot be reached: " + failure.message();
      return;
    case Verdict::refused:
      clause = "refused the connection: nobody listens there";
      return;
    case Verdict::silent:
      clause =
          fmt::format("does not answer within {} ms", connect_time / std::chrono::milliseconds{1});
      return;
  }
}

void Connect::State::fail(DialError::Kind kind, std::string_view why) {
  finish(std::unexpected{DialError{kind, fmt::format("{} {}", address, why)}});
}

void Connect::State::finish(std::expected<Connected, DialError> result) {
  const auto call = std::exchange(done, nullptr);
  if (call) call(std::move(result));
}

Connect::Connect(Loop& loop, std::string_view address, Duration lookup_time, Duration connect_time,
                 OnDone done)
    : state_{std::make_shared<State>(loop, address, connect_time, std::move(done))} {
  const auto parsed = wire::parse_address(address);
  if (!parsed) {
    loop.post([state = state_, reason = parsed.error().reason] {
      state->finish(std::unexpected{DialError{DialError::Kind::bad_address, reason}});
    });
    return;
  }
  state_->port = parsed->port;
  const Addresses known = known_addresses(parsed->host);
  if (!known.empty()) {
    state_->resolved(known);
    return;
  }
  // A raw pointer: the lookup is a member of the state and ends with it.
  state_->lookup.emplace(loop, parsed->host, lookup_time, [state = state_.get()](Lookup found) {
    if (found) return state->resolved(begun_anywhere(*std::move(found)));
    const auto& [clause, nobody_answered] = found.error();
    state->fail(nobody_answered ? DialError::Kind::name_unanswered : DialError::Kind::not_resolved,
                "is not known: " + clause);
  });
}

Connect::~Connect() {
  state_->done = nullptr;
  state_->loop.cancel(state_->timer);
  state_->lookup.reset();
  Error ignored;
  state_->socket.close(ignored);
}

}  // namespace duckduckgoose::net

#include "net/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>

#include "net/address.hpp"
#include "net/http_text.hpp"
#include "net/resolver.hpp"
#include "net/server_impl.hpp"
#include "os/open_files.hpp"
#include "wire/address.hpp"

namespace duckduckgoose::net {
namespace {

using Error = boost::system::error_code;

constexpr std::size_t sessions_min = 16;  // however few files there may be
constexpr Duration accept_pause = std::chrono::milliseconds{100};
constexpr Duration lookup_time = std::chrono::seconds{5};
constexpr Duration sweep_shortest = std::chrono::milliseconds{5};
constexpr Duration sweep_longest = std::chrono::seconds{1};
constexpr int free_ports_tried = 16;

std::size_t sessions_that_fit(std::size_t wanted) {
  return std::max(sessions_min, std::min(wanted, files_for_connections()));
}

std::size_t descriptors_that_fit(std::size_t files) {
  return files - std::min(files_spare, files / 4);
}

Duration sweep_interval(const ServerLimits& limits) {
  const Duration shortest = std::min({limits.header_time, limits.body_time, limits.answer_time,
                                      limits.write_time, limits.idle_time});
  return std::clamp(shortest / 8, sweep_shortest, sweep_longest);
}

std::expected<Addresses, ListenError> addresses_of(const std::string& host) {
  if (Addresses known = known_addresses(host); !known.empty()) return known;
  const auto found = look_up_now(host, lookup_time);
  if (!found) {
    return std::unexpected{ListenError{ListenError::Kind::no_such_address,
                                       "cannot listen on " + host + ": " + found.error().clause +
                                           "; give an address of this machine"}};
  }
  return *found;
}

ListenError listen_error(const ServerOptions& options, const Endpoint& endpoint,
                         const Error& error) {
  const std::string what = fmt::format(
      "cannot listen on {} ({}): ", wire::to_text(wire::Address{options.host, endpoint.port()}),
      to_string(endpoint));
  if (error == asio::error::address_in_use) {
    return {ListenError::Kind::in_use,
            what + "another process listens there; stop it or choose another port"};
  }
  if (error == asio::error::access_denied) {
    return {ListenError::Kind::not_permitted,
            what + "this user may not use that port; choose one above 1023"};
  }
  if (error == boost::system::errc::address_not_available ||
      error == asio::error::address_family_not_supported) {
    return {ListenError::Kind::no_such_address, what + "this machine has no such address"};
  }
  return {ListenError::Kind::other, what + error.message()};
}

std::expected<Acceptor, Error> listen_at(Loop& loop, const Endpoint& endpoint) {
  Error error;
  Acceptor acceptor{loop.impl().io.get_executor()};
  acceptor.open(endpoint.protocol(), error);
  if (error) return std::unexpected{error};
  acceptor.set_option(asio::socket_base::reuse_address{true}, error);
  acceptor.bind(endpoint, error);
  if (error) return std::unexpected{error};
  // With SO_REUSEADDR two processes may bind, but only the first may listen.
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected{error};
  return acceptor;
}

struct ListenFailure {
  Endpoint at;
  Error error;
};

std::expected<std::vector<Acceptor>, ListenFailure> listen_on_all(Loop& loop,
                                                                  const Addresses& addresses,
                                                                  std::uint16_t port) {
  std::vector<Acceptor> acceptors;
  ListenFailure skipped{};
  for (const auto& address : addresses) {
    const Endpoint at{address, port};
    auto acceptor = listen_at(loop, at);
    if (acceptor) {
      port = acceptor->local_endpoint().port();
      acceptors.push_back(std::move(*acceptor));
    } else if (acceptor.error() == boost::system::errc::address_not_available ||
               acceptor.error() == asio::error::address_family_not_supported) {
      skipped = {at, acceptor.error()};
    } else {
      return std::unexpected{ListenFailure{at, acceptor.error()}};
    }
  }
  if (acceptors.empty()) return std::unexpected{skipped};
  return acceptors;
}

}  // namespace

std::size_t files_for_connections() {
  const std::size_t files = os::open_files_max();
  return files - std::min(files_reserved, files);
}

Server::Impl::Impl(Loop& on, ServerOptions with)
    : loop{on},
      options{std::move(with)},
      sessions_max{sessions_that_fit(options.limits.connections_max)},
      descriptors_max{descriptors_that_fit(os::open_files_max())},
      sweep_every{sweep_interval(options.limits)},
      coarse_now{Loop::now()} {}

Server::Impl::~Impl() { cut_all(); }

void Server::Impl::cut_all() {
  stop_accepting();
  loop.cancel(sweep_timer);
  loop.cancel(shutdown_timer);
  while (!idle.empty()) idle.front()->close();
  while (!busy.empty()) busy.front()->close();
}

void Server::Impl::stop_accepting() {
  stopping = true;
  for (Listener& listener : listeners) {
    loop.cancel(listener.pause);
    Error ignored;
    listener.acceptor.close(ignored);
  }
}

void Server::Impl::accept(Listener& listener) {
  listener.acceptor.async_accept([weak = weak_from_this(), &listener](const Error& error,
                                                                      Socket socket) {
    const auto server = weak.lock();
    if (!server || server->stopping) return;
    if (!error) {
      server->accepted(std::move(socket));
      return server->accept(listener);
    }
    // Out of files or memory: give some back, and let others do so before the next try.
    server->make_place();
    listener.pause = server->loop.wake_at(
        Loop::now() + accept_pause, [impl = server.get(), &listener] { impl->accept(listener); });
  });
}

bool Server::Impl::make_place() {
  if (idle.empty()) return false;
  idle.front()->close();
  return true;
}

void Server::Impl::accepted(Socket socket) {
  Error error;
  const Endpoint remote = socket.remote_endpoint(error);
  if (error) return;  // it has gone already
  const Endpoint local = socket.local_endpoint(error);
  if (error) return;
  socket.non_blocking(true, error);
  socket.set_option(asio::ip::tcp::no_delay{true}, error);
  // The kernel gives the lowest number that is free: sessions and links have all those below.
  const bool is_last = static_cast<std::size_t>(socket.native_handle()) >= descriptors_max;
  if ((is_last || idle.size() + busy.size() >= sessions_max) && !make_place()) {
    write_answer(problem_answer(503, "too_many_connections", "This node has too many connections",
                                fmt::format("All {} are busy; ask again.", busy.size())),
                 {.keep_alive = false}, scratch);
    socket.write_some(asio::buffer(scratch), error);
    return;
  }
  if (idle.empty() && busy.empty()) {
    coarse_now = Loop::now();
    sweep_timer = loop.wake_at(coarse_now + sweep_every, [this] { sweep(); });
  }
  const bool on_loopback = is_loopback(local.address().to_string());
  idle.push_back(std::make_shared<Session>(*this, std::move(socket), remote, on_loopback));
  idle.back()->start(std::prev(idle.end()));
}

void Server::Impl::forget(Sessions::iterator session) {
  busy.erase(session);
  if (!idle.empty() || !busy.empty()) return;
  loop.cancel(sweep_timer);  // without sessions the process sleeps
  if (stopping) finish_shutdown();
}

void Server::Impl::sweep() {
  coarse_now = Loop::now();
  sweep_timer = loop.wake_at(coarse_now + sweep_every, [this] { sweep(); });
  while (!idle.empty() && idle.front()->overdue(coarse_now)) idle.front()->close();
  for (auto next = busy.begin(); next != busy.end();) {
    const auto session = *next++;  // it may end, and then leaves the list
    if (session->overdue(coarse_now)) session->run_out();
  }
}

void Server::Impl::finish_shutdown() {
  loop.cancel(shutdown_timer);
  if (on_stopped) loop.post(std::exchange(on_stopped, {}));
}

std::expected<Server, ListenError> Server::listen(Loop& loop, ServerOptions options) {
  const auto addresses = addresses_of(options.host);
  if (!addresses) return std::unexpected{addresses.error()};
  for (int tried = 1;; ++tried) {
    auto acceptors = listen_on_all(loop, *addresses, options.port);
    if (acceptors) {
      const auto impl = std::make_shared<Impl>(loop, std::move(options));
      for (Acceptor& acceptor : *acceptors) {
        const Endpoint at = acceptor.local_endpoint();
        impl->listeners.push_back({std::move(acceptor), at, TimerId{}});
      }
      return Server{impl};
    }
    // A port that is free on the first address may be taken on the second.
    const bool try_another = options.port == 0 && tried < free_ports_tried &&
                             acceptors.error().error == asio::error::address_in_use;
    if (!try_another) {
      return std::unexpected{listen_error(options, acceptors.error().at, acceptors.error().error)};
    }
  }
}

Server::Server(std::shared_ptr<Impl> impl) noexcept : impl_{std::move(impl)} {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&& other) noexcept {
  if (impl_) impl_->cut_all();
  impl_ = std::move(other.impl_);
  return *this;
}
Server::~Server() {
  if (impl_) impl_->cut_all();
}

void Server::serve(Handler handler, std::function<void(Link)> on_link) {
  impl_->handler = std::move(handler);
  impl_->on_link = std::move(on_link);
  for (Impl::Listener& listener : impl_->listeners) impl_->accept(listener);
}

std::uint16_t Server::port() const { return impl_->listeners.front().at.port(); }

std::vector<std::string> Server::addresses() const {
  std::vector<std::string> texts;
  for (const Impl::Listener& listener : impl_->listeners) texts.push_back(to_string(listener.at));
  return texts;
}

std::size_t Server::connections() const { return impl_->idle.size() + impl_->busy.size(); }

void Server::shutdown(Duration limit, std::function<void()> done) {
  impl_->on_stopped = std::move(done);
  impl_->stop_accepting();
  if (impl_->idle.empty() && impl_->busy.empty()) return impl_->finish_shutdown();
  impl_->shutdown_timer = impl_->loop.wake_at(Loop::now() + limit, [impl = impl_.get()] {
    while (!impl->busy.empty()) impl->busy.front()->close();
  });
  while (!impl_->idle.empty()) impl_->idle.front()->close();
  for (auto next = impl_->busy.begin(); next != impl_->busy.end();) (*next++)->retire();
}

}  // namespace duckduckgoose::net

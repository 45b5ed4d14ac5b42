#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "net/loop_impl.hpp"
#include "net/server.hpp"
#include "net/session.hpp"

/// Private to src/net: what the sessions of a server share.
namespace duckduckgoose::net {

/// Listening sockets, sessions and the one sweep over them.
struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(Loop& on, ServerOptions with);
  ~Impl();

  using Sessions = std::list<std::shared_ptr<Session>>;

  struct Listener {
    Acceptor acceptor;
    Endpoint at;
    TimerId pause;  ///< Accepts nobody until then: out of files.
  };

  void accept(Listener& listener);
  void accepted(Socket socket);
  bool make_place();  ///< Ends the longest idle session; false if none is idle.
  void forget(Sessions::iterator session);
  void sweep();
  void stop_accepting();
  void finish_shutdown();
  void cut_all();

  Loop& loop;
  ServerOptions options;
  Handler handler;
  std::function<void(Link)> on_link;
  std::vector<Listener> listeners;
  Sessions idle;  ///< The longest idle one first.
  Sessions busy;
  std::size_t sessions_max;
  std::size_t descriptors_max;
  Duration sweep_every;
  Instant coarse_now;  ///< At most sweep_every old: reading the clock for each request would cost.
  TimerId sweep_timer;
  TimerId shutdown_timer;
  bool stopping = false;
  std::function<void()> on_stopped;
  std::string scratch;  ///< For the answer being written, so that idle sessions hold none.
};

}  // namespace duckduckgoose::net

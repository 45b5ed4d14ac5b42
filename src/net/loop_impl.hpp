#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <map>

#include "net/loop.hpp"

/// Private to src/net: the loop as Asio sees it.
namespace duckduckgoose::net {

namespace asio = boost::asio;

/// Sockets name their executor's type: the type-erased default costs a twentieth of the requests a
/// second.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Endpoint = asio::ip::tcp::endpoint;

/// The io_context, one timerfd, and the wake-ups that wait for it.
struct Loop::Impl {
  Impl();

  asio::io_context io{1};

  TimerId wake_at(Instant at, std::move_only_function<void()> f);
  void wait_for_signal();

  std::function<void(int)> on_signal;
  asio::basic_signal_set<Executor> signals{io.get_executor()};

 private:
  void wait_for_clock();
  void arm();
  void run_due();

  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
  Descriptor clock_;  ///< A timerfd: Asio's own timers do not count suspend.
  std::uint64_t expirations_ =
      0;  ///< What the timerfd reports; the clock itself decides what is due.
  Instant armed_ = Instant::max();
  std::uint64_t serial_ = 0;

 public:
  std::map<TimerId, std::move_only_function<void()>> timers;
};

/// "127.0.0.1:4001", "[::1]:4001".
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

}  // namespace duckduckgoose::net

#pragma once

#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "net/server.hpp"

namespace duckduckgoose::net::test {

/// A server on a free port of loopback, at work in a thread of its own until the test is over.
class RunningServer {
 public:
  explicit RunningServer(
      Handler handler, ServerOptions options = {},
      std::function<void(Link)> on_link = [](const Link&) {})
      : server_{listen(loop_, std::move(options))}, port_{server_.port()} {
    server_.serve(std::move(handler), std::move(on_link));
    thread_ = std::thread{[this] { loop_.run(); }};
  }

  ~RunningServer() {
    loop_.stop();
    thread_.join();
  }

  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Does `f(server)` in the server's thread and waits for it.
  template <class F>
  auto in_loop(F f) {
    std::packaged_task<std::invoke_result_t<F, Server&>()> task{
        [this, f = std::move(f)]() mutable { return f(server_); }};
    auto result = task.get_future();
    loop_.post(std::move(task));
    return result.get();
  }

  [[nodiscard]] Loop& loop() { return loop_; }

 private:
  static Server listen(Loop& loop, ServerOptions options) {
    options.port = 0;
    auto server = Server::listen(loop, std::move(options));
    if (!server) throw std::runtime_error{server.error().text};
    return std::move(*server);
  }

  Loop loop_;
  Server server_;
  std::uint16_t port_;
  std::thread thread_;
};

/// Answers every request at once with its target.
inline void echo(const Request& request, Responder responder) {
  responder.answer({.body = request.target});
}

}  // namespace duckduckgoose::net::test

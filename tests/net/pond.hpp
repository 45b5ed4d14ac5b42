#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "net/dialer.hpp"
#include "net/server.hpp"

namespace duckduckgoose::net::test {

/// One end of a link, and what it has heard.
struct LinkSide {
  Link link;
  std::vector<std::string> frames{};
  std::optional<LinkEnd> end{};
  std::string why{};
};

/// A server and whoever dials it, on one loop in the test's own thread.
class Pond {
 public:
  explicit Pond(ServerOptions options = {}) : server_{listen(loop, std::move(options))} {
    server_.serve([](const Request& request,
                     Responder responder) { responder.answer({.body = request.target}); },
                  [this](Link link) {
                    accepted.push_back({.link = std::move(link)});
                    if (starts_accepted) start(accepted.back());
                    changed();
                  });
  }

  /// Runs the loop until `holds()`, looked at whenever anything has happened. False: not within 10
  /// s.
  bool until(std::function<bool()> holds) {
    if (holds()) return true;
    bool too_late = false;
    holds_ = std::move(holds);
    const TimerId limit = loop.wake_at(Loop::now() + std::chrono::seconds{10}, [&] {
      too_late = true;
      loop.stop();
    });
    loop.run();
    loop.cancel(limit);
    holds_ = nullptr;
    return !too_late;
  }

  /// To be called whenever something has happened.
  void changed() {
    if (holds_ && holds_()) loop.stop();
  }

  void start(LinkSide& side) {
    side.link.start(
        [this, &side](std::string_view frame) {
          side.frames.emplace_back(frame);
          changed();
        },
        [this, &side](LinkEnd end, std::string_view why) {
          if (side.end) throw std::logic_error{"a link ended twice"};
          side.end = end;
          side.why = why;
          changed();
        });
  }

  /// Dials and waits for what comes of it.
  std::expected<LinkSide*, DialError> dial(const std::string& address, DialLimits limits = {}) {
    std::optional<std::expected<Link, DialError>> result;
    const Dial attempt{loop, address, limits, [&](std::expected<Link, DialError> outcome) {
                         result = std::move(outcome);
                         changed();
                       }};
    if (!until([&] { return result.has_value(); }))
      throw std::runtime_error{"the dial never ended"};
    if (!*result) return std::unexpected{result->error()};
    dialled.push_back({.link = std::move(**result)});
    start(dialled.back());
    return &dialled.back();
  }

  /// Two ends of one new link, the dialled one first.
  std::pair<LinkSide*, LinkSide*> link(DialLimits limits = {}) {
    const std::size_t before = accepted.size();
    const auto side = dial(address(), limits);
    if (!side) throw std::runtime_error{side.error().text};
    if (!until([&] { return accepted.size() > before; })) {
      throw std::runtime_error{"nothing was accepted"};
    }
    return {*side, &accepted.back()};
  }

  [[nodiscard]] std::string address() const {
    return "localhost:" + std::to_string(server_.port());
  }
  [[nodiscard]] Server& server() { return server_; }

  Loop loop;
  std::list<LinkSide> accepted;
  std::list<LinkSide> dialled;
  bool starts_accepted = true;

 private:
  static Server listen(Loop& loop, ServerOptions options) {
    options.port = 0;
    auto server = Server::listen(loop, std::move(options));
    if (!server) throw std::runtime_error{server.error().text};
    return std::move(*server);
  }

  Server server_;
  std::function<bool()> holds_;
};

}  // namespace duckduckgoose::net::test

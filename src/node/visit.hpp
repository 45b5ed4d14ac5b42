#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/dialer.hpp"
#include "node/session.hpp"

namespace duckduckgoose::node {

/// What a failed dial is called in a list of nodes: "refused", "no answer".
[[nodiscard]] std::string short_text(const net::DialError& error);

/// Dials an address once, to ask something or to invite: no link of the cluster comes of it.
class Visit {
 public:
  struct Listener {
    std::function<void(Visit&, const wire::Hello&)> on_hello;
    std::function<void(Visit&, wire::Frame)> on_frame;
    /// Once, last, unless finish() came before. "refused", "no answer", or a sentence.
    std::function<void(const std::string& why)> on_failed;
  };

  /// No callback may destroy the visit. `hello` is what this side says. Longer than `limit` it does
  /// not last.
  Visit(net::Loop& loop, const std::string& address, wire::Hello hello, Counts& counts,
        Duration limit, Listener listener);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  bool send(std::string frame) { return session_ && session_->send(std::move(frame)); }

  /// It is over: the link is closed, and no callback comes any more.
  void finish();
  /// It is over, and was in vain.
  void fail(const std::string& why);

  [[nodiscard]] bool is_over() const { return over_; }

 private:
  void reached(net::Link link);

  net::Loop& loop_;
  Counts& counts_;
  wire::Hello hello_;
  Listener listener_;
  net::Dial dial_;
  std::unique_ptr<Session> session_;
  net::TimerId timer_;
  bool over_ = false;
};

}  // namespace duckduckgoose::node

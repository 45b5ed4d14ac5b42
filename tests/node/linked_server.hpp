#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <utility>

#include "net/server.hpp"

namespace duckduckgoose::node::testing {

/// Listens on a free port of loopback, for links alone. None: the test has failed.
inline std::optional<net::Server> serve_links(net::Loop& loop,
                                              std::function<void(net::Link)> on_link) {
  net::ServerOptions options;
  options.port = 0;
  auto listening = net::Server::listen(loop, options);
  EXPECT_TRUE(listening) << listening.error().text;
  if (!listening) return std::nullopt;
  listening->serve([](const net::Request&, const net::Responder&) {}, std::move(on_link));
  return std::move(*listening);
}

}  // namespace duckduckgoose::node::testing

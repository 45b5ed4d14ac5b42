#include <gtest/gtest.h>

#include "net/server.hpp"
#include "raw_client.hpp"
#include "running_server.hpp"

namespace duckduckgoose::net::test {
namespace {

ServerOptions at(std::string host, std::uint16_t port) {
  ServerOptions options;
  options.host = std::move(host);
  options.port = port;
  return options;
}

TEST(Listen, takes_one_port_for_all_addresses_of_localhost) {
  Loop loop;
  const auto server = Server::listen(loop, at("localhost", 0));
  ASSERT_TRUE(server) << server.error().text;
  const std::string port = std::to_string(server->port());
  EXPECT_EQ(server->addresses(), (std::vector<std::string>{"[::1]:" + port, "127.0.0.1:" + port}));
}

TEST(Listen, takes_a_numeric_address) {
  Loop loop;
  const auto server = Server::listen(loop, at("127.0.0.5", 0));
  ASSERT_TRUE(server) << server.error().text;
  EXPECT_EQ(server->addresses(), std::vector{"127.0.0.5:" + std::to_string(server->port())});
}

TEST(Listen, refuses_a_port_in_use_on_any_of_the_addresses) {
  Loop loop;
  for (const std::string host : {"::1", "127.0.0.1", "localhost"}) {
    const auto first = Server::listen(loop, at(host, 0));
    ASSERT_TRUE(first) << first.error().text;
    const auto second = Server::listen(loop, at("localhost", first->port()));
    ASSERT_FALSE(second) << host;
    EXPECT_EQ(second.error().kind, ListenError::Kind::in_use);
    EXPECT_TRUE(second.error().text.contains("localhost:" + std::to_string(first->port())))
        << second.error().text;
    EXPECT_TRUE(second.error().text.contains("another process listens there"))
        << second.error().text;
  }
}

TEST(Listen, leaves_nothing_open_after_a_refusal) {
  Loop loop;
  auto second_address = Server::listen(loop, at("127.0.0.1", 0));
  ASSERT_TRUE(second_address);
  const std::uint16_t port = second_address->port();
  ASSERT_FALSE(Server::listen(loop, at("localhost", port)));
  EXPECT_TRUE(Server::listen(loop, at("::1", port)));
}

TEST(Listen, gives_the_port_back) {
  Loop loop;
  std::uint16_t port = 0;
  {
    const auto server = Server::listen(loop, at("localhost", 0));
    ASSERT_TRUE(server);
    port = server->port();
  }
  EXPECT_TRUE(Server::listen(loop, at("localhost", port)));
}

TEST(Listen, says_that_an_address_is_not_of_this_machine) {
  Loop loop;
  const auto server = Server::listen(loop, at("192.0.2.1", 0));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind, ListenError::Kind::no_such_address);
  EXPECT_TRUE(server.error().text.contains("this machine has no such address"))
      << server.error().text;
}

TEST(Listen, accepts_nobody_before_it_serves) {
  Loop loop;
  auto server = Server::listen(loop, at("localhost", 0));
  ASSERT_TRUE(server);
  RawClient early{server->port()};
  early.send("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(server->connections(), 0U);
  server->serve(
      [&](const Request& request, Responder responder) {
        echo(request, std::move(responder));
        loop.stop();
      },
      [](const Link&) {});
  loop.run();
  EXPECT_EQ(early.answer()->body, "/x");
}

}  // namespace
}  // namespace duckduckgoose::net::test

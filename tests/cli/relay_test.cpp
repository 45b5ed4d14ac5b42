#include "cli/demo/relay.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "cli/demo/sockets.hpp"

namespace duckduckgoose::cli::demo {
namespace {

constexpr int soon_ms = 5000;  ///< What must happen happens by then.
constexpr int never_ms = 100;  ///< What must not happen would have happened by then.

bool is_readable(const Descriptor& socket, int limit_ms) {
  pollfd asked{.fd = socket.get(), .events = POLLIN, .revents = 0};
  return poll(&asked, 1, limit_ms) == 1;
}

void say(const Descriptor& socket, const std::string& text) {
  pollfd asked{.fd = socket.get(), .events = POLLOUT, .revents = 0};
  ASSERT_EQ(poll(&asked, 1, soon_ms), 1);
  ASSERT_EQ(send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

std::string hear(const Descriptor& socket) {
  std::array<char, 256> buffer{};
  if (!is_readable(socket, soon_ms)) return "(nothing)";
  const ssize_t count = recv(socket.get(), buffer.data(), buffer.size(), 0);
  return count > 0 ? std::string{buffer.data(), static_cast<std::size_t>(count)} : "(end)";
}

Descriptor accepted(const Descriptor& listener) {
  if (!is_readable(listener, soon_ms)) return {};
  return Descriptor{accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
}

/// Node 1 listens behind the relay; node 2 is this process, which dials.
class RelayTest : public testing::Test {
 protected:
  void SetUp() override {
    auto socket = listen_anywhere();
    ASSERT_TRUE(socket);
    listener = *std::move(socket);
    const auto port = relay.add(1, port_of(listener));
    ASSERT_TRUE(port);
    relay_port = *port;
    ASSERT_TRUE(relay.add(2, 1));
    relay.runs_as(2, getpid());
  }

  Relay relay;
  Descriptor listener;
  std::uint16_t relay_port = 0;
};

TEST_F(RelayTest, passes_bytes_both_ways_and_the_end) {
  Descriptor dialler = begin_connect(relay_port);
  say(dialler, "quack");
  Descriptor node = accepted(listener);
  EXPECT_EQ(hear(node), "quack");
  say(node, "honk");
  EXPECT_EQ(hear(dialler), "honk");
  dialler.close();
  EXPECT_EQ(hear(node), "(end)");
}

TEST_F(RelayTest, holds_everything_back_while_the_target_is_cut_off) {
  const Descriptor dialler = begin_connect(relay_port);
  const Descriptor node = accepted(listener);
  relay.cut(1, true);
  say(dialler, "quack");
  EXPECT_FALSE(is_readable(node, never_ms));
  const Descriptor another = begin_connect(relay_port);
  EXPECT_FALSE(is_readable(listener, never_ms)) << "new connections neither";
  relay.cut(1, false);
  EXPECT_EQ(hear(node), "quack");
  EXPECT_TRUE(accepted(listener).is_open());
}

TEST_F(RelayTest, knows_who_has_dialled_and_cuts_that_node_off_too) {
  const Descriptor dialler = begin_connect(relay_port);
  const Descriptor node = accepted(listener);
  relay.cut(2, true);
  say(node, "honk");
  EXPECT_FALSE(is_readable(dialler, never_ms));
  relay.cut(2, false);
  EXPECT_EQ(hear(dialler), "honk");
}

TEST_F(RelayTest, lets_others_through_while_a_node_is_cut_off) {
  relay.runs_as(2, 1);  // another process: this one is nobody's node
  relay.cut(2, true);
  const Descriptor dialler = begin_connect(relay_port);
  say(dialler, "quack");
  EXPECT_EQ(hear(accepted(listener)), "quack");
}

TEST_F(RelayTest, ends_a_connection_to_a_node_that_does_not_listen) {
  listener.close();
  const Descriptor dialler = begin_connect(relay_port);
  EXPECT_EQ(hear(dialler), "(end)");
}

TEST(Sockets, know_whose_a_connection_is) {
  const Descriptor listener = listen_anywhere().value();
  const Descriptor dialler = begin_connect(port_of(listener));
  const std::string socket = socket_between(port_of(dialler), port_of(listener));
  EXPECT_TRUE(has_open(getpid(), socket)) << socket;
  EXPECT_FALSE(has_open(getppid(), socket));
  EXPECT_EQ(socket_between(port_of(dialler), port_of(dialler)), "");
}

}  // namespace
}  // namespace duckduckgoose::cli::demo

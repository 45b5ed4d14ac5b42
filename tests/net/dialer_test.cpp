#include "net/dialer.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "pond.hpp"

namespace duckduckgoose::net::test {
namespace {

using std::chrono_literals::operator""ms;

ServerOptions on(std::string host) {
  ServerOptions options;
  options.host = std::move(host);
  return options;
}

/// A port of 127.0.0.1 that is bound but not listened on: dials to it are refused.
class DeafPort {
 public:
  /// `backlog`: listen, but accept nobody; with 0 the second dial gets no answer.
  explicit DeafPort(std::optional<int> backlog = {}) : socket_{socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, generic, size) != 0) throw std::runtime_error{"bind"};
    if (getsockname(socket_, generic, &size) != 0) throw std::runtime_error{"getsockname"};
    if (backlog && listen(socket_, *backlog) != 0) throw std::runtime_error{"listen"};
    port_ = ntohs(address.sin_port);
  }
  ~DeafPort() { ::close(socket_); }
  DeafPort(const DeafPort&) = delete;
  DeafPort& operator=(const DeafPort&) = delete;
  [[nodiscard]] std::string port() const { return std::to_string(port_); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST(Dial, reaches_localhost_wherever_it_listens) {
  for (const std::string host : {"localhost", "::1", "127.0.0.1"}) {
    Pond pond{on(host)};
    const auto link = pond.dial(pond.address());
    EXPECT_TRUE(link) << host << ": " << link.error().text;
  }
}

TEST(Dial, reaches_a_numeric_address) {
  Pond pond{on("127.0.0.1")};
  EXPECT_TRUE(pond.dial("127.0.0.1:" + std::to_string(pond.server().port())));
  Pond six{on("::1")};
  EXPECT_TRUE(six.dial("[::1]:" + std::to_string(six.server().port())));
}

TEST(Dial, says_that_nobody_listens) {
  Pond pond;
  const DeafPort port;
  const auto link = pond.dial("localhost:" + port.port());
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind, DialError::Kind::refused);
  EXPECT_EQ(link.error().text,
            "localhost:" + port.port() + " refused the connection: nobody listens there");
}

TEST(Dial, says_what_is_wrong_with_an_address) {
  Pond pond;
  for (const std::string text : {"", "localhost", "localhost:", "localhost:0", "local host:1"}) {
    const auto link = pond.dial(text);
    ASSERT_FALSE(link) << text;
    EXPECT_EQ(link.error().kind, DialError::Kind::bad_address);
  }
}

TEST(Dial, says_that_nobody_knows_the_name) {
  Pond pond;
  const auto link = pond.dial("no-such-name.invalid:4001");
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind, DialError::Kind::not_resolved);
  EXPECT_TRUE(link.error().text.starts_with("no-such-name.invalid:4001 is not known: "))
      << link.error().text;
}

TEST(Dial, gives_up_on_one_who_does_not_answer_the_upgrade) {
  Pond pond;
  const DeafPort port{5};
  DialLimits limits;
  limits.link.handshake_time = 50ms;
  const auto link = pond.dial("127.0.0.1:" + port.port(), limits);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind, DialError::Kind::not_a_peer);
  EXPECT_TRUE(link.error().text.ends_with("did not answer the upgrade in time"))
      << link.error().text;
}

TEST(Dial, gives_up_on_one_who_does_not_accept) {
  Pond pond;
  const DeafPort port{0};
  DialLimits limits;
  limits.connect_time = 50ms;
  // The first fills the backlog and waits in the upgrade; the kernel leaves the next unanswered.
  const Dial first{pond.loop, "127.0.0.1:" + port.port(), {}, [](const auto&) {}};
  const Dial second{pond.loop, "127.0.0.1:" + port.port(), {}, [](const auto&) {}};
  const auto link = pond.dial("127.0.0.1:" + port.port(), limits);
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind, DialError::Kind::no_answer);
  EXPECT_EQ(link.error().text, "127.0.0.1:" + port.port() + " does not answer within 50 ms");
}

TEST(Dial, is_told_how_the_upgrade_was_refused) {
  ServerOptions options;
  options.limits.target_bytes_max = 4;  // "/peer" has five
  Pond pond{options};
  const auto link = pond.dial(pond.address());
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind, DialError::Kind::not_a_peer);
  EXPECT_EQ(link.error().text, pond.address() + " answered 414 to the upgrade");
}

TEST(Dial, may_be_given_up) {
  Pond pond;
  {
    const Dial dial{pond.loop, pond.address(), {}, [](const auto&) { FAIL(); }};
  }
  Dial replaced{pond.loop, pond.address(), {}, [](const auto&) { FAIL(); }};
  int links = 0;
  replaced = Dial{pond.loop, pond.address(), {}, [&](std::expected<Link, DialError> link) {
                    links += link.has_value() ? 1 : 0;
                    pond.changed();
                  }};
  EXPECT_TRUE(pond.until([&] { return links == 1; }));
}

TEST(Dial, may_be_destroyed_from_inside_its_callback) {
  Pond pond;
  const DeafPort port;
  int calls = 0;
  Dial dial;
  for (const std::string& address :
       {pond.address(), "localhost:" + port.port(), std::string{"x"}}) {
    dial = Dial{pond.loop, address, {}, [&](const auto&) {
                  dial = Dial{};
                  ++calls;
                  pond.changed();
                }};
    const int before = calls;
    EXPECT_TRUE(pond.until([&] { return calls == before + 1; }));
  }
}

}  // namespace
}  // namespace duckduckgoose::net::test

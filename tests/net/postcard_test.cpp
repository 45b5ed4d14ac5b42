#include "net/postcard.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <mutex>

#include "raw_client.hpp"
#include "running_server.hpp"

namespace duckduckgoose::net::test {
namespace {

/// What a server hears on the links that it accepts.
class Hearer {
 public:
  [[nodiscard]] std::function<void(Link)> on_link() {
    return [this](Link link) {
      links_.push_back(std::make_unique<Link>(std::move(link)));
      links_.back()->start(
          [this, at = links_.back().get()](std::string_view text) {
            heard_.emplace_back(text);
            at->send("heard " + std::to_string(heard_.size()));
          },
          [](LinkEnd, std::string_view) {});
    };
  }
  /// What it has heard. Ends the links: they must not outlive their loop.
  [[nodiscard]] std::vector<std::string> end() {
    links_.clear();
    return heard_;
  }

 private:
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<std::string> heard_;
};

TEST(Postcard, is_an_upgrade_and_frames_of_any_length) {
  for (const std::size_t length : {0U, 125U, 126U, 900U, 70'000U}) {
    Hearer hearer;
    RunningServer server{[](const Request&, Responder) {}, {}, hearer.on_link()};
    RawClient client{server.port()};
    client.send(postcard(std::array{std::string{"first"}, std::string(length, 'x')}));
    EXPECT_EQ(client.answer(true)->status, 101U);
    const std::string answers = frame(0x81, "heard 1", false) + frame(0x81, "heard 2", false);
    EXPECT_EQ(client.bytes(answers.size()), answers);
    const auto heard = server.in_loop([&](Server&) { return hearer.end(); });
    EXPECT_EQ(heard, (std::vector<std::string>{"first", std::string(length, 'x')}));
  }
}

TEST(Sockaddrs, are_of_all_that_needs_no_lookup) {
  const auto v4 = sockaddrs_of({"127.0.0.1", 4001});
  ASSERT_EQ(v4.size(), 1U);
  sockaddr_in four{};
  ASSERT_EQ(v4.front().size(), sizeof four);
  std::memcpy(&four, v4.front().data(), sizeof four);
  EXPECT_EQ(four.sin_family, AF_INET);
  EXPECT_EQ(ntohs(four.sin_port), 4001);
  EXPECT_EQ(ntohl(four.sin_addr.s_addr), INADDR_LOOPBACK);

  const auto v6 = sockaddrs_of({"::1", 4002});
  ASSERT_EQ(v6.size(), 1U);
  sockaddr_in6 six{};
  ASSERT_EQ(v6.front().size(), sizeof six);
  std::memcpy(&six, v6.front().data(), sizeof six);
  EXPECT_EQ(six.sin6_family, AF_INET6);
  EXPECT_EQ(ntohs(six.sin6_port), 4002);

  EXPECT_EQ(sockaddrs_of({"localhost", 4001}),
            (std::vector{sockaddrs_of({"::1", 4001})[0], v4.front()}));
  EXPECT_TRUE(sockaddrs_of({"duck1.example", 4001}).empty());
}

}  // namespace
}  // namespace duckduckgoose::net::test

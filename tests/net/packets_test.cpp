#include "net/packets.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace duckduckgoose::net::test {
namespace {

struct Pair {
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0); }
  std::array<int, 2> ends{};
};

TEST(Packets, come_whole_and_in_order_and_then_the_end) {
  Loop loop;
  const Pair pair;
  std::vector<std::string> heard;
  Packets here{loop,
               pair.ends[0],
               {.on_packet = [&](std::string_view packet) { heard.emplace_back(packet); },
                .on_end = [&] { loop.stop(); }}};
  {
    Packets there{loop, pair.ends[1], {.on_packet = [](std::string_view) {}, .on_end = [] {}}};
    EXPECT_TRUE(there.send("one"));
    EXPECT_TRUE(there.send(std::string("\0\1", 2)));
  }
  loop.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"one", std::string("\0\1", 2)}));
  EXPECT_FALSE(here.send("to nobody"));
}

// A process that stands still must not stop the other one.
TEST(Packets, are_not_sent_to_who_does_not_read) {
  Loop loop;
  const Pair pair;
  const Packets here{loop, pair.ends[0], {.on_packet = [](std::string_view) {}, .on_end = [] {}}};
  Packets there{loop, pair.ends[1], {.on_packet = [](std::string_view) {}, .on_end = [] {}}};
  constexpr int many = 100'000;
  int sent = 0;
  while (sent < many && there.send("packet")) ++sent;
  EXPECT_GT(sent, 0);
  EXPECT_LT(sent, many);
}

}  // namespace
}  // namespace duckduckgoose::net::test

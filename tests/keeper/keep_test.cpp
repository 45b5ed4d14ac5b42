#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "guard/letter.hpp"
#include "keeper/keeper.hpp"
#include "os/clock.hpp"

namespace duckduckgoose::keeper {
namespace {

using namespace std::chrono_literals;

void say(int line, const guard::Letter& letter) {
  const std::string bytes = guard::encode(letter);
  if (send(line, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) _exit(1);
}

/// Where nobody is: a Release to it is refused.
std::string nowhere() {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(9);
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return {reinterpret_cast<const char*>(&place), sizeof place};
}

// A hold may be in the line, unread, when the kernel says that the node is dead.
TEST(Keeper, hears_all_that_its_node_still_said_before_it_died) {
  for (int i = 0; i < 25; ++i) {
    const Instant began = os::now();
    const int exit_code = keep({}, [&](int line) {
      say(line, guard::Envelopes{{{{nowhere()}, "it is dead", "taken"}}});
      say(line, guard::Beat{.promise = 50ms, .lease_end = began + 1s});
      for (const Instant until = os::now() + i * 4us; os::now() < until;) {
      }
      say(line, guard::Held{began + 100ms});
      _exit(7);
      return 0;
    });
    EXPECT_EQ(exit_code, 7);
    EXPECT_GE(os::now() - began, 100ms);
  }
}

}  // namespace
}  // namespace duckduckgoose::keeper

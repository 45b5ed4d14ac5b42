#include "net/resolver.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <optional>
#include <vector>

namespace duckduckgoose::net {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A name server that says nothing until the test is over.
std::latch* over = nullptr;
Lookup ask_the_dead(const std::string&) {
  over->wait();
  return std::unexpected{LookupError{"too late"}};
}

/// Ends the waiting of all hanging lookups, and waits until their threads are done with the latch.
class DeadNameServer {
 public:
  DeadNameServer() { over = &latch_; }
  ~DeadNameServer() {
    latch_.count_down();
    while (look_up_now("127.0.0.1", 10s, all_done).error().clause != "all done") {
    }
  }
  DeadNameServer(const DeadNameServer&) = delete;
  DeadNameServer& operator=(const DeadNameServer&) = delete;

 private:
  static Lookup all_done(const std::string&) {
    return std::unexpected{LookupError{lookups_under_way() == 1 ? "all done" : "not yet"}};
  }
  std::latch latch_{1};
};

TEST(Resolver, asks_the_system) {
  const Lookup found = look_up_now("localhost", 10s);
  ASSERT_TRUE(found) << found.error().clause;
  for (const auto& address : *found) EXPECT_TRUE(address.is_loopback());
  EXPECT_FALSE(look_up_now("no-such-name.invalid", 10s));
}

TEST(Resolver, answers_from_the_loop) {
  Loop loop;
  std::optional<Lookup> found;
  const PendingLookup lookup{loop, "127.0.0.1", 10s, [&](Lookup result) {
                               found = std::move(result);
                               loop.stop();
                             }};
  EXPECT_FALSE(found);
  loop.run();
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->front().to_string(), "127.0.0.1");
}

TEST(Resolver, waits_for_a_dead_name_server_only_so_long_and_others_not_at_all) {
  const DeadNameServer dead;
  Loop loop;
  std::vector<std::string> order;
  const PendingLookup hanging{loop, "hanging", 50ms,
                              [&](const Lookup& result) {
                                order.push_back(result.error().clause);
                                loop.stop();
                              },
                              ask_the_dead};
  const PendingLookup quick{loop, "127.0.0.1", 10s, [&](const Lookup& result) {
                              order.emplace_back(result ? "found" : "not found");
                            }};
  loop.run();
  EXPECT_EQ(order, (std::vector<std::string>{"found", "no answer about the name within 50 ms"}));
  EXPECT_EQ(look_up_now("hanging", 1ms, ask_the_dead).error().clause,
            "no answer about the name within 1 ms");
}

TEST(Resolver, may_be_given_up) {
  const DeadNameServer dead;
  Loop loop;
  {
    const PendingLookup hanging{loop, "hanging", 10s, [](const Lookup&) { FAIL(); }, ask_the_dead};
    const PendingLookup quick{loop, "127.0.0.1", 10s, [](const Lookup&) { FAIL(); }};
  }
  loop.wake_at(Loop::now() + 20ms, [&] { loop.stop(); });
  loop.run();
}

TEST(Resolver, starts_no_more_threads_than_its_bound) {
  const DeadNameServer dead;
  Loop loop;
  std::vector<std::unique_ptr<PendingLookup>> hanging;
  for (std::size_t i = 0; i < lookups_max; ++i) {
    hanging.push_back(std::make_unique<PendingLookup>(
        loop, "hanging" + std::to_string(i), 10s, [](const Lookup&) { FAIL(); }, ask_the_dead));
  }
  std::optional<Lookup> refused;
  const PendingLookup one_more{loop, "127.0.0.2", 10s, [&](Lookup result) {
                                 refused = std::move(result);
                                 loop.stop();
                               }};
  loop.run();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error().clause, "too many lookups of names are hanging already");
}

// Else a name whose server is dead, asked for again and again, would leave none for the others.
TEST(Resolver, asks_about_a_name_once_at_a_time_and_tells_all_who_wait) {
  std::optional<DeadNameServer> dead{std::in_place};
  Loop loop;
  std::vector<std::string> order;
  const auto note = [&](const Lookup& result) {
    order.push_back(result.error().clause);
    if (order.size() == 3) loop.stop();
    dead.reset();
  };
  const PendingLookup early{loop, "hanging", 20ms, note, ask_the_dead};
  const PendingLookup late{loop, "hanging", 10s, note, ask_the_dead};
  const PendingLookup later{loop, "hanging", 10s, note, ask_the_dead};
  EXPECT_EQ(lookups_under_way(), 1U);
  loop.run();
  EXPECT_EQ(order, (std::vector<std::string>{"no answer about the name within 20 ms", "too late",
                                             "too late"}));
}

/// A name server that takes longer than anybody waits.
Lookup ask_the_slow(const std::string& host) {
  over->wait();
  return known_addresses(host);
}
Lookup ask_the_silent(const std::string&) { return std::unexpected{LookupError{"nothing kept"}}; }

// Else a name whose server takes longer than anybody waits would never be found.
TEST(Resolver, keeps_an_answer_that_came_too_late_for_who_asks_next) {
  {
    const DeadNameServer slow;
    EXPECT_TRUE(look_up_now("::1", 1ms, ask_the_slow).error().nobody_answered);
    Loop loop;
    {
      const PendingLookup given_up{loop, "127.0.0.1", 10s, [](const Lookup&) { FAIL(); },
                                   ask_the_slow};
    }
  }
  // Its latch is gone: who asked it again would crash.
  const auto kept = look_up_now("127.0.0.1", 10s, ask_the_slow);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->front().to_string(), "127.0.0.1");
  EXPECT_EQ(look_up_now("127.0.0.1", 10s, ask_the_silent).error().clause, "nothing kept");
}

}  // namespace
}  // namespace duckduckgoose::net

#include "net/link.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "pond.hpp"

namespace duckduckgoose::net::test {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

TEST(Link, carries_frames_both_ways_in_order) {
  Pond pond;
  const auto [ours, theirs] = pond.link();
  EXPECT_TRUE(ours->link.send("one"));
  EXPECT_TRUE(ours->link.send("two"));
  EXPECT_TRUE(theirs->link.send("three"));
  ASSERT_TRUE(pond.until([&] { return theirs->frames.size() == 2 && ours->frames.size() == 1; }));
  EXPECT_EQ(theirs->frames, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(ours->frames, std::vector<std::string>{"three"});
}

TEST(Link, knows_both_its_ends) {
  Pond pond;
  const auto [ours, theirs] = pond.link();
  EXPECT_TRUE(ours->link.dialled());
  EXPECT_FALSE(theirs->link.dialled());
  EXPECT_EQ(ours->link.remote(), "[::1]:" + std::to_string(pond.server().port()));
  EXPECT_TRUE(theirs->link.remote().starts_with("[::1]:"));
  EXPECT_EQ(pond.server().connections(), 0U) << "a link is no HTTP session any more";
}

TEST(Link, carries_one_encoding_to_many) {
  Pond pond;
  const Text text = std::make_shared<const std::string>("for all");
  for (int i = 0; i < 3; ++i) pond.link();
  for (LinkSide& side : pond.accepted) EXPECT_TRUE(side.link.send(text));
  ASSERT_TRUE(pond.until([&] {
    return std::ranges::all_of(pond.dialled, [](const auto& side) { return !side.frames.empty(); });
  }));
  for (const LinkSide& side : pond.dialled) EXPECT_EQ(side.frames.front(), "for all");
}

TEST(Link, carries_frames_up_to_its_bound_and_ends_beyond) {
  ServerOptions options;
  options.link_limits.frame_bytes_max = 70'000;
  Pond pond{options};
  const auto [ours, theirs] = pond.link();
  ours->link.send(std::string(70'000, 'x'));
  ASSERT_TRUE(pond.until([&] { return !theirs->frames.empty(); }));
  EXPECT_EQ(theirs->frames.front(), std::string(70'000, 'x'));
  ours->link.send(std::string(70'001, 'x'));
  ASSERT_TRUE(pond.until([&] { return theirs->end && ours->end; }));
  EXPECT_EQ(theirs->end, LinkEnd::frame_too_large);
  EXPECT_EQ(ours->end, LinkEnd::closed_by_peer);
  EXPECT_TRUE(ours->why.contains("1009")) << ours->why;
}

TEST(Link, ends_when_the_peer_does_not_read) {
  Pond pond;
  pond.starts_accepted = false;
  DialLimits limits;
  limits.link.queue_frames_max = 1'000'000;
  const auto [ours, theirs] = pond.link(limits);
  const Text text = std::make_shared<const std::string>(10'000, 'x');
  int sent = 0;
  while (ours->link.send(text)) ++sent;
  EXPECT_GE(sent, 100) << "the bound is 1 MiB";
  EXPECT_FALSE(ours->end) << "never from inside send()";
  EXPECT_FALSE(ours->link.open());
  EXPECT_FALSE(ours->link.send("more"));
  ASSERT_TRUE(pond.until([&] { return ours->end.has_value(); }));
  EXPECT_EQ(ours->end, LinkEnd::queue_full);
  EXPECT_FALSE(theirs->end);
}

TEST(Link, bounds_the_number_of_frames_too) {
  Pond pond;
  pond.starts_accepted = false;
  DialLimits limits;
  limits.link.queue_frames_max = 10;
  limits.link.queue_bytes_max = 1U << 30U;
  const auto [ours, theirs] = pond.link(limits);
  const Text text = std::make_shared<const std::string>(10'000'000, 'x');
  int sent = 0;
  while (ours->link.send(text)) ++sent;
  EXPECT_EQ(sent, 10);
  ASSERT_TRUE(pond.until([&] { return ours->end.has_value(); }));
  EXPECT_EQ(ours->end, LinkEnd::queue_full);
}

TEST(Link, says_goodbye_with_a_reason_after_what_is_queued) {
  Pond pond;
  const auto [ours, theirs] = pond.link();
  ours->link.send(std::string(200'000, 'x'));
  ours->link.send("last");
  ours->link.close(1001, "going away");
  EXPECT_FALSE(ours->link.send("too late"));
  ASSERT_TRUE(pond.until([&] { return ours->end && theirs->end; }));
  EXPECT_EQ(theirs->frames.size(), 2U);
  EXPECT_EQ(theirs->frames.back(), "last");
  EXPECT_EQ(theirs->end, LinkEnd::closed_by_peer);
  EXPECT_EQ(theirs->why, "closed by the peer: 1001 going away");
  EXPECT_EQ(ours->end, LinkEnd::closed_here);
}

TEST(Link, survives_both_sides_saying_goodbye) {
  Pond pond;
  const auto [ours, theirs] = pond.link();
  ours->link.close(1000, "a");
  theirs->link.close(1000, "b");
  ASSERT_TRUE(pond.until([&] { return ours->end && theirs->end; }));
  EXPECT_EQ(ours->end, LinkEnd::closed_here);
  EXPECT_EQ(theirs->end, LinkEnd::closed_here);
}

TEST(Link, waits_for_an_answer_to_its_goodbye_only_so_long) {
  Pond pond;
  pond.starts_accepted = false;
  DialLimits limits;
  limits.link.handshake_time = 50ms;
  const auto [ours, theirs] = pond.link(limits);
  ours->link.close(1000, "bye");
  ASSERT_TRUE(pond.until([&] { return ours->end.has_value(); }));
  EXPECT_EQ(ours->end, LinkEnd::closed_here);
}

TEST(Link, cuts_a_long_reason) {
  Pond pond;
  const auto [ours, theirs] = pond.link();
  ours->link.close(1008, std::string(500, 'r'));
  ASSERT_TRUE(pond.until([&] { return theirs->end.has_value(); }));
  EXPECT_EQ(theirs->why, "closed by the peer: 1008 " + std::string(123, 'r'));
}

TEST(Link, notices_a_destroyed_peer_and_tells_the_destroyer_nothing) {
  Pond pond;
  const auto [ours, theirs] = pond.link();
  ours->link = Link{};
  ASSERT_TRUE(pond.until([&] { return theirs->end.has_value(); }));
  EXPECT_EQ(theirs->end, LinkEnd::lost);
  EXPECT_FALSE(ours->end);
}

TEST(Link, may_be_destroyed_from_inside_its_own_callbacks) {
  Pond pond;
  pond.starts_accepted = false;
  const auto [ours, theirs] = pond.link();
  int frames = 0;
  theirs->link.start(
      [&, side = theirs](std::string_view) {
        ++frames;
        side->link = Link{};
      },
      [](LinkEnd, std::string_view) { FAIL(); });
  ours->link.send("one");
  ours->link.send("two");
  ASSERT_TRUE(pond.until([&] { return ours->end.has_value(); }));
  EXPECT_EQ(frames, 1);

  const auto [dialled, accepted] = pond.link();
  bool ended = false;
  accepted->link.start([](std::string_view) {},
                       [&, side = accepted](LinkEnd, std::string_view) {
                         side->link = Link{};
                         ended = true;
                         pond.changed();
                       });
  dialled->link = Link{};
  EXPECT_TRUE(pond.until([&] { return ended; }));
}

TEST(Link, answers_pings_and_so_stays_while_nothing_is_said) {
  Pond pond;
  DialLimits limits;
  limits.link.idle_time = 40ms;
  const auto [ours, theirs] = pond.link(limits);
  const Instant begin = Loop::now();
  bool passed = false;
  pond.loop.wake_at(begin + 200ms, [&] {
    passed = true;
    pond.changed();
  });
  ASSERT_TRUE(pond.until([&] { return passed || ours->end; }));
  EXPECT_FALSE(ours->end) << ours->why;
  EXPECT_TRUE(ours->link.open());
}

TEST(Link, ends_when_the_peer_is_silent) {
  Pond pond;
  pond.starts_accepted = false;  // reads nothing, and so answers no ping
  DialLimits limits;
  limits.link.idle_time = 40ms;
  const auto [ours, theirs] = pond.link(limits);
  ASSERT_TRUE(pond.until([&] { return ours->end.has_value(); }));
  EXPECT_EQ(ours->end, LinkEnd::idle);
}

// The death of a process is told by its kernel at once (DESIGN section 11), not by a time limit.
TEST(Link, notices_at_once_that_the_peer_was_killed) {
  Pond pond;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const std::string address = pond.address();
  const pid_t peer = fork();
  if (peer == 0) {
    Loop loop;
    Link link;
    const Dial dial{loop, address, {}, [&](std::expected<Link, DialError> result) {
                      link = std::move(*result);
                      link.start([](std::string_view) {}, [](LinkEnd, std::string_view) {});
                      link.send("here");
                    }};
    loop.run();
    _exit(0);
  }
  ASSERT_GT(peer, 0);
  ASSERT_TRUE(
      pond.until([&] { return !pond.accepted.empty() && !pond.accepted.front().frames.empty(); }));
  const Instant killed = Loop::now();
  kill(peer, SIGKILL);
  EXPECT_TRUE(pond.until([&] { return pond.accepted.front().end.has_value(); }));
  EXPECT_EQ(pond.accepted.front().end, LinkEnd::lost);
  EXPECT_LT(Loop::now() - killed, 2s) << "far below every time limit";
  EXPECT_EQ(waitpid(peer, nullptr, 0), peer);
}

}  // namespace
}  // namespace duckduckgoose::net::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "guard/letter.hpp"
#include "net/packets.hpp"
#include "os/descriptor.hpp"
#include "pond.hpp"

/// What a node tells its keeper, and does when that one is gone.
namespace duckduckgoose::node::testing {
namespace {

using ::testing::HasSubstr;

class KeptNode : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    node_end = ends[0];
    keeper_end = ends[1];
    Settings settings = pond.settings("a");
    settings.keeper = node_end;
    keeper = std::make_unique<net::Packets>(
        pond.loop, keeper_end,
        net::Packets::Listener{.on_packet = [this](std::string_view packet) { hear(packet); },
                               .on_end = [] {}});
    pond.start_as("a", settings);
    ASSERT_TRUE(pond.until([this] { return pond.goose() == "a"; }));
  }

  void hear(std::string_view packet) {
    const auto letter = guard::decode_letter(packet);
    ASSERT_TRUE(letter);
    letters.push_back(*letter);
    if (answers && std::holds_alternative<guard::Beat>(*letter)) say(guard::Alive{});
  }
  void say(const guard::Reply& reply) const { keeper->send(guard::encode(reply)); }

  template <class L>
  [[nodiscard]] const L* last() const {
    for (auto it = letters.rbegin(); it != letters.rend(); ++it) {
      if (const auto* letter = std::get_if<L>(&*it)) return letter;
    }
    return nullptr;
  }

  int node_end = -1;    ///< The node's own.
  int keeper_end = -1;  ///< Of `keeper`.
  Pond pond;
  std::unique_ptr<net::Packets> keeper;
  std::vector<guard::Letter> letters;
  bool answers = true;
};

TEST_F(KeptNode, beats_while_it_is_goose_and_says_until_when) {
  EXPECT_TRUE(pond.status("a").guarded);
  letters.clear();
  ASSERT_TRUE(pond.until([this] { return letters.size() >= 4; }));
  const auto* beat = last<guard::Beat>();
  ASSERT_NE(beat, nullptr);
  EXPECT_EQ(beat->promise, Duration{500ms});
  EXPECT_GT(beat->lease_end, net::Loop::now());
}

TEST_F(KeptNode, says_before_and_after_each_save_that_it_saves) {
  const auto is_saving = [](const guard::Letter& it) {
    return std::holds_alternative<guard::Saving>(it);
  };
  const auto is_saved = [](const guard::Letter& it) {
    return std::holds_alternative<guard::Saved>(it);
  };
  const auto begun = std::ranges::count_if(letters, is_saving);
  EXPECT_GT(begun, 0);
  EXPECT_EQ(std::ranges::count_if(letters, is_saved), begun);
}

// SURFACE 2: the keeper knows of a hold before the answer leaves.
TEST_F(KeptNode, tells_of_a_hold_before_it_answers) {
  const Instant before = net::Loop::now();
  const auto answer = pond.ask("a", "POST", "/hold", R"({"ms":100})");
  EXPECT_THAT(answer.body, HasSubstr(R"("held_for_ms":100)"));
  ASSERT_TRUE(pond.until([this] { return last<guard::Held>() != nullptr; }));
  EXPECT_GT(last<guard::Held>()->until, before + 100ms);
}

TEST_F(KeptNode, gives_no_hold_that_it_cannot_tell_of) {
  const Descriptor far{dup(keeper_end)};  // the line stays, and nobody reads
  const Descriptor near{dup(node_end)};
  keeper.reset();
  const std::string letter = guard::encode(guard::Letter{guard::Saved{}});
  while (send(near.get(), letter.data(), letter.size(), MSG_DONTWAIT) > 0) {
  }
  const auto answer = pond.ask("a", "POST", "/hold", R"({"ms":100})");
  EXPECT_THAT(answer.body, HasSubstr(R"("held_for_ms":0)"));
}

TEST_F(KeptNode, hands_over_what_proves_its_death_to_every_other_voter) {
  pond.start("b", {"a"});
  pond.start("c", {"a"});
  ASSERT_TRUE(pond.until([this] {
    const auto* told = last<guard::Envelopes>();
    return told != nullptr && told->voters.size() == 2;
  }));
  for (const guard::Envelope& it : last<guard::Envelopes>()->voters) {
    EXPECT_THAT(it.bytes, HasSubstr("GET /peer HTTP/1.1"));
    EXPECT_THAT(it.bytes, HasSubstr(R"("keeper":true)"));
    EXPECT_THAT(it.bytes, HasSubstr(R"("reason":"dead")"));
    EXPECT_THAT(it.bytes, HasSubstr(pond.id("a")));
  }
}

TEST_F(KeptNode, is_not_guarded_by_a_keeper_that_does_not_answer) {
  answers = false;
  ASSERT_TRUE(pond.until([this] { return !pond.status("a").guarded; }));
  EXPECT_EQ(pond.goose(), "a") << "nobody else could be";
  answers = true;
  say(guard::Alive{});
  EXPECT_TRUE(pond.until([this] { return pond.status("a").guarded; }));
}

// DESIGN 9: no answer for a quarter of the promise. The last answer may have come just before.
TEST_F(KeptNode, waits_so_long_for_an_answer) {
  answers = false;
  const Instant since = net::Loop::now();
  ASSERT_TRUE(pond.until([this] { return !pond.status("a").guarded; }));
  const Duration promise = *pond.settings("a").promise;
  EXPECT_GE(net::Loop::now() - since,
            guard::patience_with_goose(promise) - guard::beat_every(promise) / 2);
}

TEST_F(KeptNode, stops_when_its_keeper_wants_it_and_owes_nothing_then) {
  say(guard::Stop{});
  ASSERT_TRUE(pond.until([this] { return pond.ended("a").has_value(); }));
  EXPECT_EQ(pond.ended("a")->exit_code, 0);
  EXPECT_TRUE(pond.until([this] { return last<guard::Farewell>() != nullptr; }));
}

TEST_F(KeptNode, stops_when_its_keeper_is_dead) {
  keeper.reset();
  ASSERT_TRUE(pond.until([this] { return pond.ended("a").has_value(); }));
  EXPECT_EQ(pond.ended("a")->exit_code, 75);
  EXPECT_THAT(pond.log("a"), HasSubstr("its keeper is dead"));
}

}  // namespace
}  // namespace duckduckgoose::node::testing

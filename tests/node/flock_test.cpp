#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <list>
#include <set>

#include "net/dialer.hpp"
#include "node/life.hpp"
#include "pond.hpp"
#include "wire/frame.hpp"
#include "wire/ids.hpp"

/// Many ducks that only watch.
namespace duckduckgoose::node::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t flock_size = 70;
static_assert(flock_size > Engine::attentive_max, "else they are few");

/// Three voters, of which no more are made, and real observers.
class Flock : public ::testing::Test {
 protected:
  void SetUp() override {
    // All share one thread and one disk: while seventy save what they have heard, none is heard.
    Settings first = pond.settings("a");
    first.promise = 2s;
    pond.start_as("a", first);
    pond.start("b", {"a"});
    pond.start("c", {"a"});
    ASSERT_TRUE(pond.until([this] { return pond.agree() && pond.status("c").voters == 3U; }));
    ASSERT_EQ(pond.ask("a", "POST", "/settings", R"({"voters":3})").status, 200U);
    for (std::size_t i = 0; i < flock_size; ++i) {
      const std::string name = "duck" + std::to_string(i);
      Settings settings = pond.settings(name, {"a"});
      settings.leave_on_stop = true;
      pond.start_as(name, settings);
    }
    ASSERT_TRUE(pond.until([this] { return is_whole(); }, 40s));
  }

  /// All know one goose, all voters are linked to all, and nobody else votes.
  [[nodiscard]] bool is_whole() {
    const std::size_t ducks = pond.names().size() - 3;
    for (const char* voter : {"a", "b", "c"}) {
      const wire::Status status = pond.status(voter);
      if (status.voters_connected != 3U || status.observers != ducks) return false;
    }
    return pond.agree() && pond.status(pond.goose()).voters == 3U;
  }

  Pond pond;
};

TEST_F(Flock, hears_of_each_goose_however_the_one_before_has_ended) {
  for (const bool is_planned : {true, false}) {
    const std::string old = pond.goose();
    const auto term = pond.status(old).term;
    if (is_planned) {
      pond.stop(old);
    } else {
      pond.kill(old);
    }
    ASSERT_TRUE(pond.until([&] { return pond.agree(); })) << "a duck is left behind";
    EXPECT_GT(pond.status("duck0").term, term);
    pond.restart(old);
    ASSERT_TRUE(pond.until([this] { return is_whole(); }));
  }
}

TEST_F(Flock, has_voters_for_who_wants_more) {
  ASSERT_LE(pond.ask("b", "POST", "/settings", R"({"voters":5})").status, 202U);
  EXPECT_TRUE(pond.until([this] { return pond.agree() && pond.status("b").voters == 5U; }, 40s));
}

TEST_F(Flock, is_forgotten_when_it_has_gone) {
  for (std::size_t i = 0; i < flock_size; i += 2) pond.kill("duck" + std::to_string(i));
  ASSERT_TRUE(pond.until([this] { return is_whole(); }));
  EXPECT_EQ(pond.status("b").observers, flock_size / 2);
}

// An autoscaling group that is scaled in: more leave at once than are removed at a time.
TEST_F(Flock, leaves_at_once_and_leaves_nobody_behind) {
  static_assert(flock_size > Engine::removals_max);
  for (std::size_t i = 0; i < flock_size; ++i) pond["duck" + std::to_string(i)].stop();
  for (std::size_t i = 0; i < flock_size; ++i) {
    const std::string name = "duck" + std::to_string(i);
    ASSERT_TRUE(pond.until([&] { return pond.ended(name).has_value(); }, 40s)) << name;
    // A busy machine may need longer than they ask for: then the answer is another one.
    EXPECT_THAT(pond.log(name), Not(HasSubstr("stays a member: Too many removals")));
  }
}

/// Ducks that take no more than a link to one node: all that costs a node.
class ToldDucks {
 public:
  ToldDucks(Pond& pond, const std::string& name, std::size_t count) : pond_{pond} {
    for (std::size_t i = 0; i < count; ++i) join(pond[name].address());
  }

  /// How many have been told who leads, or, with `vacant`, that nobody does.
  [[nodiscard]] auto told(bool vacant = false) const {
    return std::ranges::count_if(ducks_, vacant ? &Duck::knows_vacancy : &Duck::knows_goose);
  }

 private:
  struct Duck {
    net::Dial dial;
    net::Link link;
    bool knows_goose = false;
    bool knows_vacancy = false;
  };

  void join(const std::string& address) {
    Duck& duck = ducks_.emplace_back();
    duck.dial = net::Dial{pond_.loop, address, net::DialLimits{},
                          [&duck](std::expected<net::Link, net::DialError> done) {
                            ASSERT_TRUE(done) << done.error().text;
                            duck.link = std::move(*done);
                            duck.link.start([&duck](std::string_view text) { hear(duck, text); },
                                            [](net::LinkEnd, std::string_view) {});
                          }};
  }

  static void hear(Duck& duck, std::string_view text) {
    const auto frame = wire::decode_frame(text);
    if (const auto* message = frame ? std::get_if<wire::Unbound>(&*frame) : nullptr) {
      const auto* const notice = std::get_if<Notice>(&message->body);
      if (notice != nullptr) (notice->leader ? duck.knows_goose : duck.knows_vacancy) = true;
    }
    const auto* const theirs = frame ? std::get_if<wire::Hello>(&*frame) : nullptr;
    if (theirs == nullptr) return;
    static std::uint64_t last_id = 1000;  // never twice: who has gone stays gone
    wire::Hello hello = *theirs;
    hello.incarnation = {.id = NodeId{++last_id}, .starts = 1, .nonce = 5};
    hello.saves = 1;
    hello.address = "localhost:" + std::to_string(hello.incarnation.id.value % 60'000 + 1);
    duck.link.send(wire::encode(hello));
  }

  Pond& pond_;
  std::list<Duck> ducks_;
};

class ManyDucks : public ::testing::Test {
 protected:
  void SetUp() override { pond.found({"a"}, 1); }

  void await_ducks(std::size_t count) {
    ASSERT_TRUE(pond.until([&] { return pond.status("a").observers == count; }));
  }

  Pond pond;
};

// Else they would not know before the next notice, which comes once a promise.
TEST(ToldDucks, hear_who_leads_as_soon_as_they_are_linked) {
  Pond pond;
  Settings patient = pond.settings("a");
  patient.promise = 60s;
  pond.start_as("a", patient);
  ASSERT_TRUE(pond.until([&] { return pond.goose() == "a"; }));
  const ToldDucks ducks{pond, "a", 2 * Raft::observers_in_rounds_max};
  EXPECT_TRUE(pond.until([&] { return ducks.told() == 2 * Raft::observers_in_rounds_max; }, 10s));
}

// Who has handed over is in no hurry to say that nobody leads: mostly somebody does at once.
TEST(ToldDucks, are_not_troubled_with_a_vacancy_that_is_filled_at_once) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  constexpr int tries = 10;  // on a busy machine it may last
  int untroubled = 0;
  for (int i = 0; i < tries && untroubled == 0; ++i) {
    const ToldDucks ducks{pond, pond.goose(), 20};
    ASSERT_TRUE(pond.until([&] { return ducks.told() == 20; }));
    ASSERT_EQ(pond.ask("a", "POST", "/handover", "{}").status, 200U);
    pond.run_for(2 * Life::vacancy_time);
    if (ducks.told(true) == 0) ++untroubled;
    ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  }
  EXPECT_EQ(untroubled, 1);
}

TEST(ToldDucks, hear_that_nobody_follows) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const ToldDucks ducks{pond, "a", 20};
  ASSERT_TRUE(pond.until([&] { return ducks.told() == 20; }));
  pond["b"].cut_off(true);
  pond["c"].cut_off(true);
  pond["a"].stop();
  // Those that get rounds hear its Release instead.
  EXPECT_TRUE(pond.until(
      [&] { return ducks.told(true) >= 20 - static_cast<int>(Raft::observers_in_rounds_max); }));
}

TEST_F(ManyDucks, are_listed_page_by_page_each_once) {
  const ToldDucks ducks{pond, "a", 100};
  await_ducks(100);
  std::vector<std::string> ids;
  std::string next;
  int pages = 0;
  do {
    const auto page = wire::parse_members(pond.ask("a", "GET", "/members?limit=30" + next).body);
    ASSERT_TRUE(page) << page.error().reason;
    EXPECT_LE(page->members.size(), 30U);
    for (const wire::MemberStatus& it : page->members) ids.push_back(wire::to_text(it.id));
    next = page->next ? "&after=" + wire::to_text(*page->next) : std::string{};
    ++pages;
  } while (!next.empty() && pages < 10);
  EXPECT_EQ(pages, 4);
  EXPECT_EQ(ids.size(), 101U);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_TRUE(std::ranges::binary_search(ids, pond.id("a"))) << "with itself";
  const auto last = wire::parse_members(pond.ask("a", "GET", "/members?after=" + ids.back()).body);
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->members.empty());
  EXPECT_FALSE(last->next);
}

TEST_F(ManyDucks, do_not_make_status_longer) {
  const ToldDucks some{pond, "a", wire::Status::observers_shown_max};
  await_ducks(wire::Status::observers_shown_max);
  const std::size_t before = pond.ask("a", "GET", "/status").body.size();
  const ToldDucks more{pond, "a", 200};
  await_ducks(wire::Status::observers_shown_max + 200);
  const auto status = wire::parse_status(pond.ask("a", "GET", "/status").body);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->members.size(), 1 + wire::Status::observers_shown_max);
  EXPECT_EQ(status->peers.size(), wire::Status::observers_shown_max);
  constexpr std::size_t longer_numbers = 200;
  EXPECT_LE(pond.ask("a", "GET", "/status").body.size(), before + longer_numbers);
}

// Names of those that were there are kept, up to Book::entries_max; nothing else of them is.
TEST_F(ManyDucks, that_come_and_go_leave_little_behind) {
  const auto come_and_go = [this] {
    const ToldDucks ducks{pond, "a", 100};
    await_ducks(100);
  };
  const auto in_use = [this] {
    await_ducks(0);
    return mallinfo2().uordblks;
  };
  come_and_go();
  const std::size_t before = in_use();
  constexpr std::size_t times = 5;
  for (std::size_t i = 0; i < times; ++i) come_and_go();
  constexpr std::size_t bytes_of_a_name = 1024;
  EXPECT_LT(in_use(), before + times * 100 * bytes_of_a_name);
}

}  // namespace
}  // namespace duckduckgoose::node::testing

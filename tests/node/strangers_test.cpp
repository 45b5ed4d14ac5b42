#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "net/dialer.hpp"
#include "pond.hpp"
#include "wire/frame.hpp"
#include "wire/ids.hpp"

/// Peers that are not what they should be.
namespace duckduckgoose::node::testing {
namespace {

using ::testing::HasSubstr;

/// Dials a node and says what it likes.
class Stranger {
 public:
  Stranger(Pond& pond, const std::string& name) : pond_{pond} {
    dial_ = net::Dial{pond.loop, pond[name].address(), net::DialLimits{},
                      [this](std::expected<net::Link, net::DialError> done) {
                        ASSERT_TRUE(done) << done.error().text;
                        link_ = std::move(*done);
                        link_.start([this](std::string_view text) { heard_.emplace_back(text); },
                                    [this](net::LinkEnd, std::string_view text) { end_ = text; });
                      }};
    EXPECT_TRUE(pond.until([this] { return !heard_.empty(); })) << "no hello";
  }

  void say(std::string frame) { link_.send(std::move(frame)); }
  /// Why the node ended the link.
  [[nodiscard]] std::string end() {
    EXPECT_TRUE(pond_.until([this] { return end_.has_value(); })) << "the link lives on";
    return end_.value_or("");
  }
  [[nodiscard]] bool hears(const std::string& text) {
    return pond_.until([&] { return has_heard(text); }, 5s);
  }
  [[nodiscard]] bool has_heard(const std::string& text) const {
    return std::ranges::any_of(heard_, [&](const auto& it) { return it.contains(text); });
  }
  [[nodiscard]] bool is_linked() const { return !end_; }
  [[nodiscard]] wire::Hello theirs() const {
    return std::get<wire::Hello>(*wire::decode_frame(heard_.front()));
  }

 private:
  Pond& pond_;
  net::Dial dial_;
  net::Link link_;
  std::vector<std::string> heard_;
  std::optional<std::string> end_;
};

wire::Hello member_of(const wire::Hello& theirs) {
  wire::Hello hello = theirs;
  hello.incarnation = {.id = NodeId{77}, .starts = 1, .nonce = 5};
  hello.saves = 1;
  hello.address = "localhost:9";
  hello.to.reset();
  return hello;
}

TEST(Strangers, a_malformed_frame_costs_the_link_and_nothing_else) {
  Pond pond;
  pond.found({"a"}, 1);
  const auto token = pond.status("a").token;
  for (const char* frame : {"", "{", "[]", "nonsense", R"({"type":5})", R"({"type":"hello"})"}) {
    Stranger stranger{pond, "a"};
    stranger.say(frame);
    EXPECT_THAT(stranger.end(), HasSubstr("1007")) << frame;
  }
  Stranger stranger{pond, "a"};
  stranger.say(wire::encode(member_of(stranger.theirs())));
  ASSERT_TRUE(pond.until([&] { return pond.status("a").observers == 1U; }));
  stranger.say("{\"type\":\"heartbeat\"}");
  EXPECT_THAT(stranger.end(), HasSubstr("1007"));
  EXPECT_EQ(pond.goose(), "a");
  EXPECT_EQ(pond.status("a").token, token);
}

// Section 7: unknown frame types are counted and answered.
TEST(Strangers, an_unknown_frame_is_answered_and_the_link_lives_on) {
  Pond pond;
  pond.found({"a"}, 1);
  Stranger stranger{pond, "a"};
  stranger.say(wire::encode(member_of(stranger.theirs())));
  stranger.say(R"({"type":"from_the_future","what":[1,2,3]})");
  EXPECT_TRUE(stranger.hears("from_the_future"));
  EXPECT_TRUE(stranger.is_linked());
}

// Each life of a caller counts its calls anew.
TEST(Strangers, get_no_answer_to_what_an_earlier_life_of_theirs_has_asked) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond.kill("c");
  const std::string needed = "/members/" + wire::to_text(pond["b"].id());
  Stranger first{pond, "a"};
  wire::Hello hello = member_of(first.theirs());
  first.say(wire::encode(hello));
  first.say(wire::encode(wire::Call{1, "DELETE", needed, {}}));
  ASSERT_TRUE(pond.until([&] { return pond.status("a").observers == 1U; }));
  Stranger second{pond, "a"};
  ++hello.incarnation.starts;
  hello.saves = 2;
  second.say(wire::encode(hello));
  second.say(wire::encode(wire::Call{2, "DELETE", needed, {}}));
  EXPECT_TRUE(second.hears(R"("type":"reply","id":2)"));
  EXPECT_FALSE(second.has_heard(R"("type":"reply","id":1)"));
}

// Whoever is newer and is fresh learns that it spoke of something new, and goes on.
TEST(Strangers, that_do_not_know_a_frame_may_say_so_on_any_link) {
  Pond pond;
  pond.found({"a"}, 1);
  Stranger stranger{pond, "a"};
  wire::Hello fresh = member_of(stranger.theirs());
  fresh.cluster_id.reset();
  stranger.say(wire::encode(fresh));
  ASSERT_TRUE(stranger.hears("welcome"));
  stranger.say(wire::encode(wire::Unsupported{"gossip"}));
  stranger.say(R"({"type":"from_the_future"})");
  EXPECT_TRUE(stranger.hears("from_the_future"));
  EXPECT_TRUE(stranger.is_linked());
}

TEST(Strangers, must_say_hello_first_and_once) {
  Pond pond;
  pond.found({"a"}, 1);
  Stranger silent{pond, "a"};
  silent.say(wire::encode(wire::Invite{"localhost:9"}));
  EXPECT_THAT(silent.end(), HasSubstr("first frame must be a hello"));
  Stranger twice{pond, "a"};
  twice.say(wire::encode(member_of(twice.theirs())));
  twice.say(wire::encode(member_of(twice.theirs())));
  EXPECT_THAT(twice.end(), HasSubstr("second hello"));
}

// It has said that it is fresh: who was told so would not speak with it as with a member.
TEST(Strangers, that_were_greeted_before_it_joined_are_not_linked) {
  Pond pond;
  pond.found({"a"}, 1);
  const std::string address = pond["a"].address();
  const wire::Hello member = member_of(Stranger{pond, "a"}.theirs());
  pond.kill("a");
  pond.start("b", {address});
  Stranger early{pond, "b"};
  EXPECT_FALSE(early.theirs().cluster_id);
  pond.restart("a");
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  early.say(wire::encode(member));
  EXPECT_THAT(early.end(), HasSubstr("this node has joined meanwhile"));
}

TEST(Strangers, of_another_cluster_are_refused_with_a_reason) {
  Pond pond;
  pond.found({"a"}, 1);
  Stranger stranger{pond, "a"};
  wire::Hello hello = member_of(stranger.theirs());
  hello.cluster_id = ClusterId{99};
  stranger.say(wire::encode(hello));
  EXPECT_THAT(stranger.end(), HasSubstr("this node is in cluster default"));
  EXPECT_THAT(pond.log("a"), HasSubstr("it is in cluster default (0000000000000063)"));
}

TEST(Strangers, of_no_common_protocol_are_told_both) {
  Pond pond;
  pond.found({"a"}, 1);
  Stranger stranger{pond, "a"};
  wire::Hello hello = member_of(stranger.theirs());
  hello.protocol = {.min = 8, .max = 9};
  stranger.say(wire::encode(hello));
  EXPECT_THAT(stranger.end(), HasSubstr("9"));
}

Message proof_of(const wire::Hello& keeper, NodeId to) {
  return {.cluster = *keeper.cluster_id,
          .from = keeper.incarnation,
          .to = to,
          .saves = 1,
          .term = {},
          .stamp = {},
          .config = {},
          .body = Release{keeper.incarnation, {}, ReleaseReason::dead, std::nullopt}};
}

// Section 5.8. The incarnation of the hello is not judged: the node itself may still be linked.
TEST(Strangers, that_are_keepers_are_heard_and_told_so) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  const std::string goose = pond.goose();
  const std::string duck = goose == "a" ? "b" : "a";
  Stranger to_goose{pond, goose};
  wire::Hello keeper = to_goose.theirs();
  keeper.keeper = true;
  keeper.to = pond[duck].id();
  Stranger keeper_of_goose{pond, duck};
  keeper_of_goose.say(wire::encode(keeper));
  keeper_of_goose.say(wire::encode(proof_of(keeper, pond[duck].id())));
  EXPECT_THAT(keeper_of_goose.end(), HasSubstr("the proof is taken"));
  EXPECT_TRUE(pond.until([&] { return pond.status(duck).cause_code == "proof_of_death"; }));
}

TEST(Strangers, that_are_keepers_say_nothing_but_their_proof) {
  Pond pond;
  pond.found({"a"}, 1);
  Stranger stranger{pond, "a"};
  wire::Hello keeper = member_of(stranger.theirs());
  keeper.keeper = true;
  stranger.say(wire::encode(keeper));
  Message message = proof_of(keeper, pond["a"].id());
  message.body = VoteReply{};
  stranger.say(wire::encode(message));
  EXPECT_THAT(stranger.end(), HasSubstr("only that its node is dead"));
}

// P1 stays: a peer must not be able to burn the terms.
TEST(Strangers, cannot_burn_the_terms) {
  Pond pond;
  pond.found({"a"}, 1);
  const auto term = pond.status("a").term;
  Stranger stranger{pond, "a"};
  const wire::Hello hello = member_of(stranger.theirs());
  stranger.say(wire::encode(hello));
  Message message{.cluster = *hello.cluster_id,
                  .from = hello.incarnation,
                  .to = pond["a"].id(),
                  .saves = 1,
                  .term = Term{1'000'000'000'000},
                  .stamp = {},
                  .config = {},
                  .body = VoteReply{}};
  stranger.say(wire::encode(message));
  EXPECT_TRUE(stranger.hears("term_jump"));
  EXPECT_EQ(pond.status("a").term, term);
}

// F8, rule 9: two clusters of one name say so and do not merge.
TEST(Strangers, a_voter_whose_place_another_cluster_took_is_named) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  Settings place = pond.settings("other");
  place.port = pond["c"].port();
  pond.kill("c");
  pond.start_as("other", place);
  pond.kill("b");
  ASSERT_TRUE(pond.until([&] { return pond.status("a").cause_code == "foreign_cluster"; }));
  EXPECT_THAT(pond.status("a").cause, HasSubstr("another cluster"));
  EXPECT_EQ(pond.status("other").mode, wire::Mode::goose);
}

// The others look for the old id there, with growing waits, until it is replaced.
TEST(Strangers, a_voter_that_lost_its_disk_is_not_dialled_all_the_time) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  Settings place = pond.settings("new", {"a"});
  place.port = pond["c"].port();
  pond.kill("c");
  pond.start_as("new", place);
  ASSERT_TRUE(pond.until([&] { return pond.status("a").observers == 1U; }));
  pond.run_for(1500ms);
  // Each line says how many were swallowed before it.
  const std::string& log = pond.log("new");
  int refused = 0;
  const std::string refusal = "it looks for node";
  for (auto at = log.find(refusal); at != std::string::npos; at = log.find(refusal, at + 1)) {
    ++refused;
    const auto count = log.find(" (", at);
    if (count != std::string::npos && count < log.find('\n', at)) {
      refused += std::stoi(log.substr(count + 2));
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 40);
}

/// Of the data of one of three, which goes on.
void copy(Pond& pond, const std::string& of, const std::string& to) {
  pond.kill(of);
  pond.folder.copy(of, to);
  pond.restart(of);
  ASSERT_TRUE(pond.until([&] { return pond.agree() && pond.status(of).voters_connected == 3U; }));
}

// Rule 9: two processes on copies of one data directory. Both sides say so.
TEST(Strangers, a_clone_is_refused_and_both_say_so) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  copy(pond, "c", "clone");
  pond.start("clone");
  const std::string text = "copies of one data directory";
  ASSERT_TRUE(pond.until([&] {
    return pond.log("clone").contains("refuses this node: two processes run on " + text) ||
           pond.log("clone").contains(text);
  }));
  ASSERT_TRUE(pond.until([&] { return pond.log("a").contains(text); }));
  EXPECT_EQ(pond.goose(), "a");
  EXPECT_NE(pond.status("clone").mode, wire::Mode::goose);
  // Who is not heard is not there either: nobody else may fail now.
  ASSERT_TRUE(pond.until([&] { return pond.status("a").voters_connected == 2U; }));
  ASSERT_TRUE(pond.until([&] { return pond.status("c").cause.contains(text); }));
}

TEST(Strangers, a_refused_clone_of_the_goose_is_not_where_the_goose_is) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  copy(pond, "a", "clone");
  const std::string to_a = R"({"to":")" + wire::to_text(pond["a"].id()) + R"("})";
  ASSERT_EQ(pond.ask("b", "POST", "/handover", to_a).status, 200U);
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  pond.start("clone");
  ASSERT_TRUE(pond.until([&] { return pond.log("b").contains("copies of one data directory"); }));
  EXPECT_EQ(pond.status("b").goose->address, pond["a"].address());
}

// Rule 9: a data directory restored from an old copy is noticed by the peers, who know better.
TEST(Strangers, an_old_copy_of_the_data_is_refused) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond.stop("c");
  pond.folder.copy("c", "copy");
  pond.restart("c");
  ASSERT_TRUE(pond.until([&] { return pond.agree() && pond.status("a").voters_connected == 3U; }));
  for (int i = 0; i < 4; ++i) {  // each makes a new term, which "c" saves
    ASSERT_EQ(pond.ask("b", "POST", "/handover", "{}").status, 200U);
  }
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  const auto term = pond.status("c").term;
  pond.kill("c");
  pond.start_as("old", pond.settings("copy"));
  pond.kill("old");
  pond.restart("old");  // its starts go beyond what was seen, its saves do not
  ASSERT_TRUE(pond.until(
      [&] { return pond.log("old").contains("refuses this node: an old copy of the data"); }));
  ASSERT_TRUE(pond.until([&] { return pond.goose() == "a" || pond.goose() == "b"; }));
  EXPECT_GE(pond.status(pond.goose()).term->value, term->value);
}

}  // namespace
}  // namespace duckduckgoose::node::testing

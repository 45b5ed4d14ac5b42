#include "node/peers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <utility>
#include <vector>

#include "linked_server.hpp"
#include "net/dialer.hpp"
#include "wire/frame.hpp"

namespace duckduckgoose::node::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr ClusterId cluster{7};
constexpr Incarnation me{.id = NodeId{1}, .starts = 1, .nonce = 9};

wire::Hello hello_of(NodeId id, std::uint64_t starts = 1) {
  wire::Hello hello;
  hello.version = "0.1.0";
  hello.cluster_id = cluster;
  hello.incarnation = {.id = id, .starts = starts, .nonce = 9};
  hello.saves = 1;
  hello.address = "localhost:9";
  return hello;
}

/// A node that takes everybody and thinks nothing of it.
class Anybody final : public PeersOwner {
 public:
  [[nodiscard]] NodeId id() const override { return me.id; }
  [[nodiscard]] bool is_fresh() const override { return false; }
  [[nodiscard]] wire::Hello hello() const override { return hello_of(me.id); }
  [[nodiscard]] wire::Welcome welcome() const override { return {}; }
  [[nodiscard]] std::optional<Refusal> link_up(const wire::Hello& /*theirs*/) override {
    return std::nullopt;
  }
  [[nodiscard]] Message rejection(NodeId /*to*/, Refusal /*why*/) const override { return {}; }
  void met_at(NodeId who, const std::string& remote) override { met.emplace_back(who, remote); }
  void link_down(NodeId /*who*/) override {}
  void received(Message /*message*/) override {}
  void called(NodeId /*who*/, const wire::Call& /*call*/) override {}
  void invited(const std::string& /*address*/) override {}
  void introduced(const std::string& /*address*/) override {}
  void answered(NodeId /*looked_for*/, const wire::Hello& /*theirs*/) override {}
  void met_fresh(NodeId /*who*/) override {}
  void troubled(const std::string& /*who*/, const std::string& /*what*/) override {}
  void met_foreign(const std::string& /*who*/, const wire::Hello& /*theirs*/) override {}

  std::vector<std::pair<NodeId, std::string>> met;
};

/// The links of one node, and others that dial it.
class PeersOfOne : public ::testing::Test {
 protected:
  struct Other {
    net::Dial dial;
    net::Link link;
    std::vector<std::string> heard;
    std::string end;
    bool is_over = false;
  };

  void SetUp() override {
    server = serve_links(loop, [this](net::Link link) { peers.accept(std::move(link)); });
    ASSERT_TRUE(server);
  }

  /// Dials; says hello, if it has an id.
  Other& join(std::optional<NodeId> id, std::uint64_t starts = 1) {
    Other& other = others.emplace_back();
    other.dial = net::Dial{
        loop, "localhost:" + std::to_string(server->port()), net::DialLimits{},
        [&other, id, starts](std::expected<net::Link, net::DialError> done) {
          ASSERT_TRUE(done) << done.error().text;
          other.link = std::move(*done);
          other.link.start([&other](std::string_view text) { other.heard.emplace_back(text); },
                           [&other](net::LinkEnd, std::string_view text) {
                             other.end = text;
                             other.is_over = true;
                           });
          if (id) other.link.send(wire::encode(hello_of(*id, starts)));
        }};
    return other;
  }

  /// Lets the loop run until `holds`; false: not in 20 s.
  bool until(const std::function<bool()>& holds) {
    const Instant end = net::Loop::now() + 20s;
    bool held = false;
    std::function<void()> look = [&] {
      held = holds();
      if (held || net::Loop::now() >= end) return loop.stop();
      loop.wake_at(net::Loop::now() + 1ms, [&look] { look(); });
    };
    look();
    if (!held) loop.run();
    return held;
  }

  net::Loop loop;
  Anybody owner;
  static constexpr std::size_t links_borne = 100;
  Peers peers{loop, owner, 1, links_borne};
  std::optional<net::Server> server;
  std::list<Other> others;
};

Message notice() {
  return {.cluster = cluster,
          .from = me,
          .to = {},
          .saves = 1,
          .term = Term{1},
          .stamp = {},
          .config = Configuration{},
          .body = Notice{.leader = me, .cause = {}}};
}

TEST_F(PeersOfOne, encode_what_goes_to_many_once) {
  constexpr std::size_t ducks = 50;
  for (std::size_t i = 0; i < ducks; ++i) join(NodeId{100 + i});
  ASSERT_TRUE(until([&] { return peers.size() == ducks; }));
  ASSERT_EQ(peers.counts().encoded_messages, 0U);
  peers.send_to_others(notice(), {NodeId{100}, NodeId{101}});
  EXPECT_EQ(peers.counts().encoded_messages, 1U);
  const auto has_heard = [](const Other& it) { return it.heard.size() == 2; };  // after the hello
  ASSERT_TRUE(until([&] { return std::ranges::count_if(others, has_heard) == ducks - 2; }));
  EXPECT_FALSE(has_heard(others.front())) << "it is among those that hear of it otherwise";
  for (const Other& it : others) {
    if (!has_heard(it)) continue;
    EXPECT_EQ(it.heard.back(), wire::encode(notice()));
  }
  peers.send_to_others(notice(), peers.ids());
  EXPECT_EQ(peers.counts().encoded_messages, 1U) << "there was nobody to tell";
}

TEST_F(PeersOfOne, are_so_many_at_most_but_for_those_that_it_needs_itself) {
  for (std::size_t i = 0; i < links_borne; ++i) join(NodeId{100 + i});
  ASSERT_TRUE(until([&] { return peers.size() == links_borne; }));
  const Other& one_more = join(NodeId{1000});
  ASSERT_TRUE(until([&] { return one_more.is_over; }));
  peers.set_goals({{.address = "localhost:1", .id = NodeId{1001}}}, Duration{0});
  join(NodeId{1001});
  EXPECT_TRUE(until([&] { return peers.has(NodeId{1001}); }));
  const Other& again = join(NodeId{100});
  EXPECT_TRUE(until([&] { return others.front().is_over; })) << "the other link is used";
  EXPECT_FALSE(again.is_over);
  EXPECT_FALSE(peers.has(NodeId{1000}));
}

TEST_F(PeersOfOne, bear_only_so_many_strangers) {
  constexpr std::size_t beyond = 5;
  for (std::size_t i = 0; i < Peers::strangers_max + beyond; ++i) join(std::nullopt);
  const auto are_over = [&] { return std::ranges::count(others, true, &Other::is_over); };
  ASSERT_TRUE(until([&] { return are_over() == beyond; }));
  EXPECT_EQ(peers.counts().refused_links, beyond);
  const auto was_told = [](const Other& it) {
    return it.end.contains("as many links as it bears");
  };
  EXPECT_EQ(std::ranges::count_if(others, was_told), beyond);
  others.front().link.send(wire::encode(hello_of(NodeId{100})));
  ASSERT_TRUE(until([&] { return peers.size() == 1; }));
  join(NodeId{101});
  EXPECT_TRUE(until([&] { return peers.size() == 2; })) << "a place is free again";
}

TEST_F(PeersOfOne, answer_no_call_to_a_life_that_is_over) {
  join(NodeId{100});
  ASSERT_TRUE(until([&] { return peers.has(NodeId{100}); }));
  std::optional<bool> was_answered;
  ASSERT_TRUE(peers.call(NodeId{100}, "GET", "/status", {}, [&](std::optional<wire::Reply> reply) {
    was_answered = reply.has_value();
  }));
  join(NodeId{100}, 2);
  ASSERT_TRUE(until([&] { return was_answered.has_value(); }));
  EXPECT_FALSE(*was_answered);
  EXPECT_EQ(owner.met.size(), 2U) << "each life is somewhere";
}

/// Another node that can be dialled.
struct Elsewhere {
  Elsewhere(net::Loop& loop, NodeId id)
      : server{serve_links(loop, [this, id](net::Link taken) {
          link = std::move(taken);
          link.start([](std::string_view) {},
                     [this](net::LinkEnd, std::string_view) { is_over = true; });
          link.send(wire::encode(hello_of(id)));
        })} {}
  [[nodiscard]] std::string address() const {
    return "localhost:" + std::to_string(server->port());
  }
  net::Link link;
  bool is_over = false;
  std::optional<net::Server> server;
};

TEST_F(PeersOfOne, are_met_where_they_listen_if_they_were_dialled) {
  const Elsewhere two{loop, NodeId{2}};
  join(NodeId{2});
  ASSERT_TRUE(until([&] { return peers.has(NodeId{2}); }));
  peers.set_goals({{two.address(), std::nullopt}}, Duration{0});
  ASSERT_TRUE(until([&] { return owner.met.size() == 2; })) << "by the second link, too";
  EXPECT_THAT(owner.met.back().second, HasSubstr(":" + std::to_string(two.server->port())));
}

// Each search for a lost goose would leave two observers linked to each other for ever.
TEST_F(PeersOfOne, that_were_met_in_a_search_are_left_by_an_observer_when_it_is_over) {
  const Elsewhere two{loop, NodeId{2}};
  const Elsewhere three{loop, NodeId{3}};
  peers.set_goals({{two.address(), std::nullopt}, {three.address(), std::nullopt}}, 2ms);
  ASSERT_TRUE(until([&] { return peers.size() == 2; }));
  peers.set_goals({{two.address(), NodeId{2}}}, 2ms);
  ASSERT_TRUE(until([&] { return three.is_over; }));
  EXPECT_FALSE(two.is_over) << "it is the one that was searched for";
}

}  // namespace
}  // namespace duckduckgoose::node::testing

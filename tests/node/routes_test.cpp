#include "node/routes.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "linked_server.hpp"

namespace duckduckgoose::node::testing {
namespace {

using namespace std::chrono_literals;

/// One goal, which answers, and the links that were dialled to it.
class OneRoute : public ::testing::Test {
 protected:
  void SetUp() override {
    server = serve_links(loop, [this](net::Link link) { accepted.push_back(std::move(link)); });
    ASSERT_TRUE(server);
    goal = {.address = "localhost:" + std::to_string(server->port()), .id = NodeId{2}};
    reach();
    routes.bound(goal, NodeId{2});
  }

  /// Dials where it should, until a link is there.
  void reach(Duration patience = {}) {
    const std::size_t before = dialled.size();
    routes.set(
        {goal}, [](NodeId) { return false; }, patience);
    const auto limit = loop.wake_at(net::Loop::now() + 20s, [this] { loop.stop(); });
    loop.run();
    loop.cancel(limit);
    ASSERT_EQ(dialled.size(), before + 1);
  }

  net::Loop loop;
  std::optional<net::Server> server;
  std::vector<net::Link> accepted;
  std::vector<net::Link> dialled;
  Routes routes{loop, 1, [this](net::Link link, const Goal&) {
                  dialled.push_back(std::move(link));
                  loop.stop();
                }};
  Goal goal;
};

TEST_F(OneRoute, that_ends_is_dialled_again_after_a_while_by_who_is_in_no_hurry) {
  const Instant lost_at = net::Loop::now();
  routes.lost(NodeId{2}, Routes::settled_after, "lost", 400ms);
  reach();
  EXPECT_GE(net::Loop::now() - lost_at, 200ms);
}

// A thousand observers that search for a lost goose would dial in the same moment.
TEST_F(OneRoute, to_an_address_alone_is_not_dialled_at_once_by_who_is_in_no_hurry) {
  goal.id.reset();
  const Instant new_at = net::Loop::now();
  reach(400ms);
  EXPECT_GE(net::Loop::now() - new_at, 200ms);
}

TEST_F(OneRoute, that_ends_at_once_is_dialled_again_with_growing_waits_in_any_case) {
  const Instant lost_at = net::Loop::now();
  routes.lost(NodeId{2}, Routes::settled_after / 2, "lost", Duration{0});
  reach();
  EXPECT_GE(net::Loop::now() - lost_at, net::Redial::wait_min / 2);
}

TEST_F(OneRoute, that_ends_is_dialled_again_at_once_by_who_is_in_a_hurry) {
  constexpr int tries = 10;  // on a busy machine a dial may last as long as the shortest wait
  bool was_at_once = false;
  for (int i = 0; i < tries && !was_at_once; ++i) {
    const Instant lost_at = net::Loop::now();
    routes.lost(NodeId{2}, Routes::settled_after, "lost", Duration{0});
    reach();
    was_at_once = net::Loop::now() - lost_at < net::Redial::wait_min / 2;
    routes.bound(goal, NodeId{2});
  }
  EXPECT_TRUE(was_at_once);
}

}  // namespace
}  // namespace duckduckgoose::node::testing

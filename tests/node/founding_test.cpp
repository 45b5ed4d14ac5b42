#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pond.hpp"
#include "store/directory.hpp"
#include "store/fresh.hpp"
#include "store/system_files.hpp"
#include "wire/ids.hpp"

/// Nodes that found a cluster together, and what becomes of a cluster that nobody can lead: F3, F4.
namespace duckduckgoose::node::testing {
namespace {

using ::testing::HasSubstr;

struct Founding : ::testing::Test {
  /// Settings of three nodes that are to found a cluster, by name; nothing runs.
  std::map<std::string, Settings> three() {
    std::map<std::string, Settings> all;
    std::vector<std::string> join;
    for (const std::string name : {"a", "b", "c"}) {
      all[name] = pond.settings(name);
      // A port that stays the same: it is free now.
      pond.start_as(name, all[name]);
      all[name].port = pond[name].port();
      join.push_back("localhost:" + std::to_string(all[name].port));
      pond.kill(name);
      all[name].data = pond.folder.path(name + " again");
    }
    for (auto& [name, settings] : all) {
      settings.join = join;
      settings.expect = 3;
    }
    return all;
  }

  /// Writes a record of a cluster of `voters`, whose node is the first of them or `id`.
  static Record write(const Settings& settings, NodeId id, Stamp stamp,
                      const std::vector<Member>& voters, Duration promise_max = {}) {
    store::SystemFiles files;
    auto directory = store::Directory::open(files, settings.data);
    EXPECT_TRUE(directory->load());
    Record record = *store::fresh_record("default", true, net::Loop::unix_ms());
    record.node.id = id;
    record.saves = 1;
    record.promise_max = promise_max;
    record.cluster.id = ClusterId{4711};
    record.term = stamp.term;
    record.config.stamp = stamp;
    record.config.token_base = record.node.born;
    for (const Member& it : voters) record.config.add(it);
    EXPECT_TRUE(directory->save(record));
    return record;
  }

  Pond pond;
};

TEST_F(Founding, makes_one_cluster_of_three) {
  for (const auto& [name, settings] : three()) pond.start_as(name, settings);
  ASSERT_TRUE(pond.until([this] { return pond.agree() && pond.status("a").voters == 3U; }));
  EXPECT_EQ(pond.status("a").cluster_id, pond.status("b").cluster_id);
  EXPECT_EQ(pond.status("a").cluster_id, pond.status("c").cluster_id);
}

// F4: two of the three that wrote the founding record have lost their disks before anybody led.
TEST_F(Founding, is_repeated_when_too_few_are_left_of_a_cluster_that_was_never_led) {
  const auto all = three();
  const auto& join = all.at("a").join;
  write(all.at("b"), NodeId{2}, {Term{0}, 1},
        {{NodeId{1}, join[0], true}, {NodeId{2}, join[1], true}, {NodeId{3}, join[2], true}}, 60s);
  for (const auto& [name, settings] : all) pond.start_as(name, settings);
  ASSERT_TRUE(pond.until([this] { return pond.agree() && pond.status("b").voters == 3U; }));
  EXPECT_NE(pond.id("b"), wire::to_text(NodeId{2}));
  EXPECT_EQ(pond.status("b").role, wire::ShownRole::restarting) << "rule 6: what it had promised";
  EXPECT_THAT(pond.log("b"), HasSubstr("its cluster never had a goose"));
  EXPECT_EQ(pond.status("a").cluster_id, pond.status("b").cluster_id);
}

// Where it was led, or a majority is left, nobody starts over.
TEST_F(Founding, is_not_repeated_where_somebody_has_led) {
  const auto all = three();
  const auto& join = all.at("a").join;
  write(all.at("b"), NodeId{2}, {Term{1}, 2},
        {{NodeId{1}, join[0], true}, {NodeId{2}, join[1], true}, {NodeId{3}, join[2], true}});
  for (const auto& [name, settings] : all) pond.start_as(name, settings);
  const auto joined = [this](const std::string& name) {
    return pond.status(name).cluster_id == pond.status("b").cluster_id;
  };
  ASSERT_TRUE(pond.until([&] { return joined("a") && joined("c"); }));
  pond.run_for(200ms);
  EXPECT_EQ(pond.id("b"), wire::to_text(NodeId{2}));
  EXPECT_EQ(pond.goose(), "");
}

// An observer leaves when somebody else answers at every voter's address.
TEST_F(Founding, is_joined_by_an_observer_of_a_cluster_that_is_gone) {
  auto all = three();
  const auto& join = all.at("a").join;
  Settings observer = pond.settings("d", join);
  write(observer, NodeId{4}, {Term{5}, 2},
        {{NodeId{1}, join[0], true}, {NodeId{2}, join[1], true}, {NodeId{3}, join[2], true}});
  pond.start_as("d", observer);
  for (const auto& [name, settings] : all) pond.start_as(name, settings);
  ASSERT_TRUE(pond.until([this] {
    return pond.agree() && pond.status("d").cluster_id == pond.status("a").cluster_id;
  }));
  EXPECT_THAT(pond.log("d"), HasSubstr("all voters of its cluster are gone"));
}

}  // namespace
}  // namespace duckduckgoose::node::testing

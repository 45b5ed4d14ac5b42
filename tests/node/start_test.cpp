#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "pond.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::node::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Failure why_not(net::Loop& loop, const Settings& settings) {
  const auto node = Node::start(loop, settings);
  return node ? Failure{0, "it started"} : node.error();
}

TEST(Start, a_port_in_use_touches_no_data) {
  Pond pond;
  pond.start("a");
  Settings settings = pond.settings("b");
  settings.port = pond["a"].port();
  const Failure failure = why_not(pond.loop, settings);
  EXPECT_EQ(failure.exit_code, 73);
  EXPECT_THAT(failure.sentence,
              AllOf(HasSubstr(pond["a"].address()), HasSubstr("another process")));
  EXPECT_FALSE(std::filesystem::exists(pond.folder.path("b")));
}

TEST(Start, two_processes_never_share_a_data_directory) {
  Pond pond;
  pond.start("a");
  const Failure failure = why_not(pond.loop, pond.settings("a"));
  EXPECT_EQ(failure.exit_code, 73);
  EXPECT_THAT(failure.sentence, HasSubstr(pond.folder.path("a")));
}

TEST(Start, beyond_loopback_only_with_insecure) {
  Pond pond;
  Settings settings = pond.settings("a");
  settings.listen = "0.0.0.0";
  const Failure failure = why_not(pond.loop, settings);
  EXPECT_EQ(failure.exit_code, 78);
  EXPECT_THAT(failure.sentence, AllOf(HasSubstr("--listen 0.0.0.0"), HasSubstr("--insecure")));

  settings.insecure = true;
  const Failure where = why_not(pond.loop, settings);
  EXPECT_EQ(where.exit_code, 78);
  EXPECT_THAT(where.sentence, HasSubstr("--advertise duck1.example.org:"));

  settings.advertise = "127.0.0.1:4001";
  const Failure how = why_not(pond.loop, settings);
  EXPECT_EQ(how.exit_code, 78) << "F5: beyond loopback nobody founds unasked";
  EXPECT_THAT(how.sentence, HasSubstr("duckduckgoose init"));
}

TEST(Start, init_founds_once_wherever_it_listens) {
  Pond pond;
  Settings settings = pond.settings("a");
  settings.listen = "0.0.0.0";
  settings.insecure = true;
  settings.advertise = "127.0.0.1:4001";
  settings.cluster = "prod";
  const auto said = init(settings);
  ASSERT_TRUE(said) << said.error().sentence;
  EXPECT_THAT(*said, AllOf(HasSubstr("cluster prod"), HasSubstr("127.0.0.1:4001")));
  const auto again = init(settings);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().exit_code, 78);
  pond.start_as("a", settings);
  EXPECT_TRUE(pond.until([&] { return pond.goose() == "a"; }));
  EXPECT_EQ(pond.status("a").cluster, "prod");
  EXPECT_TRUE(pond.status("a").insecure);
}

TEST(Start, another_cluster_name_than_the_record_has_is_refused) {
  Pond pond;
  pond.found({"a"}, 1);
  pond.kill("a");
  Settings settings = pond.settings("a");
  settings.cluster = "prod";
  const Failure failure = why_not(pond.loop, settings);
  EXPECT_EQ(failure.exit_code, 78);
  EXPECT_THAT(failure.sentence, AllOf(HasSubstr("prod"), HasSubstr("default")));
}

TEST(Start, a_damaged_record_is_refused) {
  Pond pond;
  pond.found({"a"}, 1);
  pond.kill("a");
  for (const auto& file : std::filesystem::directory_iterator{pond.folder.path("a")}) {
    if (file.path().filename() != "record") continue;
    std::fstream record{file.path(), std::ios::in | std::ios::out | std::ios::binary};
    record.seekp(40);
    record.put('#');
  }
  const Failure failure = why_not(pond.loop, pond.settings("a"));
  EXPECT_EQ(failure.exit_code, 74);
  EXPECT_THAT(failure.sentence, HasSubstr(pond.folder.path("a")));
}

TEST(Start, the_first_lines_say_where_what_and_why) {
  Pond pond;
  Settings settings = pond.settings("a");
  settings.sources = {{"port", "0", "--port"}, {"cluster", "default", "default"}};
  pond.start_as("a", settings);
  EXPECT_THAT(pond.log("a"), HasSubstr("its data lie in " + pond.folder.path("a")));
  EXPECT_THAT(pond.log("a"), HasSubstr("port = 0 (--port)"));
  EXPECT_THAT(pond.log("a"), HasSubstr("founds cluster default"));
  ASSERT_TRUE(pond.until([&] { return pond.goose() == "a"; }));
  pond.start("b", {"a"});
  pond.start("c", {"a"});
  ASSERT_TRUE(pond.until([&] { return pond.status("c").voters == 3U; }));
  for (const char* name : {"a", "b", "c"}) pond.kill(name);
  pond.restart("c");
  EXPECT_THAT(pond.log("c"), HasSubstr("resumes cluster default: needs 1 more of localhost:"));
  EXPECT_THAT(pond.log("c"), HasSubstr("duckduckgoose reset --port "));
}

TEST(Joining, waits_for_ever_and_says_for_whom) {
  Pond pond;
  pond.start("b", {"localhost:1"});
  ASSERT_TRUE(pond.until([&] { return pond.status("b").cause.contains("localhost:1 (refused)"); }));
  EXPECT_EQ(pond.status("b").cause_code, "waiting_to_found");
  EXPECT_EQ(pond.status("b").role, wire::ShownRole::waiting);
  pond.run_for(500ms);
  EXPECT_FALSE(pond.ended("b"));
}

// F2: whoever joins never founds, and joins also a cluster that has lost its majority.
TEST(Joining, a_cluster_without_a_majority_is_joined_all_the_same) {
  Pond pond;
  pond.found({"a", "b", "c"}, 3);
  pond.kill("b");
  pond.kill("c");
  ASSERT_TRUE(pond.until([&] { return pond.goose().empty(); }));
  pond.start("d", {"a"});
  ASSERT_TRUE(pond.until([&] { return pond.status("d").cluster_id.has_value(); }));
  EXPECT_EQ(pond.status("d").cluster_id, pond.status("a").cluster_id);
  EXPECT_THAT(pond.log("d"), HasSubstr("knows no goose now"));
}

TEST(Joining, another_cluster_name_ends_it) {
  Pond pond;
  pond.found({"a"}, 1);
  Settings settings = pond.settings("b", {"a"});
  settings.cluster = "prod";
  pond.start_as("b", settings);
  ASSERT_TRUE(pond.until([&] { return pond.ended("b").has_value(); }));
  EXPECT_EQ(pond.ended("b")->exit_code, 78);
  EXPECT_THAT(pond.ended("b")->sentence, AllOf(HasSubstr("cluster default"), HasSubstr("prod")));
}

// One's own address among the targets, as in the same text on every node.
TEST(Joining, a_target_that_is_oneself_does_no_harm) {
  Pond pond;
  pond.found({"a"}, 1);
  Settings settings = pond.settings("b", {"a"});
  pond.start("x");  // to learn a free port
  settings.port = pond["x"].port();
  pond.kill("x");
  settings.join.push_back("localhost:" + std::to_string(settings.port));
  pond.start_as("b", settings);
  EXPECT_TRUE(pond.until([&] { return pond.agree(); }));
}

TEST(Witness, votes_and_never_leads) {
  Pond pond;
  pond.start("a");
  pond.start("b", {"a"});
  Settings settings = pond.settings("w", {"a"});
  settings.witness = true;
  pond.start_as("w", settings);
  ASSERT_TRUE(pond.until([&] { return pond.status("w").role == wire::ShownRole::witness; }));
  pond.kill("a");
  ASSERT_TRUE(pond.until([&] { return pond.agree(); }));
  EXPECT_EQ(pond.goose(), "b");
  pond.kill("b");
  ASSERT_TRUE(pond.until([&] { return pond.status("w").cause_code == "no_majority"; }));
  EXPECT_EQ(pond.status("w").role, wire::ShownRole::witness);
}

}  // namespace
}  // namespace duckduckgoose::node::testing

#include "membership/founding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

namespace duckduckgoose::membership {
namespace {

using std::chrono_literals::operator""ms;
using testing::HasSubstr;

Record fresh_record() {
  Record record;
  record.node = {.id = NodeId{7}, .born = 1'795'478'400'000, .may_lead = true};
  return record;
}

Record record_of(const std::string& cluster) {
  Record record = fresh_record();
  record.cluster = {.name = cluster, .id = ClusterId{99}};
  return record;
}

Record fresh_witness() {
  Record record = fresh_record();
  record.node.may_lead = false;
  return record;
}

std::string word_of(const Decision& decision) {
  struct Word {
    std::string operator()(const Resume& /*resume*/) const { return "resume"; }
    std::string operator()(const FoundAlone& it) const { return "found " + it.cluster; }
    std::string operator()(const AskTargets& it) const {
      std::string word = "ask for " + it.cluster + " at";
      for (const std::string& target : it.targets) word += " " + target;
      return word;
    }
    std::string operator()(const Refuse& it) const {
      return "exit " + std::to_string(std::to_underlying(it.exit)) + ": " + it.sentence;
    }
  };
  return std::visit(Word{}, decision);
}

struct Case {
  const char* what;
  Record record;
  Start start;
  const char* expected;  ///< How the decision begins.
};

void check(std::initializer_list<Case> table) {
  for (const Case& line : table) {
    EXPECT_THAT(word_of(decide_start(line.record, line.start)), testing::StartsWith(line.expected))
        << line.what;
  }
}

// F1: a record with a cluster is resumed, always, whatever DUCK_JOIN says.
TEST(Start, resumes_a_record_with_a_cluster) {
  check({
      {"bare", record_of("pond"), {}, "resume"},
      {"told to join", record_of("pond"), {.join = {"a:4001"}}, "resume"},
      {"of the same name", record_of("pond"), {.cluster = "pond"}, "resume"},
      {"beyond loopback", record_of("pond"), {.loopback_only = false}, "resume"},
      {"of another name",
       record_of("pond"),
       {.cluster = "lake"},
       "exit 78: --cluster lake: the data here belong to cluster pond"},
      {"init",
       record_of("pond"),
       {.init = true},
       "exit 78: init: this node is in cluster pond already"},
  });
}

// F5: a bare start founds a cluster of one, only while it listens on loopback; init founds
// anywhere.
TEST(Start, founds_alone_on_loopback_or_when_told_to) {
  check({
      {"bare", fresh_record(), {}, "found default"},
      {"named", fresh_record(), {.cluster = "pond"}, "found pond"},
      {"beyond loopback",
       fresh_record(),
       {.loopback_only = false},
       "exit 78: beyond loopback no cluster is founded unasked: run `duckduckgoose init` once, on "
       "the first "
       "node, and start the others with --join HOST:PORT"},
      {"init", fresh_record(), {.loopback_only = false, .init = true}, "found default"},
      {"init and join",
       fresh_record(),
       {.join = {"a:1", "b:2"}, .init = true},
       "exit 2: init founds a cluster, and --join a:1, b:2 joins one"},
      {"a witness", fresh_witness(), {}, "exit 78: a witness never leads"},
      {"a witness, init", fresh_witness(), {.init = true}, "exit 78: a witness never leads"},
  });
}

// F2, F6: a fresh node with JOIN asks every target.
TEST(Start, asks_every_target) {
  check({
      {"one", fresh_record(), {.join = {"a:4001"}}, "ask for default at a:4001"},
      {"two, named",
       fresh_record(),
       {.cluster = "pond", .join = {"a:1", "b:2"}},
       "ask for pond at a:1 b:2"},
      {"beyond loopback",
       fresh_record(),
       {.join = {"a:1"}, .loopback_only = false},
       "ask for default at a:1"},
      {"a witness", fresh_witness(), {.join = {"a:1"}}, "ask for default at a:1"},
  });
}

TEST(FoundAlone, makes_a_cluster_of_one_of_durable_data) {
  const Enrolled founded = found_alone(fresh_record(), "pond", "localhost:4001", 100ms);
  EXPECT_EQ(founded.cluster.name, "pond");
  EXPECT_NE(founded.cluster.id, ClusterId{});
  EXPECT_EQ(founded.config.stamp, (Stamp{Term{0}, 1}));
  EXPECT_EQ(founded.config.token_base, fresh_record().node.born);
  EXPECT_EQ(founded.config.promise, 100ms);
  EXPECT_EQ(founded.config.members, (std::vector{Member{NodeId{7}, "localhost:4001", true}}));
  EXPECT_TRUE(founded.config.removed.empty());
}

// A founding that was cut short by a crash founds the same cluster again; a wiped node founds
// another.
TEST(FoundAlone, names_the_cluster_after_id_and_birth) {
  const auto id_of = [](const Record& record) {
    return found_alone(record, "pond", "a:1").cluster.id;
  };
  Record started = fresh_record();
  started.starts = 9;
  started.saves = 30;
  EXPECT_EQ(id_of(started), id_of(fresh_record()));
  Record wiped = fresh_record();
  wiped.node.id = NodeId{8};
  EXPECT_NE(id_of(wiped), id_of(fresh_record()));
  Record later = fresh_record();
  later.node.born += 1;
  EXPECT_NE(id_of(later), id_of(fresh_record()));
}

TargetAnswer member(const std::string& target, std::uint64_t id, Stamp stamp = {Term{3}, 4}) {
  TargetAnswer answer{
      .target = target, .id = NodeId{id}, .cluster = {"pond", ClusterId{99}}, .config = {}};
  answer.config.stamp = stamp;
  answer.config.members = {{NodeId{1}, "a:1", true}, {NodeId{2}, "b:1", true}};
  answer.knows_leader = true;
  return answer;
}

TargetAnswer in_cluster(TargetAnswer answer, const std::string& name, ClusterId id) {
  answer.cluster = {name, id};
  return answer;
}

TargetAnswer fresh(const std::string& target, std::uint64_t id) {
  return {.target = target, .id = NodeId{id}, .cluster = {"pond", {}}, .config = {}};
}

std::string word_of(const Choice& choice) {
  if (const auto* join = std::get_if<Join>(&choice)) return join->sentence;
  if (const auto* again = std::get_if<AskAgain>(&choice)) return "again: " + again->sentence;
  return word_of(Decision{std::get<Refuse>(choice)});
}

std::string choice_of(const std::vector<Heard>& heard) {
  return word_of(choose(fresh_record(), "pond", heard));
}

// F2: if anyone is in a cluster of that name it joins that one, and never founds.
TEST(Join, joins_the_cluster_of_its_name) {
  EXPECT_EQ(choice_of({member("a:1", 1)}), "joins cluster pond through a:1");
  EXPECT_EQ(choice_of({fresh("c:1", 3), TargetSilent{"b:1", "refused"}, member("a:1", 1)}),
            "joins cluster pond through a:1");
  EXPECT_EQ(choice_of({in_cluster(member("c:1", 3), "lake", ClusterId{5}), member("a:1", 1)}),
            "joins cluster pond through a:1");
}

TEST(Join, takes_the_newest_configuration_that_it_was_told) {
  const Choice choice = choose(fresh_record(), "pond",
                               {member("a:1", 1, {Term{3}, 9}), member("b:1", 2, {Term{4}, 1}),
                                member("c:1", 3, {Term{2}, 20})});
  ASSERT_TRUE(std::holds_alternative<Join>(choice));
  const Enrolled& enrolled = std::get<Join>(choice).enrolled;
  EXPECT_EQ(enrolled.cluster, (Record::Cluster{"pond", ClusterId{99}}));
  EXPECT_EQ(enrolled.config.stamp, (Stamp{Term{4}, 1}));
  EXPECT_EQ(std::get<Join>(choice).sentence, "joins cluster pond through b:1");
}

// F2: ... even if that cluster has lost its majority; then it says so.
TEST(Join, joins_a_cluster_without_a_goose_and_says_so) {
  TargetAnswer answer = member("a:1", 1);
  answer.knows_leader = false;
  EXPECT_EQ(choice_of({answer}),
            "joins cluster pond through a:1, which knows no goose now: it waits for a majority of "
            "2 voters");
}

// F2's exception, mutant 46: a cluster that never had a leader and does not name this node is not
// joined.
TEST(Join, does_not_join_a_never_led_cluster_that_does_not_name_it) {
  TargetAnswer never_led = member("a:1", 1, {Term{0}, 1});
  EXPECT_EQ(choice_of({never_led}),
            "again: waits for a node of cluster pond: a:1 (its cluster was never led)");
  EXPECT_EQ(choice_of({never_led, in_cluster(member("b:1", 2), "pond", ClusterId{98})}),
            "joins cluster pond through b:1");
  never_led.config.members.push_back({NodeId{7}, "g:1", true});
  EXPECT_EQ(choice_of({never_led}), "joins cluster pond through a:1");
}

// F6: a node with JOIN retries for ever and says what it waits for.
TEST(Join, waits_for_somebody_to_join) {
  EXPECT_EQ(
      choice_of(
          {TargetSilent{"a:1", "connection refused"}, TargetSilent{"b:1", "no answer for 5 s"}}),
      "again: waits for a node of cluster pond: a:1 (connection refused), b:1 (no answer for 5 s)");
  EXPECT_EQ(choice_of({fresh("a:1", 1)}),
            "again: waits for a node of cluster pond: a:1 (in no cluster yet)");
  EXPECT_EQ(choice_of({fresh("a:1", 7)}),
            "again: waits for a node of cluster pond: a:1 (this node itself)");
}

TEST(Join, joins_no_cluster_of_another_name) {
  const Heard lake = in_cluster(member("a:1", 1), "lake", ClusterId{5});
  EXPECT_THAT(choice_of({lake}),
              HasSubstr("exit 78: a:1 is of cluster lake, and this node wants cluster pond"));
  EXPECT_EQ(choice_of({lake, TargetSilent{"b:1", "refused"}}),
            "again: waits for a node of cluster pond: b:1 (refused); a:1 is of cluster lake");
}

// F8: nobody merges, so nobody guesses either.
TEST(Join, joins_neither_of_two_clusters_of_one_name) {
  EXPECT_THAT(choice_of({member("a:1", 1), in_cluster(member("b:1", 2), "pond", ClusterId{98})}),
              testing::AllOf(HasSubstr("again: "), HasSubstr("a:1"), HasSubstr("b:1"),
                             HasSubstr("two clusters that both are named pond")));
}

TEST(Join, asks_less_and_less_often) {
  EXPECT_EQ(ask_again_after(0), 100ms);
  EXPECT_EQ(ask_again_after(1), 200ms);
  EXPECT_EQ(ask_again_after(5), 3200ms);
  EXPECT_EQ(ask_again_after(6), 5000ms);
  EXPECT_EQ(ask_again_after(4'000'000'000U), 5000ms);
}

}  // namespace
}  // namespace duckduckgoose::membership

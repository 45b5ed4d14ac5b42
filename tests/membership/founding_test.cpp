#include "membership/founding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

namespace duckduckgoose::membership {
namespace {

using namespace std::chrono_literals;

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
      if (!it.charter) return word;
      word += " and found it at";
      for (const std::string& slot : it.charter->slots) word += " " + slot;
      return word;
    }
    std::string operator()(const Refuse& it) const {
      return "exit " + std::to_string(std::to_underlying(it.exit)) + ": " + it.sentence;
    }
  };
  return std::visit(Word{}, decision);
}

struct Case {
  const char* what = "";
  Record record;
  Start start;
  const char* expected = "";  ///< How the decision begins.
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

// F3: --expect N takes the addresses of all N.
TEST(Start, founds_with_all_that_it_was_told_of) {
  check({
      {"three",
       fresh_record(),
       {.cluster = "pond", .join = {"b:1", "a:1", "c:1"}, .expect = 3},
       "ask for pond at b:1 a:1 c:1 and found it at a:1 b:1 c:1"},
      {"a witness",
       fresh_witness(),
       {.join = {"b:1", "a:1", "c:1"}, .expect = 3},
       "ask for default at b:1 a:1 c:1 and found it at a:1 b:1 c:1"},
      {"no addresses",
       fresh_record(),
       {.expect = 3},
       "exit 2: --expect 3 needs the addresses of all 3 in --join, and it has 0"},
      {"too few",
       fresh_record(),
       {.join = {"a:1", "b:1"}, .expect = 3},
       "exit 2: --expect 3 needs the addresses of all 3 in --join, and it has 2: a:1, b:1"},
      {"one twice",
       fresh_record(),
       {.join = {"a:1", "b:1", "a:1"}, .expect = 3},
       "exit 2: --expect 3: --join names a:1 twice"},
      {"even",
       fresh_record(),
       {.join = {"a:1", "b:1"}, .expect = 2},
       "exit 2: --expect 2: a cluster is founded by an odd number of nodes, at most 5"},
      {"too many", fresh_record(), {.expect = 7}, "exit 2: --expect 7: a cluster is founded by"},
      {"init", fresh_record(), {.expect = 3, .init = true}, "exit 2: init founds a cluster of one"},
      {"a record", record_of("pond"), {.join = {"a:1"}, .expect = 3}, "resume"},
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

std::vector<Founder> three_founders() {
  return {{"a:1", {NodeId{9}, 100, true}},
          {"b:1", {NodeId{3}, 300, false}},
          {"c:1", {NodeId{5}, 200, true}}};
}

const Charter charter{"pond", {"a:1", "b:1", "c:1"}, 100ms, {}};

// F3: version 1, term 0, the newest birth as the base of the tokens.
TEST(FoundTogether, makes_a_cluster_of_what_all_have_seen_alike) {
  const Enrolled founded = found_together(charter, three_founders());
  EXPECT_EQ(founded.cluster.name, "pond");
  EXPECT_EQ(founded.config.stamp, (Stamp{Term{0}, 1}));
  EXPECT_EQ(founded.config.token_base, 300U);
  EXPECT_EQ(founded.config.promise, 100ms);
  EXPECT_EQ(founded.config.members,
            (std::vector<Member>{
                {NodeId{3}, "b:1", false}, {NodeId{5}, "c:1", true}, {NodeId{9}, "a:1", true}}));
}

// The id of the cluster is the hash of all that it is founded on.
TEST(FoundTogether, names_the_cluster_after_all_of_it) {
  const ClusterId id = found_together(charter, three_founders()).cluster.id;
  EXPECT_NE(id, ClusterId{});
  EXPECT_EQ(found_together(charter, three_founders()).cluster.id, id);
  std::vector<std::pair<Charter, std::vector<Founder>>> others(8, {charter, three_founders()});
  others[0].first.cluster = "lake";
  others[1].first.promise = 101ms;
  others[2].first.limits.voters = 3;
  others[3].first.limits.shrink_after += 1ms;
  others[4].second[1].slot = "b:2";
  others[5].second[1].node.id = NodeId{4};
  others[6].second[1].node.born = 301;
  others[7].second[1].node.may_lead = true;
  for (const auto& [other, founders] : others)
    EXPECT_NE(found_together(other, founders).cluster.id, id);
}

// F4: no majority can be left of a cluster that never had a goose.
TEST(Stillborn, is_a_cluster_that_never_had_a_goose_and_has_lost_its_majority) {
  Record record = fresh_record();
  record.cluster = {"pond", ClusterId{99}};
  record.config = found_together(charter, three_founders()).config;
  record.node.id = NodeId{3};
  EXPECT_FALSE(is_stillborn(record, {}));
  EXPECT_FALSE(is_stillborn(record, {NodeId{5}}));
  EXPECT_FALSE(is_stillborn(record, {NodeId{5}, NodeId{77}}));
  EXPECT_TRUE(is_stillborn(record, {NodeId{5}, NodeId{9}}));
  record.config.stamp.term = Term{1};
  EXPECT_FALSE(is_stillborn(record, {NodeId{5}, NodeId{9}})) << "it had a goose";
}

// The majority is lost for ever, an operator says.
TEST(Recovered, is_a_node_alone_in_a_new_cluster_with_larger_tokens) {
  Record record = fresh_record();
  record.cluster = {"pond", ClusterId{99}};
  record.config = found_together(charter, three_founders()).config;
  record.config.token_base = 1'000'000;
  record.config.mark_removed(NodeId{44}, RemovedBy::operator_);
  record.node.id = NodeId{3};
  record.saves = 8;
  record.term = Term{50};
  record.voted_for = NodeId{5};
  record.promise_max = 700ms;
  const Record alone = recovered(record, 7);
  EXPECT_EQ(alone.cluster.name, "pond");
  EXPECT_NE(alone.cluster.id, ClusterId{99});
  EXPECT_EQ(alone.config.members, (std::vector{Member{NodeId{3}, "b:1", false}}));
  EXPECT_EQ(alone.config.stamp, (Stamp{Term{0}, 1}));
  EXPECT_EQ(alone.config.token_base, 1'000'050U + (1U << 20U)) << "elections it has not heard of";
  EXPECT_EQ(recovered(record, 5'000'000'000).config.token_base, 5'000'000'000U);
  EXPECT_TRUE(alone.config.removed.empty());
  EXPECT_EQ(alone.config.promise, charter.promise);
  EXPECT_EQ(alone.term, Term{0});
  EXPECT_FALSE(alone.voted_for);
  EXPECT_EQ(alone.promise_max, 700ms) << "it waits for what it has promised";
  EXPECT_EQ(alone.saves, 9U);
}

TEST(Stillborn, is_what_an_observer_leaves_when_all_voters_are_gone) {
  Record record = fresh_record();
  EXPECT_FALSE(is_stillborn(record, {}));
  record.cluster = {"pond", ClusterId{99}};
  record.config = found_together(charter, three_founders()).config;
  record.config.stamp.term = Term{4};
  EXPECT_FALSE(is_stillborn(record, {NodeId{5}, NodeId{9}}));
  EXPECT_TRUE(is_stillborn(record, {NodeId{3}, NodeId{5}, NodeId{9}}));
  record.config.mark_removed(record.node.id, RemovedBy::operator_);
  EXPECT_FALSE(is_stillborn(record, {NodeId{3}, NodeId{5}, NodeId{9}})) << "an operator's word";
}

}  // namespace
}  // namespace duckduckgoose::membership

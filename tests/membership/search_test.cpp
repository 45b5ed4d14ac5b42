#include "membership/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace duckduckgoose::membership {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Record::Node me{.id = NodeId{7}, .born = 1'795'478'400'000, .may_lead = true};

TargetAnswer member(const std::string& target, std::uint64_t id, Stamp stamp = {Term{3}, 4}) {
  TargetAnswer answer{.target = target,
                      .node = {NodeId{id}, id, true},
                      .cluster = {"pond", ClusterId{99}},
                      .config = {}};
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
  const Record::Node node = id == me.id.value ? me : Record::Node{NodeId{id}, id, true};
  return {.target = target, .node = node, .cluster = {"pond", {}}, .config = {}};
}

std::string word_of(const Choice& choice) {
  if (const auto* join = std::get_if<Join>(&choice)) return join->sentence;
  if (const auto* again = std::get_if<AskAgain>(&choice)) return "again: " + again->sentence;
  const auto& refuse = std::get<Refuse>(choice);
  return "exit " + std::to_string(std::to_underlying(refuse.exit)) + ": " + refuse.sentence;
}

/// One round.
Choice decide(Search& search, const std::vector<Heard>& heard) {
  search.begin_round();
  for (const Heard& it : heard) search.hear(it);
  EXPECT_TRUE(search.is_complete());
  return search.decide();
}

Choice choose(const std::vector<Heard>& heard) {
  AskTargets ask{"pond", {}, {}};
  for (const Heard& it : heard) {
    ask.targets.push_back(std::visit([](const auto& one) { return one.target; }, it));
  }
  Search search{me, ask};
  return decide(search, heard);
}

std::string choice_of(const std::vector<Heard>& heard) { return word_of(choose(heard)); }

// F2: if anyone is in a cluster of that name it joins that one, and never founds.
TEST(Join, joins_the_cluster_of_its_name) {
  EXPECT_EQ(choice_of({member("a:1", 1)}), "joins cluster pond through a:1");
  EXPECT_EQ(choice_of({fresh("c:1", 3), TargetSilent{"b:1", "refused"}, member("a:1", 1)}),
            "joins cluster pond through a:1");
  EXPECT_EQ(choice_of({in_cluster(member("c:1", 3), "lake", ClusterId{5}), member("a:1", 1)}),
            "joins cluster pond through a:1");
}

TEST(Join, takes_the_newest_configuration_that_it_was_told) {
  const Choice choice = choose({member("a:1", 1, {Term{3}, 9}), member("b:1", 2, {Term{4}, 1}),
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

// Of a cluster of which only observers are left: they start over as well (F4), and would never end
// to take each other in again.
TEST(Join, does_not_join_a_cluster_of_which_all_voters_are_gone) {
  const TargetAnswer observer = member("c:1", 3);
  EXPECT_EQ(choice_of({fresh("a:1", 11), fresh("b:1", 12), observer}),
            "again: waits for a node of cluster pond: a:1 (in no cluster yet), b:1 (in no cluster "
            "yet), c:1 (its cluster has no voter left)");
  EXPECT_EQ(choice_of({fresh("a:1", 11), TargetSilent{"b:1", "refused"}, observer}),
            "joins cluster pond through c:1");
  EXPECT_EQ(choice_of({fresh("a:1", 11), member("b:1", 2), observer}),
            "joins cluster pond through b:1");
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

// Waiting upgrades nobody; but one that is silent may be upgraded already.
TEST(Join, ends_where_nobody_speaks_its_protocol) {
  const TargetSilent newer{"a:1", "upgrade this node first", true};
  EXPECT_EQ(choice_of({newer}), "exit 76: a:1: upgrade this node first");
  EXPECT_EQ(choice_of({newer, in_cluster(member("b:1", 2), "lake", ClusterId{5})}),
            "exit 76: a:1: upgrade this node first");
  EXPECT_EQ(choice_of({newer, member("b:1", 2)}), "joins cluster pond through b:1");
  EXPECT_EQ(choice_of({newer, TargetSilent{"b:1", "refused"}}),
            "again: waits for a node of cluster pond: b:1 (refused); a:1: upgrade this node first");
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

// Founding may be cut short by lost disks so that two foundings name one node, and neither has a
// majority without it.
TEST(Join, chooses_among_clusters_that_were_never_led_and_name_it) {
  const auto founded = [](const std::string& target, std::uint64_t cluster, std::uint64_t base) {
    TargetAnswer answer = in_cluster(member(target, 1, {Term{0}, 1}), "pond", ClusterId{cluster});
    answer.config.token_base = base;
    answer.config.members.push_back({me.id, "g:1", true});
    return answer;
  };
  const TargetAnswer older = founded("d:1", 500, 10);
  const TargetAnswer newer = founded("e:1", 400, 20);
  EXPECT_THAT(choice_of({older, newer}), testing::StartsWith("joins cluster pond through e:1"));
  EXPECT_THAT(choice_of({newer, older}), testing::StartsWith("joins cluster pond through e:1"));
  EXPECT_EQ(choice_of({newer, member("c:1", 3), older}), "joins cluster pond through c:1")
      << "one that had a goose goes first";
}

TEST(Join, asks_less_and_less_often) {
  EXPECT_EQ(ask_again_after(0), 100ms);
  EXPECT_EQ(ask_again_after(1), 200ms);
  EXPECT_EQ(ask_again_after(5), 3200ms);
  EXPECT_EQ(ask_again_after(6), 5000ms);
  EXPECT_EQ(ask_again_after(4'000'000'000U), 5000ms);
}

const Charter charter{"pond", {"a:1", "b:1", "g:1"}, 100ms, {}};

TargetAnswer founder(const std::string& target, std::uint64_t id, const Charter& told = charter) {
  TargetAnswer answer = fresh(target, id);
  answer.charter = told;
  return answer;
}

Search founding(std::optional<std::string> advertise = {}) {
  return Search{me, {"pond", charter.slots, charter}, std::move(advertise)};
}

const std::vector<Heard> all_three{founder("a:1", 1), founder("b:1", 2), founder("g:1", 7)};

// F3: in two rounds, the second begun after the first was complete.
TEST(Founding, takes_two_rounds_that_show_the_same) {
  Search search = founding();
  EXPECT_EQ(word_of(decide(search, all_three)),
            "again: sees all 3 of a:1, b:1, g:1: looks once more, and founds cluster pond");
  const Choice choice = decide(search, all_three);
  EXPECT_EQ(word_of(choice), "founds cluster pond with a:1, b:1, g:1");
  const std::vector<Founder> founders{
      {"a:1", {NodeId{1}, 1, true}}, {"b:1", {NodeId{2}, 2, true}}, {"g:1", me}};
  const Enrolled& enrolled = std::get<Join>(choice).enrolled;
  EXPECT_EQ(enrolled.cluster, found_together(charter, founders).cluster);
  EXPECT_EQ(enrolled.config, found_together(charter, founders).config);
}

TEST(Founding, begins_anew_when_a_round_shows_something_else) {
  const std::vector<std::vector<Heard>> others{
      {founder("a:1", 1), founder("b:1", 3), founder("g:1", 7)},
      {founder("a:1", 1), TargetSilent{"b:1", "refused"}, founder("g:1", 7)}};
  for (const auto& other : others) {
    Search search = founding();
    static_cast<void>(decide(search, all_three));
    EXPECT_THAT(word_of(decide(search, other)), testing::StartsWith("again: "));
    EXPECT_THAT(word_of(decide(search, all_three)), testing::StartsWith("again: sees all 3"));
  }
}

TEST(Founding, says_who_is_missing_and_why) {
  Charter others_told = charter;
  others_told.slots[1] = "h:1";
  Charter slower = charter;
  slower.promise = 1s;
  Charter smaller = charter;
  smaller.limits.voters = 3;
  TargetAnswer never_led = member("b:1", 2, {Term{0}, 1});
  const std::pair<Heard, const char*> cases[]{
      {TargetSilent{"b:1", "refused"}, "b:1 (refused); sees a:1"},
      {TargetSilent{"b:1", "upgrade it first", true}, "b:1 (upgrade it first); sees a:1"},
      {fresh("b:1", 2), "b:1 (was not told --expect 3); sees a:1"},
      {founder("b:1", 2, others_told), "b:1 (was told other addresses: a:1, h:1, g:1); sees a:1"},
      {founder("b:1", 2, slower), "b:1 (was told another promise); sees a:1"},
      {founder("b:1", 2, smaller), "b:1 (was told other limits); sees a:1"},
      {never_led, "b:1 (its cluster was never led); sees a:1"},
      {founder("b:1", 1), "a:1 and b:1 (they are one node)"}};
  for (const auto& [heard, why] : cases) {
    Search search = founding();
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(
          word_of(decide(search, {founder("a:1", 1), heard, founder("g:1", 7)})),
          "again: waits to found cluster pond with all 3, or to join it: " + std::string{why});
    }
  }
}

// F2: whoever hears of a cluster founds none.
TEST(Founding, gives_way_to_a_cluster_that_is_there) {
  Search search = founding();
  static_cast<void>(decide(search, all_three));
  EXPECT_EQ(word_of(decide(search, {founder("a:1", 1), member("b:1", 2), founder("g:1", 7)})),
            "joins cluster pond through b:1");
}

// Its own name may be new, and not be found yet.
TEST(Founding, waits_for_a_silent_slot_where_it_needs_its_own_to_join) {
  const std::vector<Heard> silent{founder("a:1", 1), member("b:1", 2),
                                  TargetSilent{"g:1", "no such name"}};
  Search search = founding();
  EXPECT_EQ(word_of(decide(search, silent)), "joins cluster pond through b:1");
  search.find_own_slot();
  EXPECT_EQ(word_of(decide(search, silent)),
            "again: waits to learn which of a:1, b:1, g:1 is this node before it joins cluster "
            "pond: g:1 (no such name); or give --advertise HOST:PORT");
  EXPECT_EQ(word_of(decide(search, {founder("a:1", 1), member("b:1", 2), founder("g:1", 7)})),
            "joins cluster pond through b:1");
}

TEST(Founding, takes_part_only_with_a_slot_of_its_own) {
  const std::vector<Heard> without{founder("a:1", 1), founder("b:1", 2), founder("g:1", 3)};
  Search search = founding();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(word_of(decide(search, without)),
              "again: waits to found cluster pond with all 3, or to join it: an address of its own "
              "among a:1, b:1, g:1: none of these leads here, so give --advertise");
  }
  EXPECT_FALSE(search.own_slot());
}

TEST(Founding, knows_its_slot_by_its_own_answer_or_by_what_it_was_told) {
  Search answered = founding();
  static_cast<void>(decide(answered, all_three));
  EXPECT_EQ(answered.own_slot(), "g:1");
  Search told = founding("g:1");
  const std::vector<Heard> deaf{founder("a:1", 1), founder("b:1", 2),
                                TargetSilent{"g:1", "refused"}};
  static_cast<void>(decide(told, deaf));
  EXPECT_EQ(word_of(decide(told, deaf)), "founds cluster pond with a:1, b:1, g:1");
}

TEST(Founding, takes_no_name_for_all_for_its_slot) {
  Search joining{me, {"pond", {"ducks:1"}, {}}, "g:1"};
  static_cast<void>(decide(joining, {founder("ducks:1", 7)}));
  EXPECT_EQ(joining.own_slot(), "g:1");
  Search founding_it = founding("g:1");
  founding_it.add_target("ducks:1");
  const std::vector<Heard> all{founder("a:1", 1), founder("b:1", 2), founder("ducks:1", 7),
                               TargetSilent{"g:1", "refused"}};
  static_cast<void>(decide(founding_it, all));
  EXPECT_EQ(founding_it.own_slot(), "g:1");
}

TEST(Founding, takes_somebody_who_may_lead) {
  Record::Node witness = me;
  witness.may_lead = false;
  std::vector<Heard> all{founder("a:1", 1), founder("b:1", 2), founder("g:1", 7)};
  for (Heard& it : all) std::get<TargetAnswer>(it).node.may_lead = false;
  Search search{witness, {"pond", charter.slots, charter}};
  EXPECT_THAT(word_of(decide(search, all)), HasSubstr("all of them are witnesses"));
}

TEST(Search, hears_each_target_once_in_a_round) {
  Search search{me, {"pond", {"a:1", "b:1"}, {}}};
  search.begin_round();
  search.hear(TargetSilent{"a:1", "refused"});
  search.hear(member("a:1", 1));
  EXPECT_FALSE(search.is_complete());
  search.hear(TargetSilent{"b:1", "refused"});
  ASSERT_TRUE(search.is_complete());
  EXPECT_EQ(word_of(search.decide()),
            "again: waits for a node of cluster pond: a:1 (refused), b:1 (refused)");
}

TEST(Search, takes_more_targets_up_to_a_limit) {
  Search search{me, {"pond", {"a:1"}, {}}};
  EXPECT_FALSE(search.add_target("a:1"));
  for (std::size_t number = 1; number < Search::targets_max; ++number) {
    EXPECT_TRUE(search.add_target("b:" + std::to_string(number)));
  }
  EXPECT_FALSE(search.add_target("c:1"));
  EXPECT_EQ(search.targets().size(), Search::targets_max);
}

}  // namespace
}  // namespace duckduckgoose::membership

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "membership/upkeep.hpp"
#include "pond.hpp"
#include "raft/chance.hpp"

/// What holds of upkeep whatever the cluster looks like: each single step is sound, and the steps
/// come to rest.
namespace duckduckgoose::membership {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr std::size_t steps_max = 24;
constexpr std::size_t eligible_wanted = 2;

bool answers(const Pond& pond, NodeId id) {
  if (id == pond.office.leader) return true;
  for (const PeerView& it : pond.office.peers) {
    if (it.member.id == id) return it.acknowledged && it.silent < pond.config.promise / 3;
  }
  return false;
}

Duration silence(const Pond& pond, NodeId id) {
  for (const PeerView& it : pond.office.peers) {
    if (it.member.id == id) return it.silent;
  }
  return {};
}

std::size_t answering(const Pond& pond, const std::vector<Member>& members) {
  return static_cast<std::size_t>(
      std::ranges::count_if(members, [&](const Member& it) { return answers(pond, it.id); }));
}

bool holds(const Pond& pond) {
  return answering(pond, pond.config.members) >= majority_of(pond.config.members.size());
}

bool holds_without(Pond pond, NodeId id) {
  pond.config.drop(id);
  return holds(pond);
}

std::size_t eligible(const Configuration& config) {
  return static_cast<std::size_t>(std::ranges::count(config.members, true, &Member::may_lead));
}

bool is_asked_for(const Pond& pond, NodeId id) {
  return std::ranges::find(pond.office.removals, id) != pond.office.removals.end();
}

std::vector<Member> newcomers(const Pond& pond) {
  std::vector<Member> found;
  for (const PeerView& it : pond.office.peers) {
    const NodeId id = it.member.id;
    const bool is_prompt = it.linked && it.acknowledged && it.silent < pond.config.promise / 5;
    const bool is_out = pond.config.has(id) || pond.config.removed_by(id) || is_asked_for(pond, id);
    if (is_prompt && !is_out) found.push_back(it.member);
  }
  return found;
}

/// The world one edit later: in force, acknowledged by all that answer.
Pond after(const Pond& pond, const Edit& edit) {
  Pond next = pond;
  next.config = edited(pond.config, edit);
  for (PeerView& it : next.office.peers) {
    it.voter = next.config.has(it.member.id);
    it.in_configuration = answers(next, it.member.id);
  }
  return next;
}

std::string picture(const Pond& pond) {
  std::string text = "limit " + std::to_string(pond.config.limits.voters);
  for (const Member& it : pond.config.members) {
    text += " " + std::to_string(it.id.value) + (it.may_lead ? "" : "w");
    if (!answers(pond, it.id)) text += "~" + duckduckgoose::to_text(silence(pond, it.id));
  }
  text += " |";
  for (const PeerView& it : pond.office.peers) {
    if (pond.config.has(it.member.id)) continue;
    text += " " + std::to_string(it.member.id.value) + (it.member.may_lead ? "" : "w");
    if (!it.linked) text += "u";
    text += "~" + duckduckgoose::to_text(it.silent);
  }
  for (const Removed& it : pond.config.removed) text += " -" + std::to_string(it.id.value);
  for (const NodeId id : pond.office.removals) text += " remove " + std::to_string(id.value);
  return text;
}

void expect_sound_drop(const Pond& before, const DropVoter& drop) {
  const Configuration& config = before.config;
  const std::size_t size = config.members.size();
  const auto limit = static_cast<std::size_t>(config.limits.voters);
  EXPECT_NE(drop.id, before.office.leader);
  if (drop.removed == RemovedBy::operator_) {
    EXPECT_TRUE(is_asked_for(before, drop.id));
    return;
  }
  if (drop.removed == RemovedBy::upkeep) {
    EXPECT_GE(silence(before, drop.id), 30s);
  } else {
    EXPECT_TRUE(size % 2 == 0 || size > limit) << "demoted needlessly";
  }
  if (answers(before, drop.id) && size % 2 == 0 && size < limit) {
    for (const Member& it : newcomers(before)) {
      EXPECT_FALSE(it.may_lead && holds(before)) << "demoted although another could be promoted";
    }
  }
  Configuration next = config;
  next.drop(drop.id);
  const bool is_fewer = config.may_lead(drop.id) && eligible(next) < eligible_wanted;
  const bool is_replaced =
      drop.removed && std::ranges::any_of(newcomers(before), &Member::may_lead);
  EXPECT_FALSE(is_fewer && next.members.size() >= 3 && !is_replaced) << "too few may lead";
}

void expect_sound(const Pond& before, const Upkeep& upkeep, const Pond& next) {
  EXPECT_TRUE(holds(next)) << "too few answer";
  if (const auto* add = std::get_if<AddVoter>(&upkeep.edit)) {
    EXPECT_FALSE(before.config.removed_by(add->member.id));
    EXPECT_FALSE(is_asked_for(before, add->member.id));
    EXPECT_TRUE(holds(before)) << "a newcomer that dies would take the majority along";
    EXPECT_TRUE(next.config.members.size() < 3 || eligible(next.config) >= eligible_wanted);
  } else if (const auto* drop = std::get_if<DropVoter>(&upkeep.edit)) {
    expect_sound_drop(before, *drop);
  } else {
    EXPECT_TRUE(std::holds_alternative<BarNode>(upkeep.edit));
  }
}

/// After `upkeep` one voter dies. What would have survived it before survives it now: the change is
/// undone, or the next one makes up for it.
void expect_survives(const Pond& before, const Pond& next, NodeId victim, bool is_in_force) {
  Pond hurt = next;
  for (PeerView& it : hurt.office.peers) {
    if (!is_in_force) it.in_configuration = false;
    if (it.member.id == victim) it.silent = silent_after(hurt.config.promise);
  }
  const std::size_t left = answering(hurt, before.config.members);
  if (left < majority_of(before.config.members.size()) || holds(hurt)) return;
  if (!is_in_force) hurt.office.in_flight = InFlight{before.config.members};
  const auto cure = next_change(hurt.config, hurt.office);
  ASSERT_TRUE(cure) << "nothing is done about the death of " << victim.value;
  EXPECT_EQ(std::holds_alternative<Undo>(cure->edit), !is_in_force);
  hurt.config = edited(hurt.config, cure->edit, before.config.members);
  EXPECT_TRUE(holds(hurt)) << "lost by the death of " << victim.value;
}

void expect_at_rest(const Pond& pond) {
  const std::size_t size = pond.config.members.size();
  const auto limit = static_cast<std::size_t>(pond.config.limits.voters);
  const auto ready = newcomers(pond);
  const bool one_may_lead = std::ranges::any_of(ready, &Member::may_lead);
  EXPECT_EQ(size % 2, 1U) << "rests at an even number";
  EXPECT_LE(size, limit);
  if (size + 2 <= limit && ready.size() >= 2) {
    EXPECT_LT(eligible(pond.config) + (one_may_lead ? 1U : 0U), eligible_wanted)
        << "a pair is left waiting";
  }
  std::size_t long_dead = 0;
  for (const Member& it : pond.config.members) {
    const bool is_dead = silence(pond, it.id) >= 30s && holds_without(pond, it.id);
    EXPECT_FALSE(is_dead && one_may_lead) << "a dead voter is not replaced: " << it.id.value;
    if (silence(pond, it.id) >= 120s && holds_without(pond, it.id)) ++long_dead;
    if (is_asked_for(pond, it.id) && it.id != pond.office.leader) {
      EXPECT_FALSE(holds_without(pond, it.id)) << "not removed: " << it.id.value;
    }
  }
  if (size >= 5 && eligible(pond.config) > 3) {
    EXPECT_LT(long_dead, 2U) << "the dead are not dropped";
  }
}

/// Makes change after change until none is left.
void expect_sound_until_rest(Pond pond) {
  SCOPED_TRACE(picture(pond));
  const bool is_held = holds(pond);
  std::vector<Configuration> past;
  std::string path;
  for (std::size_t step = 0;; ++step) {
    ASSERT_LT(step, steps_max) << "never rests: " << path;
    past.push_back(pond.config);
    const auto upkeep = next_change(pond.config, pond.office);
    if (!upkeep) break;
    path += "; " + to_text(*upkeep, pond.config, pond.office, Numbers{});
    SCOPED_TRACE(path);
    const Pond next = after(pond, upkeep->edit);
    expect_sound(pond, *upkeep, next);
    for (const PeerView& it : pond.office.peers) {
      expect_survives(pond, next, it.member.id, false);
      expect_survives(pond, next, it.member.id, true);
    }
    ASSERT_TRUE(std::ranges::find(past, next.config) == past.end()) << "goes round in circles";
    if (testing::Test::HasFailure()) return;
    pond = next;
  }
  SCOPED_TRACE(path);
  if (is_held && !handover_due(pond.config, pond.office)) expect_at_rest(pond);
}

constexpr std::array silences{50ms, 250ms, 400ms, 5'000ms, 31'000ms, 180'000ms};

PeerView peer(std::uint64_t number, bool is_voter, Duration silent) {
  const NodeId id{number};
  return {.member = {.id = id, .address = "n" + std::to_string(number)},
          .voter = is_voter,
          .linked = silent < 1s,
          .acknowledged = true,
          .in_configuration = true,
          .silent = silent};
}

Pond with_peers(const std::vector<PeerView>& peers, int limit) {
  Pond made = pond("1", "");
  made.config.limits.voters = limit;
  made.office.peers = peers;
  for (const PeerView& it : peers) {
    if (it.voter) made.config.add(it.member);
  }
  return made;
}

// Up to five voters and three observers: every combination of who answers and who is dead for how
// long.
TEST(UpkeepProperty, every_small_cluster_comes_to_rest) {
  constexpr std::array voter_silences{50ms, 400ms, 31'000ms, 180'000ms};
  constexpr std::array observer_silences{50ms, 400ms};
  for (std::size_t voters = 0; voters < 5; ++voters) {
    for (std::size_t observers = 0; observers <= 3; ++observers) {
      const std::size_t worlds = (std::size_t{1} << (2 * voters)) << observers;
      for (std::size_t world = 0; world < worlds; ++world) {
        std::vector<PeerView> peers;
        std::size_t rest = world;
        for (std::size_t i = 0; i < voters; ++i, rest /= voter_silences.size()) {
          peers.push_back(peer(2 + i, true, voter_silences.at(rest % voter_silences.size())));
        }
        for (std::size_t i = 0; i < observers; ++i, rest /= observer_silences.size()) {
          peers.push_back(
              peer(2 + voters + i, false, observer_silences.at(rest % observer_silences.size())));
        }
        for (const int limit : {1, 3, 5}) expect_sound_until_rest(with_peers(peers, limit));
        if (HasFailure()) return;
      }
    }
  }
}

Pond random_pond(Chance& chance) {
  std::vector<PeerView> peers;
  const std::uint64_t others = chance.below(9);
  for (std::uint64_t number = 2; number < 2 + others; ++number) {
    const Duration silent =
        chance.below(2) == 0 ? 50ms : silences.at(chance.below(silences.size()));
    PeerView made = peer(number, chance.below(2) == 0, silent);
    made.member.may_lead = chance.below(4) != 0;
    if (!made.voter && chance.below(8) == 0) made.acknowledged = false;
    peers.push_back(made);
  }
  Pond made = with_peers(peers, 1 + 2 * static_cast<int>(chance.below(4)));
  for (std::uint64_t number = 1; number < 2 + others; ++number) {
    if (chance.below(8) == 0) made.office.removals.push_back(NodeId{number});
    if (!made.config.has(NodeId{number}) && chance.below(8) == 0) {
      made.config.mark_removed(NodeId{number}, RemovedBy::operator_);
    }
  }
  return made;
}

// Witnesses, removals, removed nodes, up to nine voters, an even number of them too.
TEST(UpkeepProperty, random_clusters_come_to_rest) {
  constexpr std::uint64_t seeds = 20'000;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    Chance chance{seed};
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_sound_until_rest(random_pond(chance));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace duckduckgoose::membership

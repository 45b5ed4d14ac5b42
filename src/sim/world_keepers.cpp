#include <algorithm>
#include <utility>

#include "sim/names.hpp"
#include "sim/world.hpp"

/// Keepers: the real Guard, told what a node tells it, and obeyed as the program obeys it.
namespace duckduckgoose::sim {

void World::hire_keeper(PlaceIndex index) {
  Place& place = places_[index];
  place.keeper = keepers_.size();
  keepers_.push_back({.guard = {},
                      .place = index,
                      .life = place.life,
                      .who = place.process->self(),
                      .lives = true,
                      .works = place.works,
                      .promise = {},
                      .beat_at = {},
                      .wake_at = {},
                      .proof = {}});
}

void World::tell_keeper(PlaceIndex index, const guard::Event& event) {
  if (const auto keeper = places_[index].keeper) give_keeper(*keeper, event);
}

/// As often as a node beats: not with each step.
void World::tell_keeper_how_it_stands(PlaceIndex index, bool is_news) {
  const Place& place = places_[index];
  if (!place.keeper || !place.process) return;
  Watcher& watcher = keepers_[*place.keeper];
  const Duration promise = place.process->record().config.promise;
  const Instant now = place.clock.at(now_);
  const bool is_due =
      watcher.promise != promise || now >= watcher.beat_at + guard::beat_every(promise);
  if (!is_news && !is_due) return;
  watcher.promise = promise;
  watcher.beat_at = now;
  tell_keeper(index, guard::Beat{promise, place.process->lease_end()});
}

/// waitid() has said so. A keeper that only comes into being here knows what it would have been
/// told.
void World::see_death(PlaceIndex index) {
  Place& place = places_[index];
  const bool was_watched = place.keeper.has_value();
  if (!was_watched) hire_keeper(index);
  Watcher& watcher = keepers_[*place.keeper];
  for (const Member& member : place.disk->config.members) {
    if (member.id == watcher.who.id) continue;
    watcher.proof.push_back({.cluster = the_cluster,
                             .from = watcher.who,
                             .to = member.id,
                             .saves = place.disk->saves,
                             .term = place.disk->term,
                             .stamp = place.disk->config.stamp,
                             .config = {},
                             .body = Release{watcher.who, {}, ReleaseReason::dead, std::nullopt}});
  }
  tell_keeper(index, guard::Voters{watcher.proof.size()});
  if (!was_watched) {
    tell_keeper(index, guard::Held{place.clock.at(place.held_until)});
    if (place.works) tell_keeper(index, guard::WorkBegan{});
  }
  tell_keeper(index, guard::NodeEnded{});
}

void World::give_keeper(KeeperIndex keeper, const guard::Event& event) {
  Watcher& watcher = keepers_[keeper];
  if (!watcher.lives) return;
  const NodeClock& clock = places_[watcher.place].clock;
  const guard::Orders orders = watcher.guard.step(clock.at(now_), event);
  const auto plan = [&](Happening what, TrueTime at) {
    queue_.push({.at = at,
                 .detail = keeper,
                 .what = what,
                 .place = static_cast<std::uint8_t>(watcher.place)});
  };
  if (orders.wake_at) {
    const TrueTime wake_at = std::max(now_, clock.when(*orders.wake_at));
    if (!watcher.wake_at || wake_at < *watcher.wake_at) {
      const bool is_late = keeper_speed.slow > 0 && chance_.below(1000) < keeper_speed.slow;
      watcher.wake_at = wake_at + (is_late ? chance_.up_to(keeper_speed.slow_max) : Duration{0});
      watcher.is_late = is_late;
      excuse(watcher);
      plan(Happening::keeper_wakes, *watcher.wake_at);
    }
  }
  if (orders.kill_work) {
    plan(Happening::kept_work_ends, now_);
  } else if (orders.end_work) {
    plan(Happening::kept_work_ends, now_ + chance_.up_to(work_ends_within.value_or(Duration{0})));
  }
  if (orders.release) plan(Happening::proof, now_ + chance_.up_to(proof_within));
  if (orders.end) watcher.lives = false;
  if (orders.kill_node) plan(Happening::keeper_kills, now_ + chance_.up_to(proof_within));
}

/// Nobody can kill while keeper and node both stand still: docs/run.md says so.
void World::excuse(const Watcher& watcher) {
  const Place& place = places_[watcher.place];
  const bool node_stands_still = place.life == watcher.life && (place.stopped || place.busy);
  if (watcher.is_late && node_stands_still) checker_.contained(watcher.who, false);
}

void World::keeper_kills(KeeperIndex keeper) {
  const Watcher& watcher = keepers_[keeper];
  if (places_[watcher.place].life != watcher.life) return;
  if (log_ != nullptr) note("the keeper of " + name_of(watcher.who.id) + " kills it");
  kill(watcher.place, Keeper::tells);
}

void World::wake_keeper(KeeperIndex keeper, TrueTime at) {
  Watcher& watcher = keepers_[keeper];
  if (watcher.wake_at != at) return;  // an earlier one took its place
  excuse(watcher);
  watcher.wake_at.reset();
  watcher.is_late = false;
  give_keeper(keeper, guard::Tick{});
}

void World::kept_work_ends(KeeperIndex keeper) {
  Watcher& watcher = keepers_[keeper];
  if (!watcher.works) return;
  if (places_[watcher.place].life == watcher.life) return end_work(watcher.place);
  watcher.works = false;
  checker_.contained(watcher.who, false);
  give_keeper(keeper, guard::WorkEnded{});
}

void World::prove(KeeperIndex keeper) {
  const Watcher& watcher = keepers_[keeper];
  checker_.proven_dead(watcher.who, now_);
  if (std::ranges::find(told_, keeper) == told_.end()) told_.push_back(keeper);
  for (const Message& message : watcher.proof) {
    if (const auto to = receiver_of(message.to)) send_to(watcher.place, *to, Message{message});
  }
}

void World::repeat_release(std::size_t nth) {
  if (nth < told_.size()) prove(told_[nth]);
}

}  // namespace duckduckgoose::sim

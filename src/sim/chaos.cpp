#include "sim/chaos.hpp"

#include <algorithm>

#include "sim/names.hpp"

namespace duckduckgoose::sim {

namespace {

/// Clocks run at either end of the bound, or anywhere between; they were started at any time.
NodeClock any_clock(Chance& chance) {
  std::int64_t rate = NodeClock::slowest;
  switch (chance.below(5)) {
    case 0:
    case 1:
      break;
    case 2:
    case 3:
      rate = NodeClock::fastest;
      break;
    default:
      rate += static_cast<std::int64_t>(chance.below(NodeClock::fastest - NodeClock::slowest + 1));
  }
  constexpr Duration longest_up = std::chrono::hours{24 * 365};
  return {rate, Instant{chance.below(4) == 0 ? Duration{0} : chance.up_to(longest_up)}};
}

/// Beyond so many promises under a clear sky without a goose, the run has failed. The bars of
/// FAULTS.md (3 at the median, 6 at 99.9 %) are on the whole of many runs.
constexpr int goose_due_within = 20;

/// A change is in force, or reported lost, within so many promises: under a clear sky sooner than
/// the 10 of FAULTS.md.
constexpr int answered_within = 3;

/// After so many promises there shall be a goose that stays.
constexpr int settled_within = 6;

}  // namespace

Chaos::Chaos(std::uint64_t seed)
    : chance_(seed * 0x9e3779b97f4a7c15U + 1), plan_(make_plan(chance_)), world_(chance_.next()) {
  std::vector<PlaceIndex> voters;
  for (std::size_t i = 0; i < plan_.voters + plan_.spares; ++i) {
    const bool is_witness = plan_.has_witness && i == 1;
    const PlaceIndex place =
        world_.add_place("n" + std::to_string(i + 1), any_clock(chance_), !is_witness);
    world_.place(place).sluggish = plan_.sluggish;
    world_.place(place).sluggish_max = plan_.promise / 4;
    if (i < plan_.voters) voters.push_back(place);
  }
  clones_place_ = plan_.voters + plan_.spares - 1;
  Limits limits;
  limits.voters = chance_.below(2) == 0 ? 3 : 5;
  limits.replace_after = plan_.promise * 4;
  limits.shrink_after = plan_.promise * 12;
  world_.found(voters, plan_.promise, limits);
  world_.upkeep = plan_.upkeep;
  world_.weather = plan_.weather;
  world_.disk_speed = plan_.disk_speed;
  world_.work_ends_within = plan_.work_ends_within;
  world_.proof_within = plan_.promise / 10;
  world_.keepers = plan_.keepers && plan_.keepers_watch;
  world_.keeper_speed = plan_.keeper_speed;
}

ChaosResult Chaos::run() {
  ChaosResult result;
  bad_weather();
  if (!world_.violation()) clear_sky(result);
  result.violation = world_.violation();
  result.counts = world_.counts();
  result.simulated = world_.now().time_since_epoch();
  result.elections = world_.checker().tenures();
  result.changes = world_.checker().configurations().changes();
  result.digest = world_.digest();
  return result;
}

void Chaos::bad_weather() {
  for (PlaceIndex place = 0; place < clones_place_; ++place) world_.start(place);
  const TrueTime end = world_.now() + plan_.promise * 400;
  while (world_.counts().events < plan_.events && world_.now() < end && !world_.violation()) {
    run_until(world_.now() + chance_.up_to(plan_.gap_max));
    if (!world_.violation()) act();
  }
}

/// Runs on, and takes what was put off when its time comes.
void Chaos::run_until(TrueTime end) {
  while (!world_.violation()) {
    const auto next = std::ranges::min_element(later_, {}, &Later::at);
    if (next == later_.end() || next->at > end) break;
    const Later due = *next;
    later_.erase(next);
    world_.run_until(due.at);
    switch (due.what) {
      case Later::What::resume:
        world_.resume(due.a);
        break;
      case Later::What::start:
        world_.start(due.a);
        break;
      case Later::What::heal:
        world_.heal(due.a, due.b);
        world_.heal(due.b, due.a);
        break;
    }
  }
  world_.run_until(end);
}

void Chaos::later(Later::What what, PlaceIndex a, PlaceIndex b, Duration delay) {
  later_.push_back({world_.now() + delay, what, a, b});
}

/// P7: one voter that may lead reaches a majority, under the newest configuration that any disk
/// has.
bool Chaos::goose_is_due() const {
  const Configuration* const newest = world_.checker().configurations().newest();
  if (newest == nullptr) return false;
  std::size_t living = 0;
  bool may_lead = false;
  for (PlaceIndex place = 0; place < world_.places().size(); ++place) {
    if (!world_.lives(place) || !newest->has(world_.id(place))) continue;
    ++living;
    may_lead |= newest->may_lead(world_.id(place));
  }
  return may_lead && living >= majority_of(newest->members.size());
}

/// A restarted node waits for the longest promise that it may have given (rule 6).
Duration Chaos::longest_promise() const {
  Duration longest = plan_.promise;
  for (const Place& place : world_.places()) {
    if (!place.disk) continue;
    longest = std::max({longest, place.disk->promise_max, place.disk->config.promise});
  }
  return longest;
}

void Chaos::clear_sky(ChaosResult& result) {
  later_.clear();
  world_.heal_all();
  world_.weather = {};
  world_.disk_speed = {};
  for (PlaceIndex place = 0; place < world_.places().size(); ++place) {
    world_.place(place).sluggish = 0;
    world_.place(place).doom.reset();
    world_.resume(place);
    world_.end_work(place);
    if (place != clones_place_) world_.start(place);
  }
  // The sky is clear once the last slow save has ended.
  while (std::ranges::any_of(world_.places(), &Place::busy) && !world_.violation()) {
    world_.run_for(plan_.promise / 10);
  }
  // Keepers kill who hung till now; whoever looks after the processes starts them again.
  world_.run_for(plan_.promise / 2);
  for (PlaceIndex place = 0; place < clones_place_; ++place) world_.start(place);
  world_.dial_all();
  const TrueTime began = world_.now();
  const Duration promise = longest_promise();
  result.was_due = goose_is_due();
  if (!result.was_due) {
    if (plan_.upkeep && !plan_.goes_behind_upkeep()) {
      world_.checker().violate("majority", "is lost, and upkeep alone has changed the voters",
                               world_.now());
    }
    world_.run_for(promise);
    return;
  }
  result.is_clean = chance_.below(2) == 0;
  if (result.is_clean) world_.lose_letters();
  result.had_goose = world_.goose().has_value();
  world_.run_for(promise * settled_within);
  while (!world_.goose() && !world_.violation()) {
    world_.run_for(promise / 10);
    if (world_.now() - began > promise * goose_due_within) {
      world_.checker().violate(
          "liveness",
          "no goose within " + std::to_string(goose_due_within) + " promises under a clear sky",
          world_.now());
    }
  }
  const Duration waited = std::max(Duration{0}, world_.checker().last_tenure_began() - began);
  result.goose_after = static_cast<double>(waited.count()) / static_cast<double>(promise.count());
  const std::size_t tenures = world_.checker().tenures();
  if (world_.goose()) {
    world_.confirm(*world_.goose());
    world_.change(*world_.goose(), ChangeSettings{.promise = plan_.promise, .limits = {}});
  }
  world_.run_for(promise * 4);
  if (chance_.below(50) == 0) long_calm(promise);
  result.stayed = world_.checker().tenures() == tenures && world_.goose();
  const auto waits = world_.checker().unanswered_since();
  if (waits && world_.now() - *waits > promise * answered_within) {
    world_.checker().violate(
        "liveness", "a question of " + in_ms(waits->time_since_epoch()) + " is not answered yet",
        world_.now());
  }
  if (plan_.upkeep && result.is_clean && result.stayed) expect_right_voters(promise);
}

/// What takes its time, as to replace the dead, is done by then; the rest is rest.
void Chaos::long_calm(Duration promise) {
  world_.run_for(promise * 6);
  const auto& history = world_.checker().configurations();
  const std::size_t changes = history.changes();
  const std::optional<PlaceIndex> goose = world_.goose();
  const auto lives = [&](const Member& it) {
    return world_.lives(place_of(it.id)) && world_.id(place_of(it.id)) == it.id;
  };
  const bool all_live = goose && std::ranges::all_of(history.newest()->members, lives);
  world_.run_for(promise * 90);
  if (plan_.upkeep && all_live && world_.goose() == goose && history.changes() != changes) {
    world_.checker().violate("upkeep", "the voters were changed although all of them live",
                             world_.now());
  }
}

void Chaos::expect_right_voters(Duration promise) {
  const auto is_due = [&] { return world_.goose() && world_.due_change(*world_.goose()); };
  if (is_due()) world_.run_for(promise);  // it may have become due at this moment
  const Configuration* const newest = world_.checker().configurations().newest();
  if (newest->members.size() % 2 == 0 || is_due()) {
    world_.checker().violate("upkeep", "not the right voters at rest: " + names_of(*newest),
                             world_.now());
  }
}

}  // namespace duckduckgoose::sim

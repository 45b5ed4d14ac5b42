#include "sim/world.hpp"

#include <algorithm>
#include <utility>

#include "sim/names.hpp"

namespace duckduckgoose::sim {

namespace {

/// What a goose that stops on purpose gives its command.
constexpr Duration stop_time = std::chrono::seconds{8};

}  // namespace

/// The world as perform() sees it, for one step of one process.
class World::Hands {
 public:
  enum class Error : std::uint8_t { killed };

  Hands(World& world, PlaceIndex place)
      : world_(world), index_(place), place_(world.places_[place]) {}

  void withdraw(const Tenure& tenure) {
    if (dies_at(Boundary::withdraw)) return;
    world_.checker_.withdrawn(index_, tenure, world_.now_);
    world_.tell_keeper_how_it_stands(index_, true);
    world_.end_work_soon(index_);
  }

  std::expected<void, Error> persist(const Record& record) {
    if (dies_at(Boundary::persist)) return std::unexpected(Error::killed);
    ++world_.counts_.saves;
    if (dies_at(Boundary::mid_save)) {
      if (world_.chance_.below(2) == 0) land(record);
      return std::unexpected(Error::killed);
    }
    world_.tell_keeper(index_, guard::Saving{place_.process->lease_end()});
    if (place_.next_save_takes > Duration{0}) {
      place_.saving = record;
      slow_ = std::exchange(place_.next_save_takes, Duration{0});
      return {};
    }
    const DiskSpeed& speed = world_.disk_speed;
    if (speed.slow > 0 && world_.chance_.below(1000) < speed.slow) {
      ++world_.counts_.faults;
      place_.saving = record;
      slow_ = Duration{1} + world_.chance_.up_to(speed.slow_max);
      return {};
    }
    land(record);
    world_.tell_keeper(index_, guard::Saved{});
    return {};
  }

  void send(const Effects& effects) {
    if (gone_ || slow_ > Duration{0}) return;
    if (effects.persist && !effects.send.empty() && dies_at(Boundary::send)) return;
    sending_ = effects.send.size();
    if (sending_ > 1 && place_.doom == Boundary::mid_send) {
      sending_ = 1 + world_.chance_.below(sending_ - 1);
      gone_ = true;
    }
    for (std::size_t i = 0; i < sending_; ++i) {
      world_.checker_.sends(index_, effects.send[i], world_.now_);
    }
    if (effects.notice && !gone_) world_.checker_.sends(index_, *effects.notice, world_.now_);
  }

  void announce(const Effects& effects) {
    if (gone_ || slow_ > Duration{0}) return;
    if (effects.announce && dies_at(Boundary::announce)) return;
    world_.checker_.announces(index_, effects, world_.now_);
    if (effects.held) {
      place_.held_until = std::max(place_.held_until, place_.clock.when(*effects.held));
      world_.tell_keeper(index_, guard::Held{*effects.held});
    }
  }

  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] Duration slow() const { return slow_; }
  [[nodiscard]] std::size_t sending() const { return sending_; }

 private:
  bool dies_at(Boundary boundary) {
    if (place_.doom == boundary) gone_ = true;
    return gone_;
  }

  void land(const Record& record) {
    place_.disk = record;
    world_.checker_.saved(index_, record, world_.now_);
  }

  World& world_;
  PlaceIndex index_;
  Place& place_;
  bool gone_ = false;
  Duration slow_{0};
  std::size_t sending_ = 0;
};

void World::run_until(TrueTime end) {
  while (queue_.has_until(end) && !violation()) {
    const Entry entry = queue_.pop();
    if (entry.at > now_) ticks_at_once_ = 0;
    now_ = std::max(now_, entry.at);
    handle(entry);
  }
  if (!violation()) now_ = std::max(now_, end);
}

void World::handle(const Entry& entry) {
  const Place& place = places_[entry.place];
  const auto life = static_cast<std::uint32_t>(entry.detail);
  switch (entry.what) {
    case Happening::tick:
      if (life == place.life) tick(entry.place, entry.at);
      return;
    case Happening::delivery: {
      Event event = std::move(letters_[entry.detail]);
      empty_letters_.push_back(static_cast<std::uint32_t>(entry.detail));
      if (place.process && std::holds_alternative<Received>(event)) {
        note_saves(entry.place, std::get<Received>(event).message);
        give(entry.place, std::move(event));
      } else {
        ++counts_.lost;
      }
      return;
    }
    case Happening::ready:
      if (life == place.life) ready(entry.place);
      return;
    case Happening::dial:
      return link(entry.place, entry.other, entry.detail);
    case Happening::link_breaks:
      return lose_link(entry.place, entry.other, entry.detail);
    case Happening::work_ends:
      if (life == place.life) end_work(entry.place);
      return;
    case Happening::keeper_wakes:
      return wake_keeper(entry.detail, entry.at);
    case Happening::keeper_kills:
      return keeper_kills(entry.detail);
    case Happening::kept_work_ends:
      return kept_work_ends(entry.detail);
    case Happening::proof:
      return prove(entry.detail);
  }
}

void World::tick(PlaceIndex index, TrueTime at) {
  Place& place = places_[index];
  if (place.tick_at != at) return;  // an earlier one took its place
  place.tick_at.reset();
  if (place.wake_at > at) {
    place.tick_at = place.wake_at;
    queue_.push({.at = place.wake_at,
                 .detail = place.life,
                 .what = Happening::tick,
                 .place = static_cast<std::uint8_t>(index)});
    return;
  }
  constexpr std::uint32_t ticks_at_once_max = 1000;
  if (++ticks_at_once_ > ticks_at_once_max) {
    checker_.violate(
        "I9", place.address + " wants to be woken again and again without time passing", now_);
    return;
  }
  give(index, Tick{});
}

void World::give(PlaceIndex index, Event event) {
  Place& place = places_[index];
  if (!place.process) return;
  if (!place.stopped && !place.busy) return step(index, event);
  if (place.inbox.size() < Place::inbox_max) {
    place.inbox.push_back(std::move(event));
  } else {
    ++counts_.lost;
  }
}

void World::step(PlaceIndex index, const Event& event) {
  Place& place = places_[index];
  ++counts_.events;
  mix(static_cast<std::uint64_t>(now_.time_since_epoch().count()) * places_max + index);
  mix(event.index());
  if (log_ != nullptr) log_event(index, event);
  checker_.before(index, *place.process, event);
  Effects effects = place.process->step(place.clock.at(now_), event);
  checker_.after(index, *place.process, event, effects, now_);
  if (log_ != nullptr) log_effects(index, effects);

  Hands hands{*this, index};
  const auto done = perform(effects, hands);
  for (std::size_t i = 0; i < hands.sending(); ++i) post(index, std::move(effects.send[i]));
  if (!done || hands.gone())
    return kill(index, chance_.below(2) == 0 ? Keeper::tells : Keeper::is_silent);

  const bool ticked = std::holds_alternative<Tick>(event);
  const bool is_news = effects.announce.has_value();
  Duration pause = hands.slow();
  if (pause > Duration{0}) {
    schedule_tick(index, effects.wake_at);
    place.unsent = std::move(effects);
  } else {
    if (effects.notice) post_notice(index, *effects.notice);
    schedule_tick(index, effects.wake_at);
    if (place.sluggish > 0 && chance_.below(1000) < place.sluggish) {
      pause = Duration{1} + chance_.up_to(place.sluggish_max);
    }
  }
  if (pause == Duration{0}) tell_keeper_how_it_stands(index, is_news);
  if (pause > Duration{0}) {
    place.busy = true;
    queue_.push({.at = now_ + pause,
                 .detail = place.life,
                 .what = Happening::ready,
                 .place = static_cast<std::uint8_t>(index)});
  } else if (ticked && upkeep) {
    keep_up(index);
  }
}

/// A slow save or a slow step has ended; what waited for it goes on, unless the process is stopped.
void World::ready(PlaceIndex index) {
  Place& place = places_[index];
  if (place.saving) {
    place.disk = std::exchange(place.saving, std::nullopt);
    checker_.saved(index, *place.disk, now_);
    tell_keeper(index, guard::Saved{});
  }
  place.busy = false;
  if (!place.stopped) drain_inbox(index);
}

void World::drain_inbox(PlaceIndex index) {
  Place& place = places_[index];
  if (place.unsent) {
    Effects effects = *std::exchange(place.unsent, std::nullopt);
    effects.persist.reset();
    effects.withdraw.reset();  // both are done
    Hands hands{*this, index};
    const auto done = perform(effects, hands);
    for (std::size_t i = 0; i < hands.sending(); ++i) post(index, std::move(effects.send[i]));
    if (!done || hands.gone()) return kill(index, Keeper::is_silent);
    if (effects.notice) post_notice(index, *effects.notice);
  }
  while (place.process && !place.stopped && !place.busy && !place.inbox.empty() && !violation()) {
    const Event event = std::move(place.inbox.front());
    place.inbox.pop_front();
    step(index, event);
  }
}

void World::schedule_tick(PlaceIndex index, std::optional<Instant> wake) {
  Place& place = places_[index];
  if (!wake) {
    place.wake_at = TrueTime::max();
    return;
  }
  place.wake_at = std::max(now_, place.clock.when(*wake));
  if (place.tick_at && *place.tick_at <= place.wake_at) return;
  place.tick_at = place.wake_at;
  queue_.push({.at = place.wake_at,
               .detail = place.life,
               .what = Happening::tick,
               .place = static_cast<std::uint8_t>(index)});
}

Ticket World::change(PlaceIndex place, Edit edit) {
  const Ticket ticket{++tickets_};
  if (!lives(place)) return ticket;
  checker_.asked(place, ticket, false, now_);
  give(place, ChangeRequest{std::move(edit), ticket});
  return ticket;
}

Ticket World::confirm(PlaceIndex place) {
  const Ticket ticket{++tickets_};
  if (!lives(place)) return ticket;
  checker_.asked(place, ticket, true, now_);
  give(place, Confirm{ticket});
  return ticket;
}

Ticket World::drain(PlaceIndex place, ReleaseReason reason, std::optional<NodeId> successor) {
  const Ticket ticket{++tickets_};
  if (!lives(place)) return ticket;
  checker_.asked(place, ticket, false, now_);
  // As a process does that is about to stop.
  const Duration promise = places_[place].process->record().config.promise;
  if (reason == ReleaseReason::stopped) stand_aside(place, promise * 4);
  give(place, Drain{reason, successor, ticket});
  tell_keeper(place, guard::EndWork{places_[place].clock.at(now_) + stop_time});
  end_work_soon(place);
  return ticket;
}

/// The command must end, and does so in a while, unless it is ended by hand.
void World::end_work_soon(PlaceIndex place) {
  if (!places_[place].works || !work_ends_within || places_[place].keeper) return;
  queue_.push({.at = now_ + chance_.up_to(*work_ends_within),
               .detail = places_[place].life,
               .what = Happening::work_ends,
               .place = static_cast<std::uint8_t>(place)});
}

void World::hold(PlaceIndex place, Duration wanted) { give(place, Hold{wanted}); }

/// The core first, with all that it saves: a command that runs although nobody remembers it after a
/// crash would outlive its lease.
void World::begin_work(PlaceIndex index) {
  Place& place = places_[index];
  if (goose() != index || place.works || place.stopped || place.busy) return;
  const std::uint32_t life = place.life;
  const Incarnation who = place.process->self();
  checker_.works(index, true);
  give(index, WorkBegan{});
  if (place.life != life) return;
  if (place.busy) {  // a slow save: the office may be over when it ends, so nothing is started
    checker_.works(index, false);
    return give(index, WorkEnded{});
  }
  place.works = true;
  if (!place.keeper) return;
  keepers_[*place.keeper].works = true;
  checker_.contained(who, true);
  const Duration promise = place.process->record().config.promise;
  tell_keeper(index, guard::WorkBegan{guard::grace_default(promise)});
}

void World::end_work(PlaceIndex place, bool well) {
  if (!lives(place) || !places_[place].works) return;
  places_[place].works = false;
  checker_.works(place, false);
  if (!well) {
    const Duration promise = places_[place].process->record().config.promise;
    checker_.ended_badly(place, promise, now_);
    places_[place].held_until = std::max(places_[place].held_until, now_ + promise * 2);
  }
  if (const auto keeper = places_[place].keeper) {
    keepers_[*keeper].works = false;
    checker_.contained(keepers_[*keeper].who, false);
  }
  tell_keeper(place, guard::WorkEnded{well});
  give(place, WorkEnded{well});
}

void World::stand_aside(PlaceIndex place, Duration time) {
  if (lives(place)) give(place, StandAside{places_[place].clock.at(now_) + time});
}

}  // namespace duckduckgoose::sim

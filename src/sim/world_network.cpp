#include <algorithm>
#include <utility>

#include "sim/names.hpp"
#include "sim/world.hpp"

/// Messages and links on their way between places.
namespace duckduckgoose::sim {

namespace {

/// After so long a process tries again to reach another one.
constexpr Duration redial_after = std::chrono::milliseconds{100};

std::uint64_t both(std::uint32_t a, std::uint32_t b) { return std::uint64_t{a} << 32U | b; }

}  // namespace

Kind kind_of(const Message& message) {
  if (const auto* request = std::get_if<VoteRequest>(&message.body)) {
    return request->pre ? Kind::pre_vote : Kind::vote_request;
  }
  if (const auto* reply = std::get_if<VoteReply>(&message.body)) {
    return reply->pre ? Kind::pre_vote_reply : Kind::vote_reply;
  }
  if (std::holds_alternative<Heartbeat>(message.body)) return Kind::heartbeat;
  if (std::holds_alternative<HeartbeatReply>(message.body)) return Kind::heartbeat_reply;
  if (std::holds_alternative<Release>(message.body)) return Kind::release;
  if (std::holds_alternative<Notice>(message.body)) return Kind::notice;
  return Kind::rejected;
}

/// The place to whose address a message for `id` goes: where that id lives, or lived last. Of
/// clones, any.
std::optional<PlaceIndex> World::receiver_of(NodeId id) const {
  const PlaceIndex made_for = place_of(id);
  for (PlaceIndex place = 0; place < places_.size(); ++place) {
    if (place == made_for || !places_[place].process) continue;
    if (this->id(place) == id && (!lives(made_for) || digest_ % 2 == 0)) return place;
  }
  return made_for < places_.size() ? std::optional{made_for} : std::nullopt;
}

void World::post(PlaceIndex from, Message&& message) {
  if (const auto to = receiver_of(message.to)) {
    send_to(from, *to, std::move(message));
  } else {
    ++counts_.lost;
  }
}

void World::post_notice(PlaceIndex from, const Message& notice) {
  const Raft& core = *places_[from].process;
  const std::vector<NodeId> reached = core.rounds_to();
  for (PlaceIndex to = 0; to < places_.size(); ++to) {
    if (to == from || !places_[to].process || places_[from].linked_to[to].life == 0) continue;
    if (std::ranges::find(reached, id(to)) == reached.end()) send_to(from, to, Message{notice});
  }
}

const Filter* World::filter_for(PlaceIndex from, PlaceIndex to, const Message& message) const {
  for (const Filter& filter : filters_) {
    const bool fits = filter.kind == Kind::any || filter.kind == kind_of(message);
    if (filter.from == from && filter.to == to && fits) return &filter;
  }
  return nullptr;
}

void World::send_to(PlaceIndex from, PlaceIndex to, Message&& message) {
  constexpr std::uint64_t sampled = 61;
  if (++counts_.sent % sampled == 0) sample_ = message;
  if (!filters_.empty()) {
    if (const Filter* filter = filter_for(from, to, message)) {
      if (filter->fate == Filter::Fate::hold_back)
        kept_.push_back({to, Received{std::move(message)}});
      return;
    }
  }
  if (cuts_.is_cut(from, to) || (weather.lost > 0 && chance_.below(1000) < weather.lost)) {
    ++counts_.lost;
    return;
  }
  if (weather.doubled > 0 && chance_.below(1000) < weather.doubled) {
    arrive_after(to, Message{message}, weather.delay(chance_));
  }
  const Duration delay = weather.delay(chance_);
  arrive_after(to, std::move(message), delay);
}

void World::arrive_after(PlaceIndex to, Message&& message, Duration delay) {
  std::uint64_t letter = letters_.size();
  if (empty_letters_.empty()) {
    letters_.emplace_back(Received{std::move(message)});
  } else {
    letter = empty_letters_.back();
    empty_letters_.pop_back();
    letters_[letter] = Received{std::move(message)};
  }
  queue_.push({.at = now_ + delay,
               .detail = letter,
               .what = Happening::delivery,
               .place = static_cast<std::uint8_t>(to)});
}

void World::inject(PlaceIndex to, Message message, Duration delay) {
  arrive_after(to, std::move(message), delay);
}

void World::lose_letters() {
  for (Event& letter : letters_) letter = Tick{};
}

std::size_t World::deliver_kept() {
  std::vector<Kept> kept = std::exchange(kept_, {});
  for (Kept& it : kept) give(it.to, std::move(it.event));
  return kept.size();
}

void World::cut(PlaceIndex from, PlaceIndex to) {
  ++counts_.faults;
  cuts_.cut(from, to);
}

void World::dial(PlaceIndex from, PlaceIndex to, Duration delay) {
  queue_.push({.at = now_ + delay,
               .detail = both(places_[from].life, places_[to].life),
               .what = Happening::dial,
               .place = static_cast<std::uint8_t>(from),
               .other = static_cast<std::uint8_t>(to)});
}

void World::dial_all() {
  for (PlaceIndex from = 0; from < places_.size(); ++from) {
    for (PlaceIndex to = 0; to < from; ++to) {
      if (lives(from) && lives(to)) dial(from, to, redial_after);
    }
  }
}

/// One of two processes has tried to reach the other: with a hello each way the link stands.
void World::link(PlaceIndex a, PlaceIndex b, std::uint64_t lives) {
  Place& one = places_[a];
  Place& other = places_[b];
  if (lives != both(one.life, other.life) || !one.process || !other.process) return;
  if (one.linked_to[b].life == other.life && other.linked_to[a].life == one.life) return;
  if (!connected(a, b) || one.stopped || other.stopped || one.busy || other.busy) {
    return dial(a, b, redial_after);
  }
  const auto enrol = [this](PlaceIndex fresh, const Place& member) {
    const Record& record = member.process->record();
    if (!record.is_fresh()) give(fresh, Enrolled{record.cluster, record.config});
  };
  if (one.process->record().is_fresh()) enrol(a, other);
  if (other.process && other.process->record().is_fresh()) enrol(b, one);
  if (lives != both(one.life, other.life) || !one.process || !other.process) return;
  one.linked_to[b] = {other.life, id(b), other.disk->saves};
  other.linked_to[a] = {one.life, id(a), one.disk->saves};
  const auto hello = [](const Place& place) {
    return LinkUp{.who = place.process->self(),
                  .saves = place.disk->saves,
                  .address = place.address,
                  .may_lead = place.may_lead};
  };
  const LinkUp to_other = hello(other);
  const LinkUp to_one = hello(one);
  give(a, to_other);
  give(b, to_one);
}

void World::break_link(PlaceIndex a, PlaceIndex b) {
  for (const auto& [at, peer] : {std::pair{a, b}, std::pair{b, a}}) {
    lose_link(at, peer, places_[at].linked_to[peer].life);
  }
  if (lives(a) && lives(b)) dial(a, b, redial_after);
}

void World::lose_link(PlaceIndex index, PlaceIndex peer, std::uint64_t life) {
  Place& place = places_[index];
  if (!place.process || life == 0 || place.linked_to[peer].life != life) return;
  const NodeId id = std::exchange(place.linked_to[peer], {}).id;
  give(index, LinkDown{id});
}

void World::note_saves(PlaceIndex place, const Message& message) {
  const PlaceIndex sender = place_of(message.from.id);
  if (sender >= places_.size()) return;
  Place::Linked& link = places_[place].linked_to[sender];
  if (link.id == message.from.id) link.saves = std::max(link.saves, message.saves);
}

}  // namespace duckduckgoose::sim

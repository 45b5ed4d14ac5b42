#include "node/keeper_line.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include "net/postcard.hpp"
#include "node/book.hpp"
#include "wire/address.hpp"

namespace duckduckgoose::node {

namespace {

/// What proves to `voter` that the incarnation of `mine` is dead, whenever it is sent.
std::string proof_for(NodeId voter, const Configuration& config, wire::Hello mine) {
  mine.keeper = true;
  mine.to = voter;
  const Message release{.cluster = mine.cluster_id.value_or(ClusterId{}),
                        .from = mine.incarnation,
                        .to = voter,
                        .saves = mine.saves,
                        .term = config.stamp.term,
                        .stamp = config.stamp,
                        .config = {},
                        .body = Release{.incarnation = mine.incarnation,
                                        .term = config.stamp.term,
                                        .reason = ReleaseReason::dead,
                                        .successor = {}}};
  return net::postcard(std::array{wire::encode(mine), wire::encode(release)});
}

/// Where a voter may be, as far as no lookup is needed, the likeliest first. Where it was met may
/// only be where it speaks from.
std::vector<std::string> places_of(const wire::Address& address, const std::string& met_at) {
  std::vector<std::string> places = net::sockaddrs_of(address);
  const auto met = wire::parse_address(met_at);
  if (!met) return places;
  for (std::string& place : net::sockaddrs_of(*met)) {
    const bool listens_there = std::erase(places, place) > 0;
    places.insert(listens_there ? places.begin() : places.end(), std::move(place));
  }
  return places;
}

}  // namespace

KeeperLine::KeeperLine(net::Loop& loop, std::optional<int> fd, Listener listener)
    : loop_{loop},
      listener_{std::move(listener)},
      // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
      has_service_manager_{std::getenv("NOTIFY_SOCKET") != nullptr} {
  if (!fd) return;
  line_ = std::make_unique<net::Packets>(
      loop, *fd,
      net::Packets::Listener{.on_packet = [this](std::string_view packet) { hear(packet); },
                             .on_end =
                                 [this] {
                                   loop_.cancel(timer_);
                                   silent_ = true;
                                   listener_.on_dead();
                                 }});
}

KeeperLine::~KeeperLine() { loop_.cancel(timer_); }

bool KeeperLine::tell(const guard::Letter& letter) {
  return line_ && line_->send(guard::encode(letter));
}

void KeeperLine::beat() {
  if (!line_) return;
  const Instant now = net::Loop::now();
  notice_silence(now);
  const guard::Beat beat = listener_.beat();
  tell(beat);
  is_goose_ = beat.lease_end.has_value();
  if (!is_told_) is_told_ = tell(told_);
  if (!asked_) asked_ = now;
  loop_.cancel(timer_);
  timer_at_ = now + (beat.lease_end ? guard::beat_every(beat.promise) : guard::beat_every_as_duck);
  timer_ = loop_.wake_at(timer_at_, [this] { this->beat(); });
}

void KeeperLine::seat_changed() {
  if (is_goose_ || listener_.beat().lease_end) beat();
}

void KeeperLine::saving(std::optional<Instant> lease_end) {
  const bool has_beaten = net::Loop::now() < timer_at_;
  if (!is_goose_ && !lease_end && has_beaten) return;
  is_goose_ = lease_end.has_value();
  is_saving_ = tell(guard::Saving{lease_end});
}

void KeeperLine::saved() {
  if (std::exchange(is_saving_, false)) tell(guard::Saved{});
}

void KeeperLine::report(const std::string& sentence) {
  if (has_service_manager_) tell(guard::Says{sentence});
}

/// A node that was held up itself cannot tell whether the keeper was silent.
void KeeperLine::notice_silence(Instant now) {
  if (!asked_ || silent_) return;
  const guard::Beat beat = listener_.beat();
  if (now > timer_at_ + guard::late_after(beat.promise)) {
    asked_ = now;
    return;
  }
  const Duration patience =
      beat.lease_end ? guard::patience_with_goose(beat.promise) : guard::patience_with_duck;
  if (now - *asked_ < patience) return;
  silent_ = true;
  listener_.on_silent();
}

void KeeperLine::hear(std::string_view packet) {
  const auto reply = guard::decode_reply(packet);
  if (!reply) return;
  if (std::holds_alternative<guard::Stop>(*reply)) return listener_.on_stop();
  if (!std::holds_alternative<guard::Alive>(*reply)) return listener_.on_work(*reply);
  asked_.reset();
  silent_ = false;
}

void KeeperLine::address(const Configuration& config, const Book& book, const wire::Hello& mine) {
  if (!line_) return;
  Reach reach{.of = mine.incarnation, .stamp = config.stamp, .places = {}};
  std::vector<NodeId> voters;
  for (const Member& voter : config.members) {
    const auto address = wire::parse_address(voter.address);
    if (voter.id == mine.incarnation.id || !address) continue;
    reach.places.push_back(places_of(*address, book.place_of(voter.id)));
    voters.push_back(voter.id);
  }
  if (reach == reach_) return;
  reach_ = std::move(reach);
  told_.voters.clear();
  for (std::size_t i = 0; i < voters.size(); ++i) {
    told_.voters.push_back({.places = reach_.places[i],
                            .bytes = proof_for(voters[i], config, mine),
                            .answer = std::string{wire::proof_taken}});
  }
  is_told_ = tell(told_);
}

}  // namespace duckduckgoose::node

#include "node/keeper_line.hpp"

#include <algorithm>
#include <array>
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

/// Where a voter may be, as far as no lookup is needed: first where it was met. Of a link that it
/// dialled that is only where it speaks from.
std::vector<std::string> places_of(const wire::Address& address, const std::string& met_at) {
  std::vector<std::string> places;
  if (const auto met = wire::parse_address(met_at)) places = net::sockaddrs_of(*met);
  for (std::string& place : net::sockaddrs_of(address)) {
    const bool is_new = std::ranges::find(places, place) == places.end();
    if (is_new) places.push_back(std::move(place));
  }
  return places;
}

}  // namespace

KeeperLine::KeeperLine(net::Loop& loop, std::optional<int> fd, Listener listener)
    : loop_{loop}, listener_{std::move(listener)} {
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
  if (!is_told_) is_told_ = tell(told_);
  if (!asked_) asked_ = now;
  loop_.cancel(timer_);
  timer_at_ = now + (beat.lease_end ? guard::beat_every(beat.promise) : guard::beat_every_as_duck);
  timer_ = loop_.wake_at(timer_at_, [this] { this->beat(); });
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
  guard::Envelopes envelopes;
  for (const Member& voter : config.members) {
    if (voter.id == mine.incarnation.id) continue;
    const auto address = wire::parse_address(voter.address);
    if (!address) continue;
    envelopes.voters.push_back({.places = places_of(*address, book.place_of(voter.id)),
                                .bytes = proof_for(voter.id, config, mine),
                                .answer = std::string{wire::proof_taken}});
  }
  if (envelopes == told_) return;
  told_ = std::move(envelopes);
  is_told_ = tell(told_);
}

}  // namespace duckduckgoose::node

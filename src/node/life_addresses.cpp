#include <algorithm>
#include <utility>

#include "net/address.hpp"
#include "node/life.hpp"
#include "node/start.hpp"
#include "wire/address.hpp"
#include "wire/ids.hpp"
#include "wire/limits.hpp"

/// Where this node and the others are: who is dialled, who is told, what is written down.
namespace duckduckgoose::node {

/// One setting for all nodes says not which of the addresses is this one's: its own answer does.
bool Life::know_address() {
  slot_ = joining_->own_slot() ? joining_->own_slot() : slot_of(record(), home_.settings);
  if (slot_) {
    home_.address = *slot_;
    home_.log.set_node(wire::short_text(record().node.id), home_.address);
    book_.note(record().node.id, home_.address);
  } else if (!is_reachable_at(home_.settings)) {
    fail(unreachable_everywhere(home_.settings, home_.settings.port));
    return false;
  }
  return true;
}

/// Not from inside a callback of the links.
void Life::aim_soon() {
  home_.loop.cancel(aim_timer_);
  aim_timer_ = home_.loop.wake_at(net::Loop::now(), [this] {
    ++story_.version;
    for (const NodeId who : std::exchange(newcomers_, {})) introduce(who);
    aim();
    changes_.look();
    errands_.look();
  });
}

/// Whom to dial: the voters by id, and as long as not all of them are linked, whoever may know
/// more. Where none of them is, they may all be others by now.
void Life::aim() {
  if (record().is_fresh()) return;
  std::vector<Goal> goals;
  bool all_linked = true;
  bool any_linked = false;
  for (const Member& voter : engine_.config().members) {
    if (voter.id == id()) continue;
    goals.push_back({voter.address, voter.id});
    all_linked = all_linked && peers_.has(voter.id);
    any_linked = any_linked || peers_.has(voter.id);
  }
  // Where another one was met than was looked for, that one is to be met as well.
  const auto is_goal = [&](const Goal& goal, const std::string& address) {
    return goal.address == address &&
           (!goal.id || std::ranges::find(gone_, *goal.id) == gone_.end());
  };
  const auto hint = [&](const std::string& address) {
    const bool is_known =
        std::ranges::any_of(goals, [&](const Goal& goal) { return is_goal(goal, address); });
    const bool is_of_use = !address.empty() && address != home_.address && !is_known;
    if (is_of_use) goals.push_back({address, std::nullopt});
  };
  if (all_linked) {
    introduced_.clear();
  } else {
    for (const Member& voter : engine_.config().members) {
      if (!peers_.has(voter.id)) hint(place_of(voter));
    }
    std::ranges::for_each(hints_, hint);
    std::ranges::for_each(introduced_, hint);
    if (!any_linked) std::ranges::for_each(addresses_, hint);
  }
  // A thousand observers that lose their goose do not dial it before the others have elected the
  // next one; nor so late that they would believe that there is none, after two promises.
  const Duration unhurried = std::min(patience_max, engine_.config().promise / 2);
  peers_.set_goals(std::move(goals), engine_.raft().is_voter() ? Duration{0} : unhurried);
  home_.keeper.address(engine_.config(), book_, hello());
}

/// All may have come back elsewhere, and the newcomer may know nobody but this node, or be known to
/// nobody else.
void Life::introduce(NodeId newcomer) {
  const auto peer = peers_.find(newcomer);
  if (!peer) return;
  for (const Member& voter : engine_.config().members) {
    if (voter.id == newcomer || voter.id == id()) continue;
    const auto linked = peers_.find(voter.id);
    peers_.introduce(newcomer, linked ? linked->hello.address : voter.address);
  }
  const Member* const voter = engine_.config().find(newcomer);
  if (voter == nullptr || voter->address == peer->hello.address) return;
  for (const NodeId to : peers_.ids()) {
    if (to != newcomer) peers_.introduce(to, peer->hello.address);
  }
}

void Life::introduced(const std::string& address) {
  const bool is_known = std::ranges::find(introduced_, address) != introduced_.end();
  if (is_known) return;
  if (introduced_.size() == wire::addresses_max) introduced_.erase(introduced_.begin());
  introduced_.push_back(address);
  aim_soon();
}

/// A name may lead nowhere one day: then it is still known where the node was.
void Life::met_at(NodeId who, const std::string& remote) {
  const auto end = wire::parse_address(remote);
  const auto address = wire::parse_address(book_.address_of(who));
  if (!end || !address) return;
  book_.met(who, wire::to_text(wire::Address{end->host, address->port}));
  aim_soon();
}

/// Where another voter was met, if only a lookup of its name leads there else. Empty: it does not.
std::string Life::place_of(const Member& voter) const {
  const auto address = wire::parse_address(voter.address);
  const bool is_of_use = voter.id != id() && address && net::is_name(address->host);
  return is_of_use ? book_.place_of(voter.id) : std::string{};
}

/// The voters', where those were met whose names nobody might know then, and those of others that
/// are linked. What was learnt before is forgotten here alone, and not when a link ends: a save in
/// an election has to be a hot one.
void Life::learn_addresses() {
  addresses_.clear();
  learn_voters();
  for (const Member& voter : config_.members) learn(place_of(voter));
  for (const NodeId other : peers_.ids()) learn(book_.address_of(other));
}

void Life::learn_voters() {
  for (const Member& voter : config_.members) {
    if (voter.id != id()) learn(voter.address);
  }
}

void Life::learn(const std::string& address) {
  if (address.empty() || address == home_.address) return;
  const bool has_room = addresses_.size() < wire::addresses_max;
  if (has_room && std::ranges::find(addresses_, address) == addresses_.end()) {
    addresses_.push_back(address);
  }
}

Record Life::with_addresses(Record record) const {
  record.slot = slot_;
  record.addresses = addresses_;
  return record;
}

}  // namespace duckduckgoose::node

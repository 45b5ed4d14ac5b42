#include "node/engine.hpp"

#include <algorithm>
#include <utility>

#include "raft/ensure.hpp"

namespace duckduckgoose::node {

Engine::Engine(net::Loop& loop, store::Directory& directory, Surroundings& surroundings,
               Record record, Raft::Options options)
    : loop_{loop},
      directory_{directory},
      surroundings_{surroundings},
      raft_{std::move(record), options, net::Loop::now()},
      quiet_at_{net::Loop::now() + config().promise} {}

Engine::~Engine() { loop_.cancel(timer_); }

void Engine::step(Event event) {
  ensure(events_.size() < events_max);
  events_.push_back(std::move(event));
  if (!working_) work();
}

void Engine::work() {
  working_ = true;
  const auto take_all = [this] {
    while (!events_.empty() && !failed_) {
      const Event event = std::move(events_.front());
      events_.pop_front();
      take(event);
    }
  };
  take_all();
  for (int changes = 0; attentive_ && !failed_ && changes < changes_in_step_max; ++changes) {
    attentive_ = keep_up_once();
    take_all();
  }
  if (!failed_) refresh_record();
  working_ = false;
  if (!failed_) arm();
}

void Engine::take(const Event& event) {
  const Effects effects = raft_.step(net::Loop::now(), event);
  wake_at_ = effects.wake_at;
  const bool is_routine = std::holds_alternative<Received>(event) && effects.trace.empty();
  if (!is_routine || raft_.links().size() <= attentive_max) attentive_ = true;
  if (const auto done = perform(effects, *this); !done) fail(done.error());
}

void Engine::fail(const store::StoreError& error) {
  failed_ = true;
  events_.clear();
  loop_.cancel(timer_);
  surroundings_.disk_failed(error);
}

std::expected<void, Engine::Error> Engine::persist(const Record& record) {
  surroundings_.saving();
  auto done = directory_.save(surroundings_.with_addresses(record));
  surroundings_.saved();
  quiet_at_ = net::Loop::now() + config().promise;
  return done;
}

/// Saves what was learnt of the peers while there is a goose and nobody waits for a save; else the
/// first save of the next election would not be hot.
void Engine::refresh_record() {
  const Instant now = net::Loop::now();
  if (now < quiet_at_ || !raft_.leadership().leader) return;
  quiet_at_ = now + config().promise;
  surroundings_.learn_addresses();
  Record record = surroundings_.with_addresses(raft_.record());
  record.seen = raft_.seen();
  if (record == hot_) return;  // most often nothing was learnt
  if (!directory_.is_hot(record)) {
    surroundings_.saving();
    const auto done = directory_.refresh(record);
    surroundings_.saved();
    if (!done) return fail(done.error());
  }
  hot_ = std::move(record);
}

void Engine::send(const Effects& effects) {
  for (const Message& message : effects.send) surroundings_.send(message);
  if (effects.notice) surroundings_.send_to_others(*effects.notice, raft_.rounds_to());
}

void Engine::announce(const Effects& effects) {
  if (raft_.leader() == nullptr) removals_.clear();
  if (effects.announce) remember_predecessor(*effects.announce);
  if (effects.held) held_ = effects.held;
  surroundings_.stepped(effects);
  for (const Answer& answer : effects.answers) {
    auto asked = asked_.extract(answer.ticket);
    if (asked) asked.mapped()(answer);
  }
}

/// Who gave the office up because it shall be removed must not get it back before the operator's
/// request comes here too: several that leave at once would pass it round and round.
void Engine::remember_predecessor(const Leadership& leadership) {
  const Cause& cause = leadership.cause;
  const bool is_heir = leadership.mine && cause.release == ReleaseReason::removed;
  if (is_heir && cause.previous && !is_to_be_removed(*cause.previous)) {
    removals_.push_back(*cause.previous);
  }
}

/// One change towards what the voters should be. True: look again.
bool Engine::keep_up_once() {
  const auto now = office();
  if (!now) return false;
  if (!now->in_flight) {
    std::erase_if(removals_, [this](NodeId id) { return config().removed_by(id).has_value(); });
  }
  const auto change = membership::next_change(config(), *now);
  if (change && carry_out(*change, *now)) return true;
  if (const auto successor = membership::handover_due(config(), *now)) {
    drain(ReleaseReason::removed, successor);
  }
  return false;
}

/// False: the core has refused it.
bool Engine::carry_out(const membership::Upkeep& change, const membership::Office& office) {
  surroundings_.keeping_up(change, office);
  bool refused = false;
  const Ticket ticket = ticket_for(
      [&refused](const Answer& answer) { refused = answer.outcome != Outcome::in_force; });
  take(ChangeRequest{change.edit, ticket});
  // What comes later is seen in the configuration; the reference must not outlive this call.
  asked_.erase(ticket);
  return !refused;
}

void Engine::arm() {
  loop_.cancel(timer_);
  timer_ = {};
  if (wake_at_) timer_ = loop_.wake_at(*wake_at_, [this] { step(Tick{}); });
}

Ticket Engine::ticket_for(OnAnswer on_answer) {
  ++last_ticket_.value;
  asked_.emplace(last_ticket_, std::move(on_answer));
  return last_ticket_;
}

std::optional<Instant> Engine::hold(Duration wanted) {
  held_.reset();
  step(Hold{wanted});
  return held_ && net::Loop::now() < *held_ ? held_ : std::nullopt;
}

void Engine::confirm(OnAnswer on_answer) { step(Confirm{ticket_for(std::move(on_answer))}); }

void Engine::change(const Edit& edit, OnAnswer on_answer) {
  step(ChangeRequest{edit, ticket_for(std::move(on_answer))});
}

void Engine::drain(ReleaseReason reason, std::optional<NodeId> successor, OnAnswer on_answer) {
  step(Drain{reason, successor, ticket_for(std::move(on_answer))});
}

bool Engine::remove(NodeId id) {
  if (is_to_be_removed(id)) return true;
  if (removals_.size() == removals_max) return false;
  removals_.push_back(id);
  attentive_ = true;
  if (!working_) work();
  return true;
}

void Engine::forget_removal(NodeId id) { std::erase(removals_, id); }

bool Engine::is_to_be_removed(NodeId id) const {
  return std::ranges::find(removals_, id) != removals_.end();
}

std::optional<membership::Office> Engine::office() const {
  auto office =
      membership::office_of(raft_, net::Loop::now(), removals_, surroundings_.displaced());
  if (office) office->peers.push_back(own_view());
  return office;
}

/// The goose itself may have come back at another address, and nobody else writes that down.
membership::PeerView Engine::own_view() const {
  return {.member = {id(), surroundings_.address(), config().may_lead(id())},
          .voter = true,
          .linked = true,
          .acknowledged = true,
          .in_configuration = true};
}

bool Engine::leads(Instant now) const {
  const auto end = raft_.lease_end();
  return end && now < *end;
}

}  // namespace duckduckgoose::node

#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "membership/founding.hpp"
#include "membership/upkeep.hpp"

namespace duckduckgoose::membership {

/// Real cores in a world without delay or loss, whose leader looks after its voters after every
/// step.
class Flock {
 public:
  Flock() { found(); }

  /// A node that joins: linked to all that live.
  NodeId join() {
    const NodeId id{cores_.size() + 1};
    Record record = started(id);
    const Raft& founder = cores_.at(NodeId{1});
    cores_.emplace(id, Raft{record, {.nonce = id.value, .seed = id.value}, now_});
    step(id, Enrolled{founder.record().cluster, founder.record().config});
    for (const auto& [other, core] : cores_) {
      if (other == id || is_dead(other)) continue;
      step(other, link_to(cores_.at(id)));
      step(id, link_to(core));
    }
    settle();
    return id;
  }

  void kill(NodeId id) {
    dead_.push_back(id);
    for (const auto& [other, core] : cores_) {
      if (!is_dead(other)) step(other, LinkDown{id});
    }
    settle();
  }

  /// Nobody notices but by its silence.
  void freeze(NodeId id) { dead_.push_back(id); }

  void remove(NodeId id) {
    removals_.push_back(id);
    settle();
  }

  void run(Duration length) {
    const Instant end = now_ + length;
    while (true) {
      std::optional<NodeId> next;
      for (const auto& [id, at] : wake_at_) {
        if (!is_dead(id) && (!next || at < wake_at_.at(*next))) next = id;
      }
      if (!next || wake_at_.at(*next) > end) break;
      now_ = std::max(now_, wake_at_.at(*next));
      step(*next, Tick{});
      settle();
    }
    now_ = end;
  }

  /// Kills `who` the moment it is told of a change that `when` says, before it can acknowledge it.
  void kill_on_change(Why when) { kill_on_ = when; }

  [[nodiscard]] const Raft* leader() const {
    for (const auto& [id, core] : cores_) {
      if (!is_dead(id) && core.leader() != nullptr) return &core;
    }
    return nullptr;
  }
  [[nodiscard]] std::vector<std::uint64_t> voters() const {
    std::vector<std::uint64_t> numbers;
    for (const Member& it : leader()->record().config.members) numbers.push_back(it.id.value);
    return numbers;
  }
  [[nodiscard]] const Raft& core(NodeId id) const { return cores_.at(id); }
  [[nodiscard]] Instant now() const { return now_; }
  std::vector<Why> reasons() { return std::exchange(reasons_, {}); }

 private:
  struct Letter {
    NodeId to;
    Message message;
  };

  static std::string address_of(NodeId id) { return "n" + std::to_string(id.value); }

  static LinkUp link_to(const Raft& core) {
    const Record& record = core.record();
    return {core.self(), record.saves, address_of(core.self().id), record.node.may_lead};
  }

  static Record started(NodeId id) {
    Record record;
    record.node = {.id = id, .born = 1'000 + id.value, .may_lead = true};
    return started_again(record);
  }

  void found() {
    const Record record = started(NodeId{1});
    cores_.emplace(NodeId{1}, Raft{record, {.nonce = 1, .seed = 1}, now_});
    step(NodeId{1}, found_alone(record, "pond", address_of(NodeId{1})));
    run(promise_default);
  }

  [[nodiscard]] bool is_dead(NodeId id) const {
    return std::ranges::find(dead_, id) != dead_.end();
  }

  void step(NodeId id, const Event& event) {
    const Effects effects = cores_.at(id).step(now_, event);
    for (const Message& it : effects.send) post_.push_back({it.to, it});
    for (const auto& [other, core] : cores_) {
      const bool gets_notice = effects.notice && other != id &&
                               !std::ranges::binary_search(cores_.at(id).rounds_to(), other);
      if (gets_notice) post_.push_back({other, *effects.notice});
    }
    if (effects.wake_at) wake_at_.insert_or_assign(id, *effects.wake_at);
  }

  /// Delivers until nothing is under way, the leader's upkeep included.
  void settle() {
    do {
      while (!post_.empty()) {
        const Letter letter = std::move(post_.front());
        post_.pop_front();
        if (is_dead(letter.to) || is_dead(letter.message.from.id)) continue;
        step(letter.to, Received{letter.message});
        look_after_voters();
      }
      look_after_voters();
    } while (!post_.empty());
  }

  void look_after_voters() {
    const Raft* const core = leader();
    if (core == nullptr) return;
    const auto office = office_of(*core, now_, removals_);
    if (!office) return;
    const NodeId self = core->self().id;
    const Configuration& config = core->record().config;
    if (const auto upkeep = next_change(config, *office)) {
      reasons_.push_back(upkeep->why);
      if (const auto* add = std::get_if<AddVoter>(&upkeep->edit); add && kill_on_ == upkeep->why) {
        kill_on_.reset();
        dead_.push_back(add->member.id);
      }
      step(self, ChangeRequest{upkeep->edit, Ticket{2}});
    } else if (const auto successor = handover_due(config, *office)) {
      step(self, Drain{ReleaseReason::removed, *successor, Ticket{1}});
    }
  }

  Instant now_ = Instant{} + std::chrono::hours{1};
  std::map<NodeId, Raft> cores_;
  std::map<NodeId, Instant> wake_at_;
  std::vector<NodeId> dead_;
  std::deque<Letter> post_;
  std::vector<NodeId> removals_;
  std::vector<Why> reasons_;
  std::optional<Why> kill_on_;
};

}  // namespace duckduckgoose::membership

#include "real_messages.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "examples.hpp"
#include "raft/ensure.hpp"
#include "raft/raft.hpp"

namespace duckduckgoose::wire {
namespace {

using namespace std::chrono_literals;

/// Cores on one clock, whose messages arrive at the next millisecond.
class Pond {
 public:
  Pond() {
    Configuration config;
    config.stamp = {Term{0}, 1};
    for (std::uint64_t id = 1; id <= 3; ++id) config.add(member(id));
    for (std::uint64_t id = 1; id <= 5; ++id) {
      Record record;
      record.node.id = NodeId{id};
      record.cluster.id = cluster_id;
      record.config = config;
      cores_.emplace_back(started_again(std::move(record)), Raft::Options{.nonce = id, .seed = id},
                          now_);
    }
    for (Raft& core : cores_) {
      for (const Raft& other : cores_) {
        if (&core == &other) continue;
        step(core,
             LinkUp{.who = other.self(), .saves = 1, .address = address(other.self().id.value)});
      }
    }
  }

  void run(Duration length) {
    for (const Instant end = now_ + length; now_ < end; now_ += 1ms) {
      for (Raft& core : cores_) step(core, Tick{});
      for (const Message& message : std::exchange(under_way_, {})) {
        for (Raft& core : cores_) {
          const bool reads = message.to == core.self().id || message.to == NodeId{};
          if (reads && message.from != core.self() && !is_deaf(core)) step(core, Received{message});
        }
      }
    }
  }

  void step_leader(const Event& event) {
    const auto leader =
        std::ranges::find_if(cores_, [](const Raft& core) { return core.leader() != nullptr; });
    ensure(leader != cores_.end());
    step(*leader, event);
  }

  /// The present leader hears nothing any more, and so falls silent.
  void deafen_leader() {
    for (const Raft& core : cores_) {
      if (core.leader() != nullptr) deaf_ = core.self().id;
    }
  }

  void say(const Message& message) { under_way_.push_back(message); }

  static Member member(std::uint64_t id) { return {NodeId{id}, address(id), true}; }
  [[nodiscard]] const std::vector<Message>& said() const { return said_; }

 private:
  static std::string address(std::uint64_t id) { return "localhost:400" + std::to_string(id); }
  [[nodiscard]] bool is_deaf(const Raft& core) const { return core.self().id == deaf_; }

  void step(Raft& core, const Event& event) {
    Effects effects = core.step(now_, event);
    if (effects.notice) effects.send.push_back(*effects.notice);
    said_.insert(said_.end(), effects.send.begin(), effects.send.end());
    under_way_.insert(under_way_.end(), effects.send.begin(), effects.send.end());
  }

  Instant now_;
  std::vector<Raft> cores_;
  std::vector<Message> under_way_;
  std::vector<Message> said_;
  NodeId deaf_;
};

}  // namespace

std::vector<Message> real_messages() {
  Pond pond;
  pond.run(2s);
  pond.step_leader(Drain{.reason = ReleaseReason::handover, .successor = {}, .ticket = {}});
  pond.run(1s);
  pond.step_leader(ChangeRequest{AddVoter{Pond::member(4)}, Ticket{1}});
  pond.run(1s);
  pond.step_leader(ChangeRequest{BarNode{NodeId{5}, RemovedBy::upkeep}, Ticket{2}});
  pond.run(500ms);
  pond.deafen_leader();
  pond.run(3s);
  Message foreign = message_with(Notice{});
  foreign.to = NodeId{1};
  foreign.cluster = ClusterId{1};
  pond.say(foreign);
  pond.run(100ms);
  return pond.said();
}

}  // namespace duckduckgoose::wire

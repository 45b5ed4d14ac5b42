#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "membership/upkeep.hpp"
#include "net/loop.hpp"
#include "raft/raft.hpp"
#include "store/directory.hpp"

namespace duckduckgoose::node {

/// What the engine leaves to the rest of the node.
class Surroundings {
 public:
  virtual ~Surroundings() = default;

  /// This node is the goose no more: from here on nothing may say that it is.
  virtual void withdrawn(const Tenure& tenure) = 0;

  /// To its receiver, if a link to it stands.
  virtual void send(const Message& message) = 0;

  /// To every linked node but these.
  virtual void send_to_others(const Message& notice, const std::vector<NodeId>& except) = 0;

  /// All is quiet: what is known of addresses by now is to be saved.
  virtual void learn_addresses() = 0;

  /// The record with the addresses that were learnt, to be saved along.
  [[nodiscard]] virtual Record with_addresses(Record record) const = 0;

  /// Where this node wants to be reached.
  [[nodiscard]] virtual const std::string& address() const = 0;

  /// Voters at whose addresses somebody else was met.
  [[nodiscard]] virtual const std::vector<NodeId>& displaced() const = 0;

  /// The record is about to be written, which may take its time; and is written, or not.
  virtual void saving() = 0;
  virtual void saved() = 0;

  /// A step is done with all its effects.
  virtual void stepped(const Effects& effects) = 0;

  /// The goose is about to change the configuration of its own accord, or for an operator.
  virtual void keeping_up(const membership::Upkeep& change, const membership::Office& office) = 0;

  /// The record could not be saved: nothing was sent, and the engine does nothing any more.
  virtual void disk_failed(const store::StoreError& error) = 0;
};

/// Drives the core of one incarnation: hands it events with the time, carries out its effects in
/// the fixed order,
/// wakes it, keeps the voters right while it leads, and finds back who asked for what was answered.
class Engine {
 public:
  Engine(net::Loop& loop, store::Directory& directory, Surroundings& surroundings, Record record,
         Raft::Options options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// One event. Called from inside Surroundings it is put off until the present step is done.
  void step(Event event);

  /// Asks for a firm window: until the time returned this incarnation releases nothing. None: there
  /// is none to give.
  [[nodiscard]] std::optional<Instant> hold(Duration wanted);

  using OnAnswer = std::move_only_function<void(const Answer&)>;
  void confirm(OnAnswer on_answer);
  void change(const Edit& edit, OnAnswer on_answer);
  void drain(
      ReleaseReason reason, std::optional<NodeId> successor = {},
      OnAnswer on_answer = [](const Answer& /*answer*/) {});

  /// Operators want this node out; done by the goose when it can. Forgotten when the office ends.
  /// False: too many.
  bool remove(NodeId id);
  void forget_removal(NodeId id);
  [[nodiscard]] bool is_to_be_removed(NodeId id) const;

  [[nodiscard]] const Raft& raft() const { return raft_; }
  [[nodiscard]] const Configuration& config() const { return raft_.record().config; }
  [[nodiscard]] NodeId id() const { return raft_.self().id; }
  /// What the goose knows of the others and of itself; none while this node is not the goose, or
  /// gives the office up.
  [[nodiscard]] std::optional<membership::Office> office() const;
  /// The record could not be saved: nothing happens here any more.
  [[nodiscard]] bool has_failed() const { return failed_; }
  /// This node is the goose at this instant, by its clock.
  [[nodiscard]] bool leads(Instant now) const;

  static constexpr std::size_t removals_max = 64;
  static constexpr std::size_t events_max = 4096;  ///< Put off at one time; more is a bug.
  static constexpr int changes_in_step_max = 16;   ///< By upkeep, before the loop takes its turn.
  /// With more linked nodes than these, upkeep looks at them once a heartbeat, not at each
  /// acknowledgement.
  static constexpr std::size_t attentive_max = 64;

  // For perform().
  using Error = store::StoreError;
  void withdraw(const Tenure& tenure) { surroundings_.withdrawn(tenure); }
  [[nodiscard]] std::expected<void, Error> persist(const Record& record);
  void send(const Effects& effects);
  void announce(const Effects& effects);

 private:
  void work();
  void take(const Event& event);
  bool keep_up_once();
  bool carry_out(const membership::Upkeep& change, const membership::Office& office);
  void arm();
  void refresh_record();
  void remember_predecessor(const Leadership& leadership);
  void fail(const store::StoreError& error);
  [[nodiscard]] Ticket ticket_for(OnAnswer on_answer);
  [[nodiscard]] membership::PeerView own_view() const;

  net::Loop& loop_;
  store::Directory& directory_;
  Surroundings& surroundings_;
  Raft raft_;
  std::deque<Event> events_;
  std::map<Ticket, OnAnswer> asked_;
  Ticket last_ticket_;
  std::vector<NodeId> removals_;
  net::TimerId timer_;
  std::optional<Instant> wake_at_;
  Instant quiet_at_;             ///< A promise after the last save, or look at it.
  std::optional<Record> hot_;    ///< As it was found hot then: each save makes another one.
  std::optional<Instant> held_;  ///< The answer to the last Hold.
  bool working_ = false;
  bool attentive_ = false;  ///< Something has happened that upkeep should look at.
  bool failed_ = false;
};

}  // namespace duckduckgoose::node

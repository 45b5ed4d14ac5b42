#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "raft/message.hpp"
#include "raft/record.hpp"

namespace duckduckgoose {

/// Time has passed; sent at or after Effects::wake_at.
struct Tick {};

/// A message came in, from whomever: the core judges it (rules 0, 1 and 9).
struct Received {
  Message message;
};

/// A fresh node founds or joins: it takes on a cluster and its configuration. For fresh nodes only.
struct Enrolled {
  Record::Cluster cluster;
  Configuration config;
};

/// A link to a peer stands: its hello was read. `saves` as in every message (rule 9).
struct LinkUp {
  Incarnation who{};
  std::uint64_t saves = 0;
  std::string address;
  bool may_lead = true;
};
/// The link to a peer is gone. Ends no promise.
struct LinkDown {
  NodeId who{};
};

/// Edits of the configuration (rule 7). At most one voter more or fewer, one edit in flight.
struct AddVoter {
  Member member;
  bool operator==(const AddVoter&) const = default;
};
/// One voter fewer; not the leader itself.
struct DropVoter {
  NodeId id{};
  std::optional<RemovedBy> removed{};  ///< None: it is demoted and may be promoted again.
  bool operator==(const DropVoter&) const = default;
};
/// Bars a node that is no voter from ever becoming one again.
struct BarNode {
  NodeId id{};
  RemovedBy by = RemovedBy::operator_;
  bool operator==(const BarNode&) const = default;
};
/// A voter is to be dialled elsewhere.
struct Readdress {
  NodeId id{};
  std::string address;
  bool operator==(const Readdress&) const = default;
};
/// What is none stays as it is.
struct ChangeSettings {
  std::optional<Duration> promise{};
  std::optional<Limits> limits{};
  bool operator==(const ChangeSettings&) const = default;
};
/// Takes back the last change, as long as it is not acknowledged: the former members, the next
/// version.
struct Undo {
  bool operator==(const Undo&) const = default;
};
using Edit = std::variant<AddVoter, DropVoter, BarNode, Readdress, ChangeSettings, Undo>;

/// Asks the leader for a change. The ticket is answered once: see Answer.
struct ChangeRequest {
  Edit edit;
  Ticket ticket{};
};

/// Asks the leader to prove by a fresh round that it still leads (thesis 6.4: a read through a
/// quorum).
struct Confirm {
  Ticket ticket{};
};

/// Asks for a firm window: no Release of this incarnation leaves before it has passed. Answered by
/// Effects::held.
struct Hold {
  Duration wanted;
};

/// A command of the goose runs, one at a time: no Release of this incarnation leaves before
/// WorkEnded.
struct WorkBegan {};
/// The command is over, and all that it started is dead.
struct WorkEnded {
  /// False: what should have been put in order is not; it counts as a hold to the lease's end.
  bool well = true;
};

/// Gives up office on purpose. The lease is renewed on, no new hold is given; once work and holds
/// are over the leader withdraws and releases. Refused if the named successor is not fit, or if
/// nobody could follow, unless this node stands aside.
struct Drain {
  ReleaseReason reason = ReleaseReason::handover;
  std::optional<NodeId> successor{};  ///< None: the leader chooses.
  Ticket ticket{};
};

/// Something is wrong here that another node may not have: no campaign before `until`. A
/// candidate gives up at once.
struct StandAside {
  Instant until{};
};

using Event = std::variant<Tick, Received, Enrolled, LinkUp, LinkDown, ChangeRequest, Confirm, Hold,
                           WorkBegan, WorkEnded, Drain, StandAside>;

}  // namespace duckduckgoose

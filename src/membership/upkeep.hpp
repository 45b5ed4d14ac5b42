#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/raft.hpp"
#include "raft/text.hpp"

/// Who belongs to a cluster, as values: how it is founded and joined, and how the leader keeps its
/// voters.
namespace duckduckgoose::membership {

/// A voter that has not acknowledged for so long is silent. An even number of voters is mended by
/// then, well before the lease, which is nearly a promise long, would lapse.
[[nodiscard]] constexpr Duration silent_after(Duration promise) { return promise / 3; }

/// An observer is promoted only if it answered one of the last two rounds: a wide step away from
/// being silent, so that nobody is promoted and demoted again for a late answer.
[[nodiscard]] constexpr Duration prompt_within(Duration promise) { return promise / 5; }

static_assert(prompt_within(promise_min) < silent_after(promise_min));
static_assert(silent_after(promise_min) < counted(promise_min) / 2);

/// What a leader knows of one node.
struct PeerView {
  Member member;
  bool voter = false;
  bool linked = false;
  bool acknowledged = false;      ///< It acknowledged a round of this term.
  bool in_configuration = false;  ///< It acknowledged exactly the present configuration.
  Duration silent{0};             ///< Since it last acknowledged, or since the tenure began.
  bool displaced = false;         ///< The leader has dialled its address, and met another id.
};

/// Linked, and acknowledged a round of this term within silent_after(). Who has no link cannot
/// answer, however lately it did: nobody else is let go on its account.
[[nodiscard]] bool answers(const PeerView& seen, Duration promise);

/// What `raft` knows of every other voter and every linked node, ascending by id; nothing unless it
/// leads.
[[nodiscard]] std::vector<PeerView> peers_of(const Raft& raft, Instant now);

/// A change of the configuration that is not in force yet.
struct InFlight {
  /// The voters that Undo would bring back. None: it cannot be undone.
  std::optional<std::vector<Member>> former;
};

/// What the leader knows of the others when it looks after its voters.
struct Office {
  NodeId leader;
  std::vector<PeerView> peers;  ///< peers_of(). The leader itself need not be among them.
  std::optional<InFlight> in_flight;
  /// What operators have asked to remove, oldest first. What is done already is skipped.
  std::vector<NodeId> removals;
};

/// What a leader knows now; none while it does not lead, or while it gives the office up.
/// `displaced`: voters at whose addresses the node has met other ids.
[[nodiscard]] std::optional<Office> office_of(const Raft& raft, Instant now,
                                              std::vector<NodeId> removals = {},
                                              const std::vector<NodeId>& displaced = {});

/// Why the voters change.
enum class Why {
  newcomer_is_silent,         ///< Undo: the voter that was just added does not answer.
  majority_is_silent,         ///< Undo: too few answer under the change, and enough did before.
  removal_was_asked,          ///< DropVoter, BarNode: by an operator.
  removal_needs_a_voter,      ///< AddVoter: too few would answer without the one to go.
  removal_needs_a_successor,  ///< AddVoter: the leader shall go and is the only one to lead.
  pair_is_there,              ///< AddVoter: two observers answer; the first of them.
  number_is_even,    ///< AddVoter, or DropVoter where no observer can be added: even never rests.
  voter_is_silent,   ///< DropVoter: of an even number, the one that does not answer.
  limit_is_lower,    ///< DropVoter: more voters than the limit.
  lost_disk,         ///< DropVoter: a new node stands ready at its address (F7).
  dead_is_replaced,  ///< DropVoter: dead, and an observer stands ready.
  dead_are_many,     ///< DropVoter: two are dead for long and nobody can replace them.
  dead_leaves_even,  ///< DropVoter: of an even number, one that is dead.
  address_is_new,    ///< Readdress.
};

/// One change of the configuration and its reason.
struct Upkeep {
  Edit edit;
  Why why = Why::number_is_even;
  bool operator==(const Upkeep&) const = default;
};

/// The next change that the leader makes of its own accord or for an operator; none: all is as it
/// should be, or it must wait. One voter more or fewer; to be asked again after every step.
/// Repeated under an unchanged world it comes to rest at an odd number of voters, and at each step
/// the voters that answer are a majority.
///
/// Only what rule 7 allows is returned: a majority has acknowledged `config`, and the voters of the
/// next one that answer now are a majority of it. Source: DESIGN.md, section 6 and rule 7.
[[nodiscard]] std::optional<Upkeep> next_change(const Configuration& config, const Office& office);

/// The leader itself shall be removed: to whom it should hand over now. None if that was not asked
/// for, or if nobody may follow yet: next_change() then promotes somebody who may.
[[nodiscard]] std::optional<NodeId> handover_due(const Configuration& config, const Office& office);

/// Why `id` cannot be removed at all: unknown_node, or last_leader if no other node could lead.
/// None: it can be asked for, or is removed already.
[[nodiscard]] std::optional<Outcome> why_not_remove(const Configuration& config,
                                                    const Office& office, NodeId id);

/// One line for people, with names and numbers:
/// "remove voter B: silent for 31 s, and an observer can take its place".
[[nodiscard]] std::string to_text(const Upkeep& upkeep, const Configuration& config,
                                  const Office& office, const Names& names = {});

/// The name of the reason, one word for a log: "dead_is_replaced".
[[nodiscard]] std::string_view to_text(Why why);

}  // namespace duckduckgoose::membership

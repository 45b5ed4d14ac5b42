#include "node/view.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace duckduckgoose::node {

namespace {

std::uint64_t ms_of(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return ms > 0 ? static_cast<std::uint64_t>(ms) : 0;
}

/// Who should speak and has not for so many promises is not connected, though its link may look
/// well: it is frozen, or
/// the network swallows what it says.
constexpr int promises_of_silence = 2;

const Record& record_of(const Facts& facts) { return facts.engine.raft().record(); }

/// The goose as this node knows it now; it itself only as long as its lease lasts.
std::optional<Incarnation> goose_of(const Facts& facts, Instant now) {
  const Raft& raft = facts.engine.raft();
  if (raft.leader() != nullptr) {
    return facts.engine.leads(now) ? std::optional{raft.self()} : std::nullopt;
  }
  return raft.leadership().leader;
}

/// When something was last heard of a node that speaks regularly; of a goose the others do, else
/// only the goose does.
std::optional<Duration> silence_of(const Facts& facts, const Peers::Peer& peer, Instant now) {
  const Raft& raft = facts.engine.raft();
  const NodeId id = peer.hello.incarnation.id;
  const bool leads = raft.leader() != nullptr;
  const auto leader = raft.leadership().leader;
  if (!leads && !(leader && leader->id == id)) return std::nullopt;
  if (leads && !std::ranges::binary_search(raft.rounds_to(), id)) return std::nullopt;
  return now - peer.heard;
}

wire::MemberStatus myself(const Facts& facts, bool is_voter, bool is_goose) {
  return {.id = facts.engine.id(),
          .address = facts.home.address,
          .voter = is_voter,
          .mode = is_goose ? wire::Mode::goose : wire::Mode::duck,
          .connected = true,
          .heard_ms = 0,
          .version = std::string{program_version}};
}

wire::MemberStatus other(const Facts& facts, NodeId id, const std::string& address, bool is_voter,
                         std::optional<Incarnation> goose, Instant now) {
  wire::MemberStatus it{.id = id, .address = address, .voter = is_voter};
  const bool is_goose = goose && goose->id == id;
  if (is_goose) it.mode = wire::Mode::goose;
  const auto peer = facts.peers.find(id);
  if (!peer) return it;
  const auto silence = silence_of(facts, *peer, now);
  it.connected = !silence || *silence < promises_of_silence * record_of(facts).config.promise;
  if (!is_goose) it.mode = wire::Mode::duck;
  if (!peer->hello.address.empty()) it.address = peer->hello.address;
  if (silence) it.heard_ms = ms_of(*silence);
  if (!peer->hello.version.empty()) it.version = peer->hello.version;
  return it;
}

wire::GooseStatus shown_goose(const Facts& facts, Incarnation goose, Instant now) {
  wire::GooseStatus shown{.id = goose.id};
  const bool is_me = goose.id == facts.engine.id();
  const std::string address = is_me ? facts.home.address : facts.book.address_of(goose.id);
  if (!address.empty()) shown.address = address;
  shown.since = facts.story.since_at;
  if (is_me) {
    shown.heard_ms = 0;
  } else if (const auto* follower = std::get_if<Follower>(&facts.engine.raft().role())) {
    shown.heard_ms = ms_of(now - follower->heard);
  }
  return shown;
}

/// The nodes without a vote that this one knows of, ascending. There may be thousands, so that no
/// more of each is looked at than its id.
std::vector<NodeId> observers_of(const Facts& facts) {
  const Configuration& config = record_of(facts).config;
  const auto is_observer = [&](NodeId id) { return !config.has(id) && !config.removed_by(id); };
  std::vector<NodeId> observers = facts.peers.ids();
  std::erase_if(observers, [&](NodeId id) { return !is_observer(id); });
  const NodeId me = facts.engine.id();
  if (is_observer(me)) observers.insert(std::ranges::lower_bound(observers, me), me);
  return observers;
}

wire::MemberStatus member_of(const Facts& facts, NodeId id, std::optional<Incarnation> goose,
                             Instant now) {
  const Member* const voter = record_of(facts).config.find(id);
  if (id == facts.engine.id()) return myself(facts, voter != nullptr, goose && goose->id == id);
  const std::string address = voter != nullptr ? voter->address : std::string{};
  return other(facts, id, address, voter != nullptr, goose, now);
}

/// Voters first, then as many observers as there is room for; ascending by id within each.
void show_members(const Facts& facts, wire::Status& status, Instant now) {
  const auto goose = goose_of(facts, now);
  const auto show = [&](NodeId id) {
    wire::MemberStatus it = member_of(facts, id, goose, now);
    if (id != status.id) status.peers.push_back(it.address);
    status.members.push_back(std::move(it));
  };
  for (const Member& voter : record_of(facts).config.members) show(voter.id);
  const auto connected = static_cast<std::uint64_t>(
      std::ranges::count(status.members, true, &wire::MemberStatus::connected));
  const std::uint64_t voters = status.members.size();
  const std::vector<NodeId> observers = observers_of(facts);
  for (const NodeId id : observers | std::views::take(wire::Status::observers_shown_max)) show(id);
  std::ranges::sort(status.peers);
  const std::size_t majority = majority_of(voters);
  status.voters = voters;
  status.voters_connected = connected;
  status.tolerates = connected > majority ? connected - majority : 0;
  status.observers = observers.size();
}

}  // namespace

std::optional<Instant> claim_ends(const Engine& engine, Instant now) {
  return engine.leads(now) ? engine.raft().lease_end() : std::nullopt;
}

wire::ShownRole role_of(const Facts& facts, Instant now) {
  using wire::ShownRole;
  const Raft& raft = facts.engine.raft();
  const Record& record = raft.record();
  if (record.is_fresh()) return ShownRole::waiting;
  if (record.config.removed_by(record.node.id)) return ShownRole::removed;
  if (!raft.is_voter()) {
    return facts.story.knew_goose || record.starts > 1 ? ShownRole::observer : ShownRole::joining;
  }
  if (facts.engine.leads(now)) return ShownRole::leader;
  if (now < raft.may_vote_at()) return ShownRole::restarting;
  if (!record.config.may_lead(record.node.id)) return ShownRole::witness;
  if (std::holds_alternative<PreCandidate>(raft.role())) return ShownRole::pre_candidate;
  if (std::holds_alternative<Candidate>(raft.role())) return ShownRole::candidate;
  return ShownRole::follower;
}

wire::MembersPage members_of(const Facts& facts, NodeId after, std::size_t limit, Instant now) {
  wire::MembersPage page;
  const Record& record = record_of(facts);
  if (record.is_fresh()) return page;
  std::vector<NodeId> ids = observers_of(facts);
  for (const Member& voter : record.config.members) ids.push_back(voter.id);
  std::ranges::sort(ids);
  const auto goose = goose_of(facts, now);
  for (auto id = std::ranges::upper_bound(ids, after); id != ids.end(); ++id) {
    if (page.members.size() == limit) {
      page.next = page.members.back().id;
      break;
    }
    page.members.push_back(member_of(facts, *id, goose, now));
  }
  return page;
}

wire::Status status_of(const Facts& facts, Instant now) {
  const Raft& raft = facts.engine.raft();
  const Record& record = raft.record();
  const auto goose = goose_of(facts, now);
  wire::Status status{};
  status.id = record.node.id;
  status.cluster = record.cluster.name;
  status.address = facts.home.address;
  status.role = role_of(facts, now);
  if (!record.is_fresh()) {
    const Term term = goose ? raft.leadership().term : record.term;
    status.cluster_id = record.cluster.id;
    status.term = term;
    status.config = record.config.stamp;
    status.promise_ms = ms_of(record.config.promise);
    if (goose) status.token = record.config.token(term);
    show_members(facts, status, now);
  }
  if (goose && goose->id == status.id) {
    status.mode = wire::Mode::goose;
    status.lease_ms = ms_of(*raft.lease_end() - now);
  }
  if (goose) status.goose = shown_goose(facts, *goose, now);
  Why why = why_of(facts, now);
  status.cause = std::move(why.sentence);
  status.cause_code = std::move(why.code);
  status.since = facts.story.since_at;
  status.since_ms = ms_of(now - facts.story.since);
  status.sequence = facts.story.sequence;
  status.draining = facts.draining;
  status.healthy = facts.work.is_healthy();
  const auto& job = facts.home.settings.job;
  status.containment = job ? os::to_text(job->job.containment.level()) : "none";
  status.guarded = facts.home.keeper.guards();
  status.insecure = facts.home.settings.insecure;
  status.version = program_version;
  status.started = facts.home.began_at;
  status.starts = record.starts;
  return status;
}

}  // namespace duckduckgoose::node

#include <algorithm>
#include <utility>

#include "node/life.hpp"
#include "wire/ids.hpp"

/// What comes over the links to other nodes.
namespace duckduckgoose::node {

namespace {

/// A goose that cannot be followed is no passing thing after so many promises.
constexpr int promises_until_outgrown = 3;
constexpr int promises_until_ended = 10;

}  // namespace

wire::Hello Life::hello() const {
  const Record& mine = record();
  wire::Hello hello;
  hello.version = program_version;
  hello.cluster = mine.cluster.name;
  if (!mine.is_fresh()) hello.cluster_id = mine.cluster.id;
  hello.incarnation = engine_.raft().self();
  hello.saves = mine.saves;
  hello.address = home_.address;
  hello.may_lead = mine.node.may_lead;
  if (mine.is_fresh() && charter_) {
    hello.founding = wire::Founding{.born = mine.node.born,
                                    .slots = charter_->slots,
                                    .promise = charter_->promise,
                                    .limits = charter_->limits};
  }
  return hello;
}

wire::Welcome Life::welcome() const {
  const Record& mine = record();
  wire::Welcome welcome{};
  welcome.cluster = mine.cluster.name;
  if (mine.is_fresh()) return welcome;
  welcome.enrolment = wire::Welcome::Enrolment{mine.cluster.id, mine.config};
  const auto leader = engine_.raft().leadership().leader;
  const std::string address = leader ? book_.address_of(leader->id) : std::string{};
  if (!address.empty()) welcome.goose = wire::KnownGoose{leader->id, address};
  return welcome;
}

std::optional<Refusal> Life::link_up(const wire::Hello& theirs) {
  const NodeId who = theirs.incarnation.id;
  const std::string address_before = book_.address_of(who);
  const auto gone_before = gone_;
  book_.note(who, theirs.address);
  std::erase(gone_, who);
  const auto why = refusal_of(who, LinkUp{.who = theirs.incarnation,
                                          .saves = theirs.saves,
                                          .address = theirs.address,
                                          .may_lead = theirs.may_lead});
  if (why) {
    book_.note(who, address_before);
    gone_ = gone_before;
    return why;
  }
  std::erase(lost_, who);
  changed();
  learn(book_.address_of(who));
  home_.log.info("link", "linked to " + book_.name_of(who), {{"peer", wire::to_text(who)}});
  home_.log.forget("trouble " + theirs.address);
  newcomers_.push_back(who);
  aim_soon();  // not now: the link is bound only after this
  return std::nullopt;
}

/// Steps the core. None: it has not refused `who` in that.
std::optional<Refusal> Life::refusal_of(NodeId who, Event event) {
  refused_.reset();
  engine_.step(std::move(event));
  const bool is_refused = refused_ && refused_->first == who;
  return is_refused ? std::optional{refused_->second} : std::nullopt;
}

Message Life::rejection(NodeId to, Refusal why) const {
  const Record& mine = record();
  return {.cluster = mine.cluster.id,
          .from = engine_.raft().self(),
          .to = to,
          .saves = mine.saves,
          .term = mine.term,
          .stamp = mine.config.stamp,
          .config = {},
          .body = Rejected{why}};
}

void Life::link_down(NodeId who) {
  ++story_.version;
  changed();
  if (!draining_) {
    home_.log.info("link", "no link to " + book_.name_of(who) + " any more",
                   {{"peer", wire::to_text(who)}});
  }
  engine_.step(LinkDown{who});
  if (!over_ && !draining_) aim();
}

void Life::received(Message message) {
  const bool speaks_as_goose = std::holds_alternative<Heartbeat>(message.body) ||
                               (std::holds_alternative<Notice>(message.body) &&
                                std::get<Notice>(message.body).leader == message.from);
  const bool is_outgrown = speaks_as_goose && message.term < record().term &&
                           !engine_.raft().is_voter() && engine_.config().has(message.from.id);
  const Stamp stamp = message.stamp;
  const Incarnation from = message.from;
  const auto why = refusal_of(from.id, Received{std::move(message)});
  if (why) hear_no_more(from, *why);
  if (is_outgrown && !over_) notice_outgrown(stamp);
}

/// As long as a link stands to a node that is refused it would seem to be there.
void Life::hear_no_more(Incarnation who, Refusal why) {
  const bool is_for_good =
      why == Refusal::clone || why == Refusal::old_copy || why == Refusal::old_incarnation;
  const auto linked = peers_.find(who.id);
  if (is_for_good && linked && linked->hello.incarnation == who) peers_.reject(who.id, why);
}

/// Of a voter the goose would take the higher term over; one that was dropped raises nobody's term
/// any more.
void Life::notice_outgrown(Stamp stamp) {
  const Instant now = net::Loop::now();
  const Duration promise = engine_.config().promise;
  const bool follows = engine_.raft().leadership().leader.has_value();
  if (follows || stamp != engine_.config().stamp || engine_.config().removed_by(id())) {
    outgrown_.reset();
    return;
  }
  if (!outgrown_ || now - outgrown_->last > 2 * promise) outgrown_ = {now, now};
  outgrown_->last = now;
  if (now - outgrown_->first >= promises_until_outgrown * promise) outlive(true, id_is_useless);
}

/// The caller counts its calls anew when it links again: then this answer is to nothing that it
/// asks.
void Life::called(NodeId who, const wire::Call& call) {
  const Instant linked = peers_.find(who)->since;
  changes_.perform(
      call.method, call.target, call.body, [this, who, linked, id = call.id](Result result) {
        const auto peer = peers_.find(who);
        if (!peer || peer->since != linked) return;
        peers_.reply(who, {.id = id, .status = result.status, .body = std::move(result.body)});
      });
}

void Life::invited(const std::string& address) {
  if (!record().is_fresh() || !joining_) return;
  home_.log.info("invited", "was invited by " + address);
  joining_->invite(address);
}

/// Whoever founded this cluster and has lost its disk is another node now.
void Life::answered(NodeId looked_for, const wire::Hello& theirs) {
  std::erase(gone_, looked_for);
  std::erase(lost_, looked_for);
  const NodeId met = theirs.incarnation.id;
  const ClusterId cluster = theirs.cluster_id.value_or(ClusterId{});
  const bool is_gone = membership::is_gone(looked_for, record().cluster.id, met, cluster);
  if (is_gone && !peers_.has(looked_for)) {
    gone_.push_back(looked_for);
    aim_soon();
    if (membership::is_lost(looked_for, record().cluster.id, met, cluster)) {
      lost_.push_back(looked_for);
    }
  }
  notice_end_of_cluster();
}

/// Nodes of this cluster at the voters' addresses may vote under a newer configuration, which they
/// tell whoever is linked; if they never do they have no more than this node, and each would wait
/// for the others for ever.
void Life::notice_end_of_cluster() {
  // Without anybody to ask it would found a cluster of its own.
  if (home_.settings.join.empty()) return;
  const bool was_led = record().config.stamp.term > Term{};
  const std::string_view why = was_led ? "all voters of its cluster are gone"
                                       : "its cluster never had a goose, and has lost its majority";
  if (membership::is_stillborn(record(), lost_)) return outlive(false, why);
  const bool are_gone = !record().config.has(id()) && membership::is_stillborn(record(), gone_);
  if (!are_gone || engine_.raft().leadership().leader) return gone_since_.reset();
  const Instant now = net::Loop::now();
  if (!gone_since_) gone_since_ = now;
  if (now - *gone_since_ >= promises_until_ended * engine_.config().promise) outlive(false, why);
}

void Life::met_fresh(NodeId who) {
  if (joining_) joining_->met(who);
}

void Life::troubled(const std::string& who, const std::string& what) {
  home_.log.repeat(LogLevel::warn, "trouble", "trouble " + who, who + ": " + what,
                   net::Loop::now());
}

void Life::met_foreign(const std::string& who, const wire::Hello& theirs) {
  foreigner_ = Foreigner{.what = {.address = who,
                                  .cluster = theirs.cluster,
                                  .theirs = theirs.cluster_id.value_or(ClusterId{}),
                                  .mine = record().cluster.id},
                         .met = net::Loop::now()};
  ++story_.version;
}

}  // namespace duckduckgoose::node

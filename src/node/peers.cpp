#include "node/peers.hpp"

#include <algorithm>
#include <utility>

#include "raft/text.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::node {

Peers::Peers(net::Loop& loop, PeersOwner& owner, std::uint64_t seed, std::size_t links)
    : loop_{loop},
      owner_{owner},
      links_{links},
      routes_{loop, seed,
              [this](net::Link link, const Goal& goal) { open(std::move(link), goal); }} {}

Peers::~Peers() {
  for (const auto& [serial, line] : lines_) loop_.cancel(line->timer);
  loop_.cancel(closing_timer_);
  loop_.cancel(burial_timer_);
}

void Peers::accept(net::Link link) {
  if (cut_ || closing_) return;  // thrown away: cut without a word
  open(std::move(link), std::nullopt);
}

void Peers::open(net::Link link, std::optional<Goal> goal) {
  if (lines_.size() >= lines_max || (!goal && strangers() >= strangers_max)) {
    ++counts_.refused_links;
    owner_.troubled(goal ? goal->address : "a stranger", "too many links: refused one more");
    if (goal) routes_.failed(*goal, "too many links here");
    return link.close(std::to_underlying(Close::try_later),
                      "this node has as many links as it bears");
  }
  wire::Hello mine = owner_.hello();
  if (goal) mine.to = goal->id;
  const Serial serial = ++last_serial_;
  auto& line = *lines_.emplace(serial, std::make_unique<Line>()).first->second;
  line.serial = serial;
  line.was_fresh = !mine.cluster_id;
  line.goal = std::move(goal);
  line.session = std::make_unique<Session>(
      loop_, std::move(link), mine, counts_,
      Session::Listener{
          .on_hello = [this, &line](const wire::Hello& theirs) { greeted(line, theirs); },
          .on_frame = [this, &line](wire::Frame frame) { take(line, std::move(frame)); },
          .on_end = [this, &line](net::LinkEnd why,
                                  std::string_view text) { ended(line, why, text); }});
  end_after(line, stranger_time, "no part of this cluster");
}

void Peers::greeted(Line& line, const wire::Hello& theirs) {
  if (line.goal && line.goal->id) owner_.answered(*line.goal->id, theirs);
  if (line.was_fresh && !owner_.is_fresh()) {
    // The other side takes this node for a fresh one, and would never bind the link.
    if (line.goal) routes_.failed(*line.goal, "was dialled before this node had joined");
    return line.session->close(Close::normal, "this node has joined meanwhile");
  }
  const Greeting greeting = greet(owner_.hello(), theirs);
  if (std::holds_alternative<BindIt>(greeting)) {
    const NodeId there = theirs.incarnation.id;
    const bool is_goal = !line.goal || !line.goal->id || *line.goal->id == there;
    return is_goal ? bind(line, theirs)
                   : refuse(line, {.to_peer = "another node was looked for here",
                                   .here = wire::to_text(there) + " is there now"});
  }
  if (std::holds_alternative<HearProof>(greeting)) {
    line.is_keeper = true;
    return;
  }
  if (std::holds_alternative<WelcomeIt>(greeting)) {
    line.session->send(wire::encode(owner_.welcome()));
  } else if (std::holds_alternative<HearIt>(greeting)) {
    if (!theirs.cluster_id) {
      line.session->send(wire::encode(owner_.welcome()));
      owner_.met_fresh(theirs.incarnation.id);
    }
  } else if (std::holds_alternative<ItIsMyself>(greeting)) {
    // Dialled again all the same: a name may have other addresses, or lead elsewhere later.
    if (line.goal) routes_.failed(*line.goal, "this node itself");
    line.session->close(Close::normal, "this is the same node");
  } else {
    const auto& why = std::get<RefuseIt>(greeting);
    if (why.is_foreign) owner_.met_foreign(who(line), theirs);
    refuse(line, why);
  }
}

void Peers::refuse(Line& line, const RefuseIt& why) {
  ++counts_.refused_links;
  owner_.troubled(who(line), why.here);
  if (line.goal) routes_.failed(*line.goal, why.here);
  line.session->close(why.code, why.to_peer);
}

void Peers::reject(NodeId id, Refusal why) {
  const std::vector<Line*> lines = peers_.at(id).lines;
  for (Line* const it : lines) reject(*it, why);
}

void Peers::reject(Line& line, Refusal why) {
  ++counts_.refused_links;
  const NodeId id = line.session->theirs()->incarnation.id;
  line.session->send(wire::encode(owner_.rejection(id, why)));
  const std::string text{to_text(why)};
  if (line.goal) routes_.failed(*line.goal, "refused here: " + text);
  line.session->close(Close::refused, "refused: " + text);
}

void Peers::bind(Line& line, const wire::Hello& theirs) {
  const NodeId id = theirs.incarnation.id;
  const auto known = peers_.find(id);
  const bool is_second =
      known != peers_.end() && known->second.hello.incarnation == theirs.incarnation;
  if (is_second) {
    bound(line, id);
    add(known->second, line);
    if (line.session->dialled()) owner_.met_at(id, line.session->remote());
    return;
  }
  if (!is_welcome(id)) {
    return refuse(line, {.code = Close::try_later,
                         .to_peer = "this node has as many links as it bears",
                         .here = "too many links: refused one more"});
  }
  // Before anybody hears of it: a goose has something to say at once.
  auto before = peers_.extract(id);
  peers_.emplace(id, Known{theirs, net::Loop::now(), {&line}});
  if (const auto why = owner_.link_up(theirs)) {
    peers_.erase(id);
    if (before) peers_.insert(std::move(before));
    return reject(line, *why);
  }
  bound(line, id);
  owner_.met_at(id, line.session->remote());
  if (before) {  // a newer life of it: the older one's lines are dead
    for (Line* const old : before.mapped().lines) {
      old->bound.reset();
      old->session->close(Close::normal, "a newer start of this node is linked");
    }
    end_calls(id);
  }
  redial();
}

bool Peers::is_welcome(NodeId id) const {
  const auto is_it = [id](const Goal& goal) { return goal.id == id; };
  return peers_.size() < links_ || has(id) || std::ranges::any_of(goals_, is_it);
}

void Peers::bound(Line& line, NodeId id) {
  loop_.cancel(line.timer);
  line.timer = {};
  line.bound = id;
  if (line.goal) routes_.bound(*line.goal, id);
}

/// Of two lines both nodes use the one that the lower id dialled; of two that one of them dialled,
/// the newer.
void Peers::add(Known& known, Line& line) {
  const NodeId id = *line.bound;
  Line* const used = known.lines.back();
  if (is_preferred(line, id) || !is_preferred(*used, id)) {
    known.lines.push_back(&line);
    end_after(*used, retire_time, "another link between us is used");
  } else {
    known.lines.insert(known.lines.begin(), &line);
    end_after(line, retire_time, "another link between us is used");
  }
}

bool Peers::is_preferred(const Line& line, NodeId other) const {
  return line.session->dialled() == (owner_.id() < other);
}

void Peers::take(Line& line, wire::Frame frame) {
  if (line.bound) return take_bound(line, std::move(frame));
  if (line.is_keeper) return take_proof(line, std::move(frame));
  if (const auto* invite = std::get_if<wire::Invite>(&frame)) {
    owner_.invited(invite->address);
  } else if (std::holds_alternative<wire::Welcome>(frame) ||
             std::holds_alternative<wire::Unsupported>(frame)) {
    // A fresh node has greeted; what it has to tell it tells to those who ask. Or an older one has
    // not understood something.
  } else {
    ++counts_.refused_links;
    line.session->close(Close::protocol_error, "this link is bound to no node of a cluster");
  }
}

/// A keeper says one thing: that its node is dead. That this was heard it learns from the good-bye.
void Peers::take_proof(Line& line, wire::Frame frame) {
  auto* const unbound = std::get_if<wire::Unbound>(&frame);
  const wire::Hello& theirs = *line.session->theirs();
  const auto* const release = unbound == nullptr ? nullptr : std::get_if<Release>(&unbound->body);
  if (release == nullptr || !release->is_dead() || release->incarnation != theirs.incarnation) {
    line.session->close(Close::protocol_error, "a keeper says only that its node is dead");
    return;
  }
  owner_.received(
      wire::bound(std::move(*unbound),
                  {.cluster = *theirs.cluster_id, .from = theirs.incarnation, .to = owner_.id()}));
  line.session->close(Close::normal, wire::proof_taken);
}

void Peers::take_bound(Line& line, wire::Frame frame) {
  const NodeId from = *line.bound;
  if (auto* unbound = std::get_if<wire::Unbound>(&frame)) {
    const wire::Hello& theirs = *line.session->theirs();
    owner_.received(wire::bound(
        std::move(*unbound),
        {.cluster = *theirs.cluster_id, .from = theirs.incarnation, .to = owner_.id()}));
  } else if (const auto* call = std::get_if<wire::Call>(&frame)) {
    owner_.called(from, *call);
  } else if (const auto* invite = std::get_if<wire::Invite>(&frame)) {
    owner_.introduced(invite->address);
  } else if (auto* reply = std::get_if<wire::Reply>(&frame)) {
    auto asked = calls_.find(reply->id);
    if (asked == calls_.end() || asked->second.to != from) return;
    OnReply on_reply = std::move(asked->second.on_reply);
    calls_.erase(asked);
    on_reply(std::move(*reply));
  }
  // Unsupported: an older node; whoever waits for it has a limit. Welcome: for fresh nodes only.
}

void Peers::ended(Line& line, net::LinkEnd why, std::string_view text) {
  // A fresh node leaves as soon as it has been told what it came for.
  const auto& theirs = line.session->theirs();
  const bool is_refusal = why != net::LinkEnd::closed_here && !line.bound && theirs &&
                          theirs->cluster_id && !owner_.is_fresh();
  if (is_refusal) owner_.troubled(who(line), std::string{text});
  const std::string reason = why == net::LinkEnd::closed_here || why == net::LinkEnd::closed_by_peer
                                 ? std::string{text}
                                 : "link " + std::string{net::to_string(why)};
  if (line.goal) routes_.failed(*line.goal, reason);
  unbind(line, reason);
  bury(line);
  if (closing_) {
    if (lines_.empty()) finish_closing();
    return;
  }
  redial();
}

void Peers::unbind(Line& line, const std::string& why) {
  if (!line.bound) return;
  const NodeId id = *std::exchange(line.bound, std::nullopt);
  Known& known = peers_.at(id);
  std::erase(known.lines, &line);
  if (known.lines.empty()) {
    lost(id, why);
  } else {
    Line& next = *known.lines.back();
    loop_.cancel(next.timer);
    next.timer = {};
  }
}

void Peers::lost(NodeId id, const std::string& why) {
  const Instant since = peers_.at(id).since;
  peers_.erase(id);
  routes_.lost(id, net::Loop::now() - since, why, patience_);
  owner_.link_down(id);
  end_calls(id);
}

/// Of a life that answers no more.
void Peers::end_calls(NodeId to) {
  std::vector<OnReply> ended;
  for (auto call = calls_.begin(); call != calls_.end();) {
    const auto it = call++;
    if (it->second.to == to) ended.push_back(std::move(calls_.extract(it).mapped().on_reply));
  }
  for (OnReply& on_reply : ended) on_reply(std::nullopt);
}

void Peers::end_after(Line& line, Duration time, std::string reason) {
  loop_.cancel(line.timer);
  line.timer = loop_.wake_at(net::Loop::now() + time, [&line, reason = std::move(reason)] {
    line.session->close(Close::normal, reason);
  });
}

void Peers::bury(Line& line) {
  loop_.cancel(line.timer);
  const auto place = lines_.find(line.serial);
  graveyard_.push_back(std::move(place->second));
  lines_.erase(place);
  loop_.cancel(burial_timer_);
  burial_timer_ = loop_.wake_at(net::Loop::now(), [this] { graveyard_.clear(); });
}

void Peers::set_goals(std::vector<Goal> goals, Duration patience) {
  goals_ = std::move(goals);
  patience_ = patience;
  // Else each search for a lost goose would leave observers linked to each other for ever.
  if (patience_ > Duration{0}) drop_what_was_met_in_search();
  redial();
}

void Peers::drop_what_was_met_in_search() {
  for (const auto& [serial, line] : lines_) {
    const bool was_found = line->bound && line->goal && !line->goal->id;
    const bool is_of_use = was_found && std::ranges::any_of(goals_, [&](const Goal& goal) {
                             return goal == line->goal || goal.id == line->bound;
                           });
    const bool ends_already = line->timer != net::TimerId{};
    if (was_found && !is_of_use && !ends_already) {
      end_after(*line, retire_time, "another node was searched for");
    }
  }
}

void Peers::redial() {
  if (cut_ || closing_) return;
  routes_.set(
      goals_, [this](NodeId id) { return has(id); }, patience_);
}

void Peers::send(NodeId to, const Message& message) {
  const auto known = peers_.find(to);
  if (known != peers_.end()) known->second.lines.back()->session->send(encoded(message));
}

void Peers::send_to_others(const Message& notice, const std::vector<NodeId>& except) {
  net::Text text;
  for (const auto& [id, known] : peers_) {
    if (std::ranges::find(except, id) != except.end()) continue;
    if (!text) text = encoded(notice);
    known.lines.back()->session->send(text);
  }
}

void Peers::introduce(NodeId to, const std::string& address) {
  const auto known = peers_.find(to);
  if (known != peers_.end())
    known->second.lines.back()->session->send(wire::encode(wire::Invite{address}));
}

net::Text Peers::encoded(const Message& message) {
  ++counts_.encoded_messages;
  return std::make_shared<const std::string>(wire::encode(message));
}

std::optional<Peers::CallId> Peers::call(NodeId to, std::string method, std::string target,
                                         std::string body, OnReply on_reply) {
  const auto known = peers_.find(to);
  if (known == peers_.end() || calls_.size() >= calls_max) return std::nullopt;
  const CallId id = ++last_call_;
  calls_.emplace(id, Call{to, std::move(on_reply)});
  known->second.lines.back()->session->send(
      wire::encode(wire::Call{id, std::move(method), std::move(target), std::move(body)}));
  return id;
}

void Peers::reply(NodeId to, const wire::Reply& reply) {
  const auto known = peers_.find(to);
  if (known != peers_.end()) known->second.lines.back()->session->send(wire::encode(reply));
}

void Peers::close_all(std::string_view reason, Duration limit, std::function<void()> done) {
  closing_ = true;
  routes_.stop();
  on_closed_ = std::move(done);
  for (const auto& [serial, line] : lines_) line->session->close(Close::going_away, reason);
  const Instant until = lines_.empty() ? net::Loop::now() : net::Loop::now() + limit;
  closing_timer_ = loop_.wake_at(until, [this] { finish_closing(); });
}

void Peers::finish_closing() {
  if (auto done = std::exchange(on_closed_, {})) done();
}

void Peers::cut_off(bool is_cut) {
  cut_ = is_cut;
  if (!is_cut) return redial();
  routes_.stop();
  while (!lines_.empty()) {
    Line& line = *lines_.begin()->second;
    unbind(line, "cut off");
    bury(line);
  }
  graveyard_.clear();
}

std::optional<Peers::Peer> Peers::find(NodeId id) const {
  const auto known = peers_.find(id);
  if (known == peers_.end()) return std::nullopt;
  const Known& it = known->second;
  Instant heard{};
  for (const Line* const line : it.lines) heard = std::max(heard, line->session->heard());
  return Peer{it.hello, heard, it.since};
}

std::vector<NodeId> Peers::ids() const {
  std::vector<NodeId> found;
  found.reserve(peers_.size());
  for (const auto& [id, known] : peers_) found.push_back(id);
  return found;
}

std::string Peers::who(const Line& line) const {
  if (line.session && line.session->theirs() && !line.session->theirs()->address.empty()) {
    return line.session->theirs()->address;
  }
  if (line.goal) return line.goal->address;
  return line.session ? line.session->remote() : std::string{"a stranger"};
}

std::size_t Peers::strangers() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines_, [](const auto& it) { return !it.second->bound; }));
}

}  // namespace duckduckgoose::node

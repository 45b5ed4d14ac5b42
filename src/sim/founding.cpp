#include "sim/founding.hpp"

#include <algorithm>

#include "raft/ensure.hpp"
#include "sim/names.hpp"

namespace duckduckgoose::sim {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned lost_disks_max = 6;
constexpr Duration bad_weather = seconds{20};
constexpr Duration clear_weather = seconds{60};
constexpr Duration answer_time = seconds{2};

}  // namespace

Founding::Founding(std::uint64_t seed) : chance_{seed} {
  const std::size_t slots = chance_.below(2) == 0 ? 3 : 5;
  const std::size_t strangers = chance_.below(3);
  charter_.cluster = "pond";
  for (std::size_t i = 0; i < slots + strangers; ++i) {
    nodes_.push_back({.address = "n" + std::to_string(i + 1) + ":1", .is_slot = i < slots});
    if (i < slots) charter_.slots.push_back(nodes_.back().address);
  }
  for (Place place = 0; place < nodes_.size(); ++place) {
    nodes_[place].is_odd = chance_.below(10) == 0;
    after(chance_.up_to(seconds{2}), [this, place] { start(place); });
  }
}

FoundingResult Founding::run() {
  const auto misfortunes = chance_.below(30);
  for (std::uint64_t i = 0; i < misfortunes; ++i) {
    after(chance_.up_to(bad_weather), [this] { misfortune(); });
  }
  run_until(bad_weather);
  clear_sky();
  run_until(bad_weather + clear_weather);
  if (!result_.violation) check_end();
  return result_;
}

// What the world does.

void Founding::after(Duration delay, std::function<void()> what) {
  queue_.emplace(std::pair{now_ + delay, ++made_}, std::move(what));
}

void Founding::run_until(Duration end) {
  while (!queue_.empty() && queue_.begin()->first.first <= end && !result_.violation) {
    auto first = queue_.extract(queue_.begin());
    now_ = first.key().first;
    ++result_.events;
    first.mapped()();
  }
  now_ = end;
}

void Founding::misfortune() {
  const Place place = chance_.below(nodes_.size());
  switch (chance_.below(5)) {
    case 0:
      if (result_.lost_disks < lost_disks_max) lose_disk(place);
      break;
    case 1:
      stop(place);
      after(chance_.up_to(seconds{3}), [this, place] { start(place); });
      break;
    case 2:
      stop(place);
      nodes_[place].is_odd = !nodes_[place].is_odd;
      start(place);
      break;
    default:
      cut(place, chance_.below(nodes_.size()), chance_.up_to(seconds{5}));
  }
}

void Founding::clear_sky() {
  is_clear_ = true;
  cuts_.clear();
  for (Place place = 0; place < nodes_.size(); ++place) {
    if (nodes_[place].is_odd) stop(place);
    nodes_[place].is_odd = false;
    if (!nodes_[place].runs) start(place);
  }
}

void Founding::cut(Place a, Place b, Duration length) {
  if (a == b || is_clear_) return;
  const auto between = std::minmax(a, b);
  cuts_.insert({between.first, between.second});
  after(length, [this, first = between.first, second = between.second] {
    cuts_.erase({first, second});
  });
}

bool Founding::reaches(Place a, Place b) const {
  const auto between = std::minmax(a, b);
  return nodes_[b].runs && !cuts_.contains({between.first, between.second});
}

/// Of one way: mostly short, now and then nearly as long as an answer is waited for.
Duration Founding::delay() {
  const bool is_late = !is_clear_ && chance_.below(10) == 0;
  return chance_.up_to(is_late ? answer_time : Duration{milliseconds{5}});
}

// What a process does.

void Founding::start(Place place) {
  Node& it = nodes_[place];
  if (it.runs) return;
  if (!it.disk) {
    it.disk.emplace();
    it.disk->node = {.id = id_of(place, it.ids++),
                     .born = static_cast<std::uint64_t>(now_ / milliseconds{1}) + 1,
                     .may_lead = true};
    it.disk->cluster.name = charter_.cluster;
  }
  it.runs = true;
  ++it.life;
  it.is_asking = false;
  it.lost.clear();
  it.search.reset();
  const unsigned life = it.life;
  if (!it.disk->is_fresh()) return after(delay(), [=, this] { look_around(place, life); });
  membership::AskTargets ask{charter_.cluster, charter_.slots, charter_};
  if (it.is_odd) ask.charter->promise *= 2;
  if (!it.is_slot && it.is_odd) ask.charter.reset();
  it.search.emplace(it.disk->node, ask);
  it.rounds_in_vain = 0;
  note(place, "starts fresh");
  ask_all(place);
}

void Founding::stop(Place place) {
  nodes_[place].runs = false;
  nodes_[place].search.reset();
}

void Founding::lose_disk(Place place) {
  note(place, "loses its disk");
  ++result_.lost_disks;
  stop(place);
  nodes_[place].disk.reset();
  after(chance_.up_to(seconds{1}), [this, place] { start(place); });
}

void Founding::take_new_id(Place place) {
  note(place, "starts over");
  ++result_.starts_over;
  stop(place);
  nodes_[place].disk.reset();
  start(place);
}

void Founding::ask_all(Place place) {
  Node& it = nodes_[place];
  ++it.round;
  it.is_asking = true;
  it.search->begin_round();
  const std::vector<std::string> targets = it.search->targets();
  for (const std::string& target : targets) ask(place, target);
}

void Founding::ask(Place place, const std::string& target) {
  const unsigned life = nodes_[place].life;
  const unsigned round = nodes_[place].round;
  after(answer_time, [=, this] {
    hear(place, life, round, membership::TargetSilent{target, "no answer"});
  });
  after(delay(), [=, this] {
    const Place there = place_at(target);
    const bool is_lost = !is_clear_ && chance_.below(20) == 0;
    if (is_lost || !reaches(place, there)) return;
    const Record& record = *nodes_[there].disk;
    membership::TargetAnswer answer{.target = target,
                                    .node = record.node,
                                    .cluster = record.cluster,
                                    .config = record.config,
                                    .knows_leader = false};
    if (nodes_[there].search) answer.charter = nodes_[there].search->charter();
    for (int copies = chance_.below(10) == 0 ? 2 : 1; copies > 0; --copies) {
      after(delay(), [=, this] { hear(place, life, round, answer); });
    }
    if (const auto& asker = nodes_[place].disk) meet(there, asker->node.id);
  });
}

/// Whoever is new makes a fresh node look again.
void Founding::meet(Place place, NodeId who) {
  Node& it = nodes_[place];
  if (!it.search || it.is_asking) return;
  const auto is_it = [&](const membership::Heard& heard) {
    const auto* answer = std::get_if<membership::TargetAnswer>(&heard);
    return answer != nullptr && answer->node.id == who;
  };
  if (std::ranges::any_of(it.search->heard(), is_it)) return;
  it.is_asking = true;
  const unsigned life = it.life;
  after(milliseconds{10}, [=, this] {
    if (nodes_[place].life == life && nodes_[place].search) ask_all(place);
  });
}

void Founding::hear(Place place, unsigned life, unsigned round, membership::Heard heard) {
  Node& it = nodes_[place];
  const bool is_late = it.life != life || it.round != round || !it.search || !it.runs;
  if (is_late || it.search->is_complete()) return;
  it.search->hear(std::move(heard));
  if (it.search->is_complete()) decide(place);
}

void Founding::decide(Place place) {
  Node& it = nodes_[place];
  it.is_asking = false;
  const membership::Choice choice = it.search->decide();
  if (const auto* join = std::get_if<membership::Join>(&choice)) {
    note(place, join->sentence);
    return save(place, join->enrolled);
  }
  const auto& again = std::get<membership::AskAgain>(choice);
  const unsigned life = it.life;
  const unsigned round = it.round;
  const Duration pause =
      again.at_once ? Duration{0} : membership::ask_again_after(it.rounds_in_vain++);
  after(pause, [=, this] {
    const Node& now = nodes_[place];
    if (now.life == life && now.round == round && now.search && !now.is_asking) ask_all(place);
  });
}

/// A process may die just before the save, or just after it.
void Founding::save(Place place, const Enrolled& enrolled) {
  Node& it = nodes_[place];
  const auto luck = is_clear_ ? 2 : chance_.below(20);
  if (luck != 0) {
    it.disk->cluster = enrolled.cluster;
    it.disk->config = enrolled.config;
    it.disk->term = std::max(it.disk->term, enrolled.config.stamp.term);
  }
  if (luck <= 1) {
    stop(place);
    return after(chance_.up_to(seconds{2}), [this, place] { start(place); });
  }
  it.search.reset();
  look_around(place, it.life);
}

/// What a node of a cluster does now and then: it looks who answers at the voters' addresses, hands
/// configurations on, and stands for election.
void Founding::look_around(Place place, unsigned life) {
  Node& it = nodes_[place];
  if (it.life != life || !it.runs || it.disk->is_fresh()) return;
  after(chance_.up_to(milliseconds{400}) + milliseconds{10},
        [=, this] { look_around(place, life); });
  const std::vector<Member> voters = it.disk->config.members;
  for (const Member& voter : voters) {
    const Place there = place_at(voter.address);
    if (there == place || !reaches(place, there)) continue;
    const Record theirs = *nodes_[there].disk;
    after(delay(), [=, this] {
      Node& mine = nodes_[place];
      if (mine.life != life || !mine.runs || mine.disk->is_fresh()) return;
      std::erase(mine.lost, voter.id);
      const ClusterId ours = mine.disk->cluster.id;
      if (membership::is_gone(voter.id, ours, theirs.node.id, theirs.cluster.id)) {
        if (membership::is_lost(voter.id, ours, theirs.node.id, theirs.cluster.id)) {
          mine.lost.push_back(voter.id);
        }
        if (membership::is_stillborn(*mine.disk, mine.lost)) take_new_id(place);
      } else {
        learn(place, theirs);
      }
    });
  }
  try_to_lead(place);
}

/// It takes a majority that can be reached and is in the cluster, with no newer configuration.
void Founding::try_to_lead(Place place) {
  Node& it = nodes_[place];
  Record& record = *it.disk;
  if (record.config.stamp.term > Term{} || !record.config.may_lead(record.node.id)) return;
  std::size_t votes = 0;
  for (const Member& voter : record.config.members) {
    const Place there = place_at(voter.address);
    const bool is_there = there == place || reaches(place, there);
    if (!is_there || !is_on_disk(voter, record.cluster.id)) continue;
    if (nodes_[there].disk->config.stamp > record.config.stamp) return;
    ++votes;
  }
  if (votes < majority_of(record.config.members.size())) return;
  record.config.stamp = {.term = Term{1}, .version = record.config.stamp.version + 1};
  record.term = Term{1};
  note(place, "leads");
  check_goose(place);
}

void Founding::learn(Place place, const Record& from) {
  Record& mine = *nodes_[place].disk;
  if (from.cluster.id == mine.cluster.id && from.config.stamp > mine.config.stamp) {
    mine.config = from.config;
    mine.term = std::max(mine.term, from.term);
  }
}

// What must hold.

Founding::Place Founding::place_at(const std::string& address) const {
  const auto found = std::ranges::find(nodes_, address, &Node::address);
  ensure(found != nodes_.end());
  return static_cast<Place>(found - nodes_.begin());
}

bool Founding::is_on_disk(const Member& voter, ClusterId cluster) const {
  const std::optional<Record>& disk = nodes_[place_at(voter.address)].disk;
  return disk && disk->node.id == voter.id && disk->cluster.id == cluster;
}

bool Founding::can_have_goose(ClusterId cluster, const Configuration& config) const {
  const auto is_there = [&](const Member& it) { return is_on_disk(it, cluster); };
  const auto left = std::ranges::count_if(config.members, is_there);
  return static_cast<std::size_t>(left) >= majority_of(config.members.size());
}

void Founding::check_goose(Place goose) {
  const Record& record = *nodes_[goose].disk;
  led_.insert_or_assign(record.cluster.id.value, record.config);
  for (const auto& [cluster, config] : led_) {
    if (cluster != record.cluster.id.value && can_have_goose(ClusterId{cluster}, config)) {
      violate("a second cluster has a goose, and the first one can have one as well");
    }
  }
}

/// All are in one cluster that has had a goose; unless one that had a goose cannot have one any
/// more, which is for an operator to say.
void Founding::check_end() {
  std::set<std::uint64_t> clusters;
  for (const Node& it : nodes_) {
    if (it.disk && !it.disk->is_fresh()) clusters.insert(it.disk->cluster.id.value);
  }
  for (const std::uint64_t it : clusters) {
    const auto led = led_.find(it);
    const bool is_lost = led != led_.end() && !can_have_goose(ClusterId{it}, led->second);
    result_.needs_operator = result_.needs_operator || is_lost;
  }
  if (result_.needs_operator) return;
  for (const Node& it : nodes_) {
    const Record& record = *it.disk;
    if (record.is_fresh()) violate(name_of(record.node.id) + " is in no cluster");
    if (record.config.stamp.term == Term{}) {
      violate(name_of(record.node.id) + " is in a cluster without a goose");
    }
  }
  if (clusters.size() != 1) violate("there are " + std::to_string(clusters.size()) + " clusters");
}

void Founding::violate(const std::string& what) {
  if (!result_.violation) result_.violation = Violation{"founding", what, TrueTime{now_}};
}

void Founding::note(Place place, const std::string& what) {
  if (log_ == nullptr) return;
  const auto& disk = nodes_[place].disk;
  *log_ += "[" + in_ms(now_) + "] " + (disk ? name_of(disk->node.id) : nodes_[place].address) +
           " " + what + "\n";
}

}  // namespace duckduckgoose::sim

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/guard.hpp"
#include "membership/upkeep.hpp"
#include "raft/chance.hpp"
#include "raft/raft.hpp"
#include "sim/checker.hpp"
#include "sim/place.hpp"
#include "sim/queue.hpp"
#include "sim/weather.hpp"

namespace duckduckgoose::sim {

/// What happened in a run.
struct Counts {
  std::uint64_t events = 0;  ///< Steps of cores: messages, ticks, questions, links.
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;  ///< On the way, or because nobody lived where they arrived.
  std::uint64_t saves = 0;
  std::uint64_t faults =
      0;  ///< Kills, stops, cuts, lost disks, slow saves, and what else goes wrong on purpose.
};

/// What a message is, for those who pick some out.
enum class Kind : std::uint8_t {
  any,
  heartbeat,
  heartbeat_reply,
  pre_vote,
  vote_request,
  pre_vote_reply,
  vote_reply,
  release,
  notice,
  rejected,
};
[[nodiscard]] Kind kind_of(const Message& message);

/// Treats messages of one kind between two places apart from the weather.
struct Filter {
  enum class Fate : std::uint8_t { hold_back, drop };
  PlaceIndex from = 0;
  PlaceIndex to = 0;
  Kind kind = Kind::any;
  Fate fate = Fate::drop;
};

/// Processes, disks, clocks and a network, all pretended, around the real core and the real
/// perform(). A value: it can be copied at any time. One seed determines everything.
class World {
 public:
  explicit World(std::uint64_t seed) : chance_(seed) {}

  // The set-up.
  PlaceIndex add_place(std::string address, NodeClock clock, bool may_lead = true);
  /// Writes the same first record on the disks of `voters`, as founding does.
  void found(std::span<const PlaceIndex> voters, Duration promise, const Limits& limits);

  // Processes and disks.
  void start(PlaceIndex place);  ///< With what is on the disk; a fresh one gets a new id.
  /// Of a node that dies: does it see that, or is it dead itself?
  enum class Keeper : std::uint8_t { tells, is_silent };
  void kill(PlaceIndex place, Keeper keeper);
  void doom(PlaceIndex place, Boundary boundary) { places_[place].doom = boundary; }
  void stop(PlaceIndex place);
  void resume(PlaceIndex place);
  void wipe(PlaceIndex place);  ///< Kills, and loses the disk.
  /// The machine stands still, and its clock with it: nobody in it can know.
  void pause_guest(PlaceIndex place, Duration span);
  void back_up(PlaceIndex place);  ///< Keeps a copy of the disk.
  /// Kills, and starts with the copy, if every other process that lives has met so many
  /// saves (`lag`) more.
  bool restore(PlaceIndex place, std::uint64_t lag);
  /// Starts a second process on a copy of `original`'s disk at the free place `place`, if every
  /// other process that lives has met the original.
  bool clone(PlaceIndex original, PlaceIndex place);
  void discard_clone(PlaceIndex place);

  // The network.
  void cut(PlaceIndex from, PlaceIndex to);
  void heal(PlaceIndex from, PlaceIndex to) { cuts_.heal(from, to); }
  void heal_all() { cuts_.heal_all(); }
  void break_link(PlaceIndex a, PlaceIndex b);
  /// Whoever is not linked dials anew: nothing is left of attempts that take for ever.
  void dial_all();
  void add_filter(const Filter& filter) { filters_.push_back(filter); }
  void clear_filters() { filters_.clear(); }
  std::size_t deliver_kept();  ///< Delivers what filters held back, now; gives how many.
  void repeat_release(
      std::size_t nth);  ///< Sends a proof of death of some earlier life again, if it was sent.
  void inject(PlaceIndex to, Message message, Duration delay);
  void lose_letters();  ///< All that are under way.
  /// A message that was sent a while ago.
  [[nodiscard]] const std::optional<Message>& sample() const { return sample_; }

  // Questions.
  Ticket change(PlaceIndex place, Edit edit);
  void remove(PlaceIndex leader, NodeId id);  ///< By upkeep: in its own time, if it can be.
  Ticket confirm(PlaceIndex place);
  Ticket drain(PlaceIndex place, ReleaseReason reason, std::optional<NodeId> successor);
  void hold(PlaceIndex place, Duration wanted);
  void begin_work(PlaceIndex place);  ///< Only a goose that is awake begins.
  void end_work(PlaceIndex place, bool well = true);
  void stand_aside(PlaceIndex place, Duration time);

  // Time.
  void run_until(TrueTime end);
  void run_for(Duration span) { run_until(now_ + span); }
  [[nodiscard]] TrueTime now() const { return now_; }

  // Looking.
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  [[nodiscard]] Place& place(PlaceIndex index) { return places_[index]; }
  [[nodiscard]] bool lives(PlaceIndex place) const { return places_[place].process.has_value(); }
  [[nodiscard]] NodeId id(PlaceIndex place) const;
  [[nodiscard]] std::optional<PlaceIndex> goose() const { return checker_.goose(now_); }
  [[nodiscard]] bool connected(PlaceIndex a, PlaceIndex b) const {
    return !cuts_.is_cut(a, b) && !cuts_.is_cut(b, a);
  }
  /// What this leader would do next to have the right voters.
  [[nodiscard]] std::optional<membership::Upkeep> due_change(PlaceIndex leader) const;
  [[nodiscard]] const Checker& checker() const { return checker_; }
  [[nodiscard]] Checker& checker() { return checker_; }
  [[nodiscard]] const std::optional<Violation>& violation() const { return checker_.violation(); }
  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] std::size_t in_flight() const { return queue_.size(); }
  [[nodiscard]] std::size_t kept() const { return kept_.size(); }
  [[nodiscard]] std::size_t proofs() const { return told_.size(); }
  /// A number that depends on all that happened so far (I8).
  [[nodiscard]] std::uint64_t digest() const { return digest_; }

  Weather weather;
  DiskSpeed disk_speed;
  bool upkeep = false;  ///< Leaders keep the voters right by next_change().
  /// The random waits after a Release, of processes that start from now on: two round trips.
  Duration short_wait = std::chrono::milliseconds{4};
  std::optional<Duration> work_ends_within;  ///< How long a command takes to end once it must.
  Duration proof_within = std::chrono::milliseconds{1};  ///< How long a keeper takes to tell.
  /// Processes that start from now on have a keeper that watches them, which is the real Guard: it
  /// kills who hangs. Without it there are keepers only for those that die and are told of.
  bool keepers = false;
  DiskSpeed keeper_speed;  ///< So many of a thousand wake-ups come late.

  /// How much is written down, one line each: what the cores trace, or every event and message too.
  enum class Detail : std::uint8_t { traces, everything };
  /// From now on adds what happens to `text`, which must live on; null ends it.
  void log_to(std::string* text, Detail detail) {
    log_ = text;
    detail_ = detail;
  }
  void note(std::string_view line);  ///< Adds a line of one's own, with the time.

 private:
  class Hands;
  struct Kept {
    PlaceIndex to;
    Event event;
  };
  /// The keeper of one life of a process. May outlive it.
  struct Watcher {
    guard::Guard guard;
    PlaceIndex place = 0;
    std::uint32_t life = 0;
    Incarnation who;
    bool lives = true;
    bool works = false;               ///< Something that the goose had started lives.
    Duration promise{0};              ///< As it was last told.
    Instant beat_at;                  ///< When it was last told how things stand.
    std::optional<TrueTime> wake_at;  ///< When the next wake-up lies in the queue.
    bool is_late = false;             ///< ... and it comes late.
    std::vector<Message> proof;       ///< What it tells, one a voter, once the process is dead.
  };
  using KeeperIndex = std::size_t;

  // world.cpp
  void handle(const Entry& entry);
  void tick(PlaceIndex place, TrueTime at);
  void give(PlaceIndex place, Event event);
  void step(PlaceIndex place, const Event& event);
  void finish(PlaceIndex place, const Effects& effects);
  void ready(PlaceIndex place);
  void end_work_soon(PlaceIndex place);
  void drain_inbox(PlaceIndex place);
  void schedule_tick(PlaceIndex place, std::optional<Instant> wake);
  void keep_up(PlaceIndex place);
  [[nodiscard]] std::optional<membership::Office> office_of(PlaceIndex place) const;
  [[nodiscard]] std::vector<NodeId> displaced_for(PlaceIndex place) const;
  void mix(std::uint64_t number) { digest_ = (digest_ ^ number) * 0x100000001b3U; }

  // world_network.cpp
  void post(PlaceIndex from, Message&& message);
  void post_notice(PlaceIndex from, const Message& notice);
  void send_to(PlaceIndex from, PlaceIndex to, Message&& message);
  void arrive_after(PlaceIndex to, Message&& message, Duration delay);
  [[nodiscard]] std::optional<PlaceIndex> receiver_of(NodeId id) const;
  [[nodiscard]] const Filter* filter_for(PlaceIndex from, PlaceIndex to,
                                         const Message& message) const;
  void dial(PlaceIndex from, PlaceIndex to, Duration delay);
  void link(PlaceIndex a, PlaceIndex b, std::uint64_t lives);
  void lose_link(PlaceIndex place, PlaceIndex peer, std::uint64_t life);
  void note_saves(PlaceIndex place, const Message& message);

  // world_processes.cpp
  void launch(PlaceIndex place, const Record& record, Checker::Data data);

  // world_keepers.cpp
  void hire_keeper(PlaceIndex place);
  void tell_keeper(PlaceIndex place, const guard::Event& event);
  void tell_keeper_how_it_stands(PlaceIndex place, bool is_news);
  void see_death(PlaceIndex place);
  void give_keeper(KeeperIndex keeper, const guard::Event& event);
  void wake_keeper(KeeperIndex keeper, TrueTime at);
  void excuse(const Watcher& watcher);
  void keeper_kills(KeeperIndex keeper);
  void kept_work_ends(KeeperIndex keeper);
  void prove(KeeperIndex keeper);

  // world_log.cpp
  void log_event(PlaceIndex place, const Event& event);
  void log_effects(PlaceIndex place, const Effects& effects);

  Chance chance_;
  TrueTime now_;
  Queue queue_;
  std::vector<Place> places_;
  Cuts cuts_;
  std::vector<Event> letters_;  ///< Messages under way; the queue knows their numbers.
  std::vector<std::uint32_t> empty_letters_;
  std::vector<Filter> filters_;
  std::vector<Kept> kept_;
  std::optional<Message> sample_;
  std::deque<Watcher> keepers_;
  std::vector<KeeperIndex> told_;  ///< Those that have told a death, in that order.
  Checker checker_;
  Counts counts_;
  std::uint64_t tickets_ = 0;
  std::uint64_t digest_ = 0xcbf29ce484222325U;
  std::uint32_t ticks_at_once_ = 0;
  std::string* log_ = nullptr;
  Detail detail_ = Detail::traces;
};

/// "leader", "follower", "pre-candidate", "candidate", or "observer" for who does not vote.
[[nodiscard]] std::string role_of(const Raft& core);

/// The cluster id of every simulated cluster.
inline constexpr ClusterId the_cluster{0xdcc};

}  // namespace duckduckgoose::sim

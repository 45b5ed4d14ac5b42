#include "node/life.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/server.hpp"
#include "node/start.hpp"
#include "raft/ensure.hpp"
#include "store/fresh.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::node {

namespace {

constexpr Duration leave_again_after = std::chrono::milliseconds{100};

/// Why a node that leaves is told to ask again: a voter does not answer, or many leave at once.
constexpr std::string_view needed = "voters_silent";
constexpr std::array<std::string_view, 3> passing{needed, "change_in_flight", "too_many"};

Raft::Options options() {
  const auto nonce = store::random_bits();
  const auto seed = store::random_bits();
  ensure(nonce && seed);  // the record could not have been loaded without
  return {.nonce = *nonce, .seed = *seed};
}

/// Others need files as well: whoever asks over HTTP, and the record.
std::size_t links_that_fit() {
  constexpr std::size_t fewest = 16;
  return std::clamp(net::files_for_connections(), fewest, Peers::links_max);
}

}  // namespace

Life::Life(Home& home, const Record& record, const membership::Decision& start, Listener listener)
    : home_{home},
      listener_{std::move(listener)},
      engine_{home.loop, home.directory, *this, record, options()},
      work_{home,
            engine_,
            {.environment = [this] { return environment_of_work(); },
             .why_it_ends = [this](ReleaseReason reason) { return why_work_ends(reason); },
             .on_done = [this](int exit_code,
                               ReleaseReason why) { listener_.on_done(exit_code, why); },
             .on_news =
                 [this] {
                   ++story_.version;
                   home_.keeper.report(this->why());
                 }}},
      peers_{home.loop, *this, engine_.raft().self().nonce, links_that_fit()},
      changes_{home,
               engine_,
               peers_,
               book_,
               [this] { return hello(); },
               [this] { return wire::to_json(status()); }},
      errands_{home, engine_, peers_, book_, changes_},
      api_{story_, [this] { return facts(); }, [this](Duration wanted) { return hold(wanted); },
           errands_},
      slot_{engine_.raft().record().slot},
      hints_{home_.settings.join},
      addresses_{engine_.raft().record().addresses},
      config_{engine_.config()} {
  story_.since = net::Loop::now();
  story_.since_at = wall_now();
  const Record& mine = this->record();
  home_.log.set_node(wire::short_text(mine.node.id), home_.address);
  home_.log.set_term(mine.term);
  book_.note(mine.node.id, home_.address);
  book_.note(mine.config);
  for (const std::string& address : mine.addresses) {
    if (std::ranges::find(hints_, address) == hints_.end()) hints_.push_back(address);
  }
  begin(start);
}

Life::~Life() {
  home_.loop.cancel(end_timer_);
  home_.loop.cancel(aim_timer_);
  home_.loop.cancel(leave_timer_);
  home_.loop.cancel(vacancy_timer_);
}

void Life::begin(const membership::Decision& start) {
  if (const auto* alone = std::get_if<membership::FoundAlone>(&start)) {
    home_.log.info("founding", "founds cluster " + alone->cluster);
    enrol(membership::found_alone(record(), alone->cluster, home_.address,
                                  home_.settings.promise.value_or(promise_default)));
  } else if (const auto* ask = std::get_if<membership::AskTargets>(&start)) {
    join(*ask);
  } else {
    aim();
    engine_.step(Tick{});
  }
}

void Life::join(const membership::AskTargets& ask) {
  charter_ = ask.charter;
  membership::Search search{record().node, ask, home_.settings.advertise};
  if (!is_reachable_at(home_.settings) && !slot_of(record(), home_.settings)) {
    search.find_own_slot();
  }
  joining_ = std::make_unique<Joining>(
      home_.loop, std::move(search), hello(), peers_.counts(),
      Joining::Listener{.on_join =
                            [this](const membership::Join& join) {
                              if (!know_address()) return;
                              home_.log.info("join", join.sentence);
                              enrol(join.enrolled);
                            },
                        .on_wait =
                            [this](const std::string& sentence) {
                              ++story_.version;
                              home_.log.repeat(LogLevel::info, "wait", "wait", sentence,
                                               net::Loop::now());
                            },
                        .on_refuse =
                            [this](const membership::Refuse& refuse) {
                              fail({static_cast<int>(refuse.exit), refuse.sentence});
                            }});
}

void Life::enrol(const Enrolled& enrolled) {
  if (!record().is_fresh()) return;
  engine_.step(enrolled);
  if (over_) return;
  aim();
  engine_.step(Tick{});
}

void Life::handle(const net::Request& request, net::Responder responder) {
  api_.handle(request, std::move(responder));
}

wire::Status Life::status() const { return status_of(facts(), net::Loop::now()); }

Facts Life::facts() const {
  const bool is_fresh = record().is_fresh();
  return {.home = home_,
          .engine = engine_,
          .peers = peers_,
          .book = book_,
          .story = story_,
          .work = work_,
          .joining = is_fresh ? joining_.get() : nullptr,
          .foreigner = foreigner_,
          .draining = draining_};
}

std::string Life::why() const { return why_of(facts(), net::Loop::now()).sentence; }

void Life::leave_cluster(std::function<void()> done) {
  // The goose's command may take its time before anybody can follow.
  const auto& job = home_.settings.job;
  const Duration work_takes = job ? job->stop_timeout : Duration{0};
  ask_to_leave(net::Loop::now() + work_takes + change_time, std::move(done));
}

/// Who is needed now, because others are silent, is not any more when those have been replaced. It
/// does not go before the goose has said no to its last request, and so forgotten it: else it might
/// be removed when it comes back.
void Life::ask_to_leave(Instant until, std::function<void()> done) {
  errands_.run(
      {.method = "DELETE", .target = "/members/" + wire::to_text(id()), .body = {}, .until = until},
      [this, until, done = std::move(done)](const Result& result) {
        const auto problem = wire::parse_problem(result.body);
        const Instant again = net::Loop::now() + leave_again_after;
        const bool is_under_way = result.status == 202;
        const bool may_pass =
            is_under_way || (problem && std::ranges::find(passing, problem->type) != passing.end());
        const bool is_needed = problem && problem->type == needed;
        const Duration no_takes =
            is_needed ? Changes::patience(engine_.config().promise) : Duration{0};
        if (may_pass && again + no_takes < until) {
          leave_timer_ =
              home_.loop.wake_at(again, [this, until, done] { ask_to_leave(until, done); });
          return;
        }
        if (result.status == 200) {
          home_.log.info("leave", "has left its cluster");
        } else {
          home_.log.warn("leave",
                         "stays a member: " + (problem ? problem->detail : "not in force in time"));
        }
        done();
      });
}

void Life::stop(ReleaseReason why, std::function<void(bool owes)> done) {
  draining_ = true;
  ++story_.version;
  changed();
  on_stopped_ = std::move(done);
  engine_.step(StandAside{net::Loop::now() + change_time});  // it takes no office any more
  engine_.drain(why, std::nullopt, [this](const Answer& answer) {
    // A handover that waits for a hold is under way, and ends the office as well.
    if (answer.outcome == Outcome::draining) return;
    const bool had_office = answer.outcome != Outcome::not_leader;
    leave_after(had_office && peers_.size() > 0 ? succession_time : Duration{0});
  });
}

/// Who has just given the office up votes for its successor before it goes: another voter may be in
/// no position to.
void Life::leave_after(Duration wait) {
  home_.loop.cancel(end_timer_);
  end_timer_ = home_.loop.wake_at(net::Loop::now() + wait, [this] { leave(); });
}

/// What is in the queues of the links goes out before the good-bye.
void Life::leave() {
  home_.loop.cancel(end_timer_);
  if (!on_stopped_) return;
  if (work_.is_killing()) return leave_after(Work::look_at_first);
  errands_.end();
  tell_vacancy();
  const Raft& core = engine_.raft();
  const bool owes = core.leader() != nullptr || net::Loop::now() < core.held_until();
  peers_.close_all("this node stops", farewell_time,
                   [done = std::exchange(on_stopped_, nullptr), owes] { done(owes); });
}

guard::Beat Life::beat() const {
  return {.promise = engine_.config().promise, .lease_end = engine_.raft().lease_end()};
}

std::optional<Instant> Life::hold(Duration wanted) {
  const auto until = engine_.hold(wanted);
  return until && home_.keeper.tell_hold(*until) ? until : std::nullopt;
}

void Life::go_on_unguarded(bool keeper_is_dead) {
  ++story_.version;
  if (!keeper_is_dead) home_.log.warn("keeper", "its keeper does not answer");
  work_.take_over(keeper_is_dead ? ReleaseReason::keeper_dead : ReleaseReason::keeper_silent);
  if (!keeper_is_dead && engine_.leads(net::Loop::now())) {
    engine_.drain(ReleaseReason::keeper_silent);
  }
}

/// In the words of SURFACE section 5.
std::vector<std::string> Life::environment_of_work() const {
  const wire::Status now = status();
  std::vector<std::string> variables = wire::variables_of(now);
  variables.push_back("DUCK_CAUSE=" + now.cause);
  return variables;
}

std::string Life::why_work_ends(ReleaseReason reason) const {
  return wire::sentence_of({.code = CauseCode::handover, .previous = id(), .release = reason}, {},
                           book_);
}

void Life::cut_off(bool is_cut) {
  home_.log.warn("cut_off", is_cut ? "cut off from all others" : "not cut off any more");
  peers_.cut_off(is_cut);
}

void Life::fail(Failure failure) {
  if (std::exchange(over_, true)) return;
  home_.loop.cancel(end_timer_);
  home_.log.error("end", failure.sentence, {{"exit_code", std::to_string(failure.exit_code)}});
  end_timer_ = home_.loop.wake_at(
      net::Loop::now(), [this, failure = std::move(failure)] { listener_.on_failure(failure); });
}

void Life::outlive(bool in_cluster, std::string_view why) {
  if (on_stopped_) return;  // it has its good-byes to say
  if (std::exchange(over_, true)) return;
  home_.loop.cancel(end_timer_);
  end_timer_ = home_.loop.wake_at(net::Loop::now(), [this, in_cluster, why = std::string{why}] {
    listener_.on_outlived(in_cluster, why);
  });
}

// What the core wants of the world.

void Life::withdrawn(const Tenure& /*tenure*/) { ++story_.version; }

void Life::send(const Message& message) { peers_.send(message.to, message); }

/// After a handover somebody follows at once, and tells all observers so; until then this node has
/// to vote, and they have nothing to do.
void Life::send_to_others(const Message& notice, const std::vector<NodeId>& except) {
  const auto& body = std::get<Notice>(notice.body);
  vacancy_.reset();
  if (body.leader || body.cause.code != CauseCode::handover) {
    return peers_.send_to_others(notice, except);
  }
  vacancy_ = notice;
  home_.loop.cancel(vacancy_timer_);
  vacancy_timer_ = home_.loop.wake_at(net::Loop::now() + vacancy_time, [this] { tell_vacancy(); });
}

void Life::tell_vacancy() {
  if (vacancy_) peers_.send_to_others(*vacancy_, engine_.raft().rounds_to());
  vacancy_.reset();
}

void Life::keeping_up(const membership::Upkeep& change, const membership::Office& office) {
  home_.log.info("upkeep", membership::to_text(change, engine_.config(), office, book_));
}

void Life::disk_failed(const store::StoreError& error) {
  ++story_.version;
  fail({74, error.sentence});
}

void Life::saving() { home_.keeper.saving(engine_.raft().lease_end()); }

void Life::saved() { home_.keeper.saved(); }

void Life::stepped(const Effects& effects) {
  ++story_.version;
  if (effects.announce) home_.keeper.seat_changed();
  home_.log.set_term(record().term);
  for (const Trace& trace : effects.trace) tell(trace);
  if (config_.stamp != engine_.config().stamp) {
    config_changed(std::exchange(config_, engine_.config()));
  }
  if (effects.announce) goose_changed(*effects.announce);
  if (config_.removed_by(id()) == RemovedBy::upkeep) outlive(true, id_is_useless);
  work_.look();
  changes_.look();
  if (effects.announce) errands_.look();
}

void Life::goose_changed(const Leadership& leadership) {
  changed();
  story_.since = net::Loop::now();
  story_.since_at = wall_now();
  story_.leadership = leadership;
  outgrown_.reset();
  if (!leadership.leader) {
    home_.log.info("no_goose",
                   "there is no goose: " + wire::sentence_of(leadership.cause, {}, book_),
                   {{"cause", std::string{wire::code_of(leadership.cause)}}});
    home_.keeper.report(why());
    if (on_stopped_) leave_after(succession_time);
    return;
  }
  const NodeId goose = leadership.leader->id;
  vacancy_.reset();
  story_.knew_goose = true;
  story_.ready = true;
  story_.last_goose = goose;
  home_.keeper.report(why());
  // The news first: good-byes would take the cores from it, and a thousand take as long.
  const bool are_many = peers_.size() > Engine::attentive_max;
  if (on_stopped_ && goose != id()) leave_after(are_many ? succession_time : news_time);
  const std::string who =
      goose == id() ? "this node is the goose" : book_.name_of(goose) + " is the goose";
  home_.log.info("goose", who + ": " + wire::sentence_of(leadership.cause, goose, book_),
                 {{"goose", wire::to_text(goose)},
                  {"token", std::to_string(config_.token(leadership.term).value)},
                  {"cause", std::string{wire::code_of(leadership.cause)}}});
}

void Life::config_changed(const Configuration& before) {
  book_.note(config_);
  for (auto* const ids : {&gone_, &lost_}) {
    std::erase_if(*ids, [this](NodeId it) { return !config_.has(it); });
  }
  learn_voters();
  if (before.members != config_.members || before.removed != config_.removed) {
    changed();
    std::string voters;
    for (const Member& it : config_.members) voters += (voters.empty() ? "" : ", ") + it.address;
    home_.log.info("voters", "the voters are " + voters,
                   {{"config", std::to_string(config_.stamp.term.value) + "." +
                                   std::to_string(config_.stamp.version)}});
  }
  if (before.members.empty() || before.promise != config_.promise) {
    if (const auto why = why_grace_is_cut(home_.settings, config_.promise)) {
      home_.log.warn("setting", *why);
    }
  }
  const bool is_news = config_.removed_by(id()) && !before.removed_by(id());
  if (is_news) home_.log.warn("removed", why());
  aim();
}

void Life::tell(const Trace& trace) {
  if (trace.turn == Turn::refused || trace.turn == Turn::was_refused) {
    const std::string who = trace.other ? book_.name_of(*trace.other) : std::string{"somebody"};
    const std::string what{trace.refusal ? to_text(*trace.refusal) : std::string_view{}};
    const bool by_us = trace.turn == Turn::refused;
    if (by_us && trace.other && trace.refusal) refused_ = {*trace.other, *trace.refusal};
    home_.log.repeat(by_us ? LogLevel::warn : LogLevel::error, "refused", "refused " + who,
                     by_us ? "refuses " + who + ": " + what : who + " refuses this node: " + what,
                     net::Loop::now());
  } else if (home_.log.shows(LogLevel::debug)) {
    home_.log.debug("core", to_text(trace, book_));
  }
}

}  // namespace duckduckgoose::node

#include "sim/player.hpp"

#include <algorithm>
#include <charconv>

#include "sim/names.hpp"

namespace duckduckgoose::sim {

namespace {

Words words_of(std::string_view line) {
  Words words;
  while (!line.empty()) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    const auto end = line.find(' ', begin);
    words.emplace_back(line.substr(begin, end == std::string_view::npos ? end : end - begin));
    line.remove_prefix(end == std::string_view::npos ? line.size() : end);
  }
  return words;
}

std::unexpected<std::string> wrong(std::string what) { return std::unexpected(std::move(what)); }

constexpr std::size_t any_number = 32;

}  // namespace

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_all = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  return is_all ? std::optional{number} : std::nullopt;
}

std::optional<Duration> duration_in(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = number_in(text.substr(0, digits));
  const std::string_view unit = text.substr(digits);
  if (!number || *number > 1'000'000) return std::nullopt;
  const auto count = static_cast<Duration::rep>(*number);
  if (unit == "us") return std::chrono::microseconds{count};
  if (unit == "ms") return std::chrono::milliseconds{count};
  if (unit == "s") return std::chrono::seconds{count};
  return std::nullopt;
}

const std::vector<Player::Command>& Player::commands() {
  static const std::vector<Command> all{
      {"voters", 1, places_max, true, &Player::voters},
      {"witness", 1, 1, true, &Player::witness},
      {"observers", 1, places_max, true, &Player::observers},
      {"spare", 1, places_max, true, &Player::spare},
      {"seed", 1, 1, true, &Player::seed},
      {"promise", 1, 1, true, &Player::promise},
      {"limits", 2, 6, true, &Player::limits},
      {"clock", 2, 2, true, &Player::clock},
      {"delay", 1, 2, false, &Player::delay},
      {"upkeep", 1, 1, false, &Player::upkeep},
      {"show", 1, 1, false, &Player::show},
      {"run", 1, 6, false, &Player::run},
      {"lead", 1, 1, false, &Player::lead},
      {"start", 1, 1, false, &Player::start},
      {"kill", 1, 3, false, &Player::kill},
      {"wipe", 1, 1, false, &Player::wipe},
      {"stop", 1, 1, false, &Player::stop},
      {"cont", 1, 1, false, &Player::cont},
      {"copy", 1, 1, false, &Player::copy},
      {"restore", 1, 1, false, &Player::restore},
      {"clone", 3, 3, false, &Player::clone},
      {"slow-save", 2, 2, false, &Player::slow_save},
      {"pause-guest", 2, 2, false, &Player::pause_guest},
      {"isolate", 1, 1, false, &Player::isolate},
      {"deafen", 1, 1, false, &Player::deafen},
      {"mute", 1, 1, false, &Player::mute},
      {"cut", 3, 3, false, &Player::cut},
      {"heal", 0, 3, false, &Player::heal},
      {"break-link", 2, 2, false, &Player::break_link},
      {"hold-back", 3, 4, false, &Player::hold_back},
      {"drop", 3, 4, false, &Player::drop},
      {"let-through", 0, 0, false, &Player::let_through},
      {"deliver", 0, 0, false, &Player::deliver},
      {"hold", 2, 2, false, &Player::hold},
      {"work", 2, 3, false, &Player::work},
      {"drain", 1, 2, false, &Player::drain},
      {"handover", 1, 3, false, &Player::handover},
      {"confirm", 1, 1, false, &Player::confirm},
      {"add", 1, 3, false, &Player::add},
      {"remove", 1, 3, false, &Player::remove},
      {"demote", 1, 3, false, &Player::demote},
      {"set", 2, 4, false, &Player::set},
      {"undo", 0, 2, false, &Player::undo},
      {"expect", 2, any_number, false, &Player::expect},
  };
  return all;
}

Player::Player() : world_(1) {
  world_.weather.delay_min = std::chrono::milliseconds{1};
  world_.weather.delay_max = std::chrono::milliseconds{1};
  world_.log_to(&log_, World::Detail::everything);
}

Player::Done Player::execute(std::string_view line) {
  const Words words = words_of(line);
  const auto command = std::ranges::find(commands(), words.front(), &Command::word);
  if (command == commands().end()) return wrong("there is no command '" + words.front() + "'");
  const std::size_t arguments = words.size() - 1;
  if (arguments < command->arguments_min || arguments > command->arguments_max) {
    return wrong("'" + words.front() + "' with " + std::to_string(arguments) + " words after it");
  }
  if (command->sets_up && begun_)
    return wrong("'" + words.front() + "' comes before all that happens");
  if (!command->sets_up && !begun_) {
    if (auto begun = begin(); !begun) return begun;
  }
  if (auto done = (this->*command->handler)(words); !done) return done;
  if (world_.violation() && !violation_is_expected_ && words.front() != "pause-guest") {
    return wrong("violation of " + world_.violation()->invariant + ": " + world_.violation()->what);
  }
  return {};
}

/// A transcript shows what the cores trace; on demand also events (they begin with ">") and what
/// they bring about (indented).
std::string Player::take_transcript() {
  std::string transcript;
  while (shown_ < log_.size()) {
    const auto end = log_.find('\n', shown_) + 1;
    const std::string_view line = std::string_view{log_}.substr(shown_, end - shown_);
    shown_ = end;
    const auto text = line.find("] ") + 2;
    const bool is_detail = line[text] == '>' || line[text] == ' ';
    if (shows_everything_ || !is_detail) transcript += line;
  }
  return transcript;
}

std::optional<PlaceIndex> Player::place_named(std::string_view name) const {
  const auto place = std::ranges::find(world_.places(), name, &Place::address);
  if (place == world_.places().end()) return std::nullopt;
  return static_cast<PlaceIndex>(place - world_.places().begin());
}

Player::Done Player::add_places(const Words& words, std::vector<PlaceIndex>& places) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t number = world_.places().size() + 1;
    if (words[i] != "n" + std::to_string(number) || number > places_max) {
      return wrong("nodes are named n1, n2, ... in order; the next is n" + std::to_string(number));
    }
    // Every clock was started at another time, so that no test rests on their being alike.
    const Instant at_zero{std::chrono::seconds{number * 1000}};
    places.push_back(world_.add_place(words[i], NodeClock{NodeClock::right, at_zero}));
  }
  return {};
}

Player::Done Player::voters(const Words& words) { return add_places(words, voters_); }
Player::Done Player::observers(const Words& words) { return add_places(words, observers_); }
Player::Done Player::spare(const Words& words) { return add_places(words, spares_); }

Player::Done Player::witness(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  world_.place(*place).may_lead = false;
  return {};
}

Player::Done Player::seed(const Words& words) {
  const auto seed = number_in(words[1]);
  if (!seed || !world_.places().empty()) return wrong("seed NUMBER comes first");
  const Weather weather = world_.weather;
  world_ = World{*seed};
  world_.weather = weather;
  world_.log_to(&log_, World::Detail::everything);
  return {};
}

Player::Done Player::promise(const Words& words) {
  const auto promise = duration_in(words[1]);
  if (!promise || *promise < promise_min || *promise > promise_max) {
    return wrong("a promise is from 50ms to 60s, not '" + words[1] + "'");
  }
  promise_ = *promise;
  return {};
}

Player::Done Player::limits(const Words& words) {
  for (std::size_t i = 1; i + 1 < words.size(); i += 2) {
    const auto duration = duration_in(words[i + 1]);
    const auto number = number_in(words[i + 1]);
    if (words[i] == "voters" && number) {
      limits_.voters = static_cast<int>(*number);
    } else if (words[i] == "replace" && duration) {
      limits_.replace_after = *duration;
    } else if (words[i] == "shrink" && duration) {
      limits_.shrink_after = *duration;
    } else {
      return wrong("limits are: voters N, replace DURATION, shrink DURATION, not '" + words[i] +
                   " " + words[i + 1] + "'");
    }
  }
  return {};
}

Player::Done Player::clock(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  if (words[2] != "slow" && words[2] != "fast") return wrong("a clock is slow or fast");
  const std::int64_t rate = words[2] == "slow" ? NodeClock::slowest : NodeClock::fastest;
  world_.place(*place).clock = NodeClock{rate, world_.places()[*place].clock.at(TrueTime{})};
  return {};
}

Player::Done Player::begin() {
  if (voters_.empty()) return wrong("which voters? The first command is `voters n1 n2 n3`");
  begun_ = true;
  world_.short_wait = 4 * world_.weather.delay_max;
  world_.found(voters_, promise_, limits_);
  for (const PlaceIndex place : voters_) world_.start(place);
  for (const PlaceIndex place : observers_) world_.start(place);
  return {};
}

Player::Done Player::delay(const Words& words) {
  const auto least = duration_in(words[1]);
  const auto most = duration_in(words.back());
  if (!least || !most || *most < *least) return wrong("delay DURATION, or delay LEAST MOST");
  world_.weather.delay_min = *least;
  world_.weather.delay_max = *most;
  return {};
}

Player::Done Player::upkeep(const Words& words) {
  if (words[1] != "on" && words[1] != "off") return wrong("upkeep on, or upkeep off");
  world_.upkeep = words[1] == "on";
  return {};
}

Player::Done Player::show(const Words& words) {
  if (words[1] != "everything" && words[1] != "traces") {
    return wrong("show everything, or show traces");
  }
  shows_everything_ = words[1] == "everything";
  return {};
}

std::string Player::goose_name() const {
  const auto goose = world_.goose();
  return goose ? name_of(world_.id(*goose)) : "nobody";
}

/// `run 700ms`, or `run until goose [n2] within 3s`, or `run until no goose within 3s`.
Player::Done Player::run(const Words& words) {
  if (words.size() == 2) {
    const auto span = duration_in(words[1]);
    if (!span) return wrong("run DURATION, as 700ms or 2s, not '" + words[1] + "'");
    world_.run_for(*span);
    return {};
  }
  const bool is_right =
      words.size() >= 5 && words[1] == "until" && words[words.size() - 2] == "within";
  const auto limit = duration_in(words.back());
  if (!is_right || !limit)
    return wrong("run DURATION, or run until [no] goose [NODE] within DURATION");
  const bool nobody = words[2] == "no" && words[3] == "goose";
  const bool somebody = words[2] == "goose";
  if (!nobody && !somebody) return wrong("run until goose, or run until no goose");
  std::optional<PlaceIndex> who;
  if (somebody && words[3] != "within") {
    who = place_named(words[3]);
    if (!who) return no_node(words[3]);
  }
  const auto is_so = [&] {
    const auto goose = world_.goose();
    return nobody ? !goose : goose && (!who || goose == who);
  };
  const TrueTime end = world_.now() + *limit;
  while (!is_so() && world_.now() < end && !world_.violation()) {
    world_.run_for(std::chrono::milliseconds{1});
  }
  if (!is_so())
    return wrong("it did not come to that within " + words.back() + ": " + goose_name() + " leads");
  return {};
}

/// Makes a node the goose by handovers. How is not written down.
Player::Done Player::lead(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  const std::size_t before = log_.size();
  constexpr int tries = 20;
  for (int i = 0; i < tries && world_.goose() != place && !world_.violation(); ++i) {
    if (world_.goose()) world_.drain(*world_.goose(), ReleaseReason::handover, world_.id(*place));
    world_.run_for(promise_);
  }
  world_.run_for(promise_);
  if (world_.violation()) return {};
  log_.resize(before);
  if (world_.goose() != place)
    return wrong(words[1] + " did not come to lead: " + goose_name() + " does");
  world_.note(name_of(world_.id(*place)) + " leads in term " +
              std::to_string(world_.places()[*place].process->record().term.value));
  return {};
}

}  // namespace duckduckgoose::sim

#include "cli/demo/show.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <utility>

#include "cli/terminal.hpp"
#include "wire/duration.hpp"

namespace duckduckgoose::cli::demo {
namespace {

using namespace std::chrono_literals;

constexpr Duration question_max = 200ms;    ///< A node that takes longer counts as silent for now.
constexpr Duration pause_quiet = 100ms;     ///< Between two looks while there is a goose.
constexpr Duration pause_without = 10ms;    ///< ... and while there is none.
constexpr Duration pause_to_measure = 1ms;  ///< ... and while the gap is measured.
constexpr Duration start_max = 60s;         ///< For all nodes to vote.
constexpr Duration election_max = 30s;      ///< For the next goose.
constexpr std::size_t events_max = 200;     ///< More are on no screen.
constexpr int voters_max = 5;               ///< Limits::voters, unless it is set.
constexpr int exit_by_signal = 128;

Refusal ended_by(int signal) {
  return {.exit_code = exit_by_signal + signal,
          .sentence = "ended by signal " + std::to_string(signal) + "; nothing is left behind"};
}

/// As many of `nodes` as vote when all is well: an odd number.
std::uint64_t voters_among(int nodes) {
  const int odd = nodes % 2 == 0 ? nodes - 1 : nodes;
  return static_cast<std::uint64_t>(std::min(odd, voters_max));
}

bool all_vote(std::span<const DemoNode> nodes, int count) {
  const DemoNode* const goose = goose_among(nodes);
  return goose != nullptr && goose->status->voters == voters_among(count) &&
         goose->status->voters_connected == goose->status->voters;
}

}  // namespace

Show::Show(Pond pond, Console& console) : pond_{std::move(pond)}, console_{console} {}

Duration Show::now() const { return std::chrono::duration_cast<Duration>(Clock::now() - begin_); }

void Show::tell(const std::string& event) {
  const auto passed = now() / 1ms;
  std::string seconds = std::to_string(passed % 1000);
  seconds.insert(0, 3 - seconds.size(), '0');
  seconds = std::to_string(passed / 1000) + "." + seconds;
  if (seconds.size() < 7) seconds.insert(0, 7 - seconds.size(), ' ');
  const std::string line = seconds + " s  " + event;
  if (!console_.draws()) print_line(line);
  events_.push_back(line);
  if (events_.size() > events_max) events_.erase(events_.begin());
}

void Show::tell_table() {
  for (const std::string& line : node_lines(pond_.nodes(), 0, console_.paint())) print_line(line);
}

std::string Show::last_words_of(int number) const {
  std::ifstream log{pond_.folder() + "/node-" + std::to_string(number) + ".log"};
  std::string last;
  for (std::string line; std::getline(log, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

void Show::tell_of_ended() {
  for (const Ended& ended : pond_.reap()) {
    std::string text = "node " + std::to_string(ended.number) + " " + ended.how;
    if (!ended.was_wanted) {
      died_ = ended.number;
      if (const std::string words = last_words_of(ended.number); !words.empty()) {
        text += "; its last words: " + words;
      }
    }
    tell(text);
  }
}

void Show::look() {
  tell_of_ended();
  pond_.ask_all(question_max);
  for (const std::string& news : chronicle_.look(pond_.nodes(), now())) tell(news);
  if (console_.draws()) {
    console_.draw(picture(pond_.nodes(), chosen_, events_, Console::size(), console_.paint()));
  }
}

Expected<void> Show::start(int count) {
  for (int i = 0; i < count; ++i) {
    const auto number = pond_.add();
    if (!number) return refuse(Exit::disk, "cannot start a node: " + number.error());
    const DemoNode& node = pond_.nodes().back();
    tell("node " + std::to_string(*number) + " starts: localhost:" + std::to_string(node.port) +
         ", process " + std::to_string(node.process));
  }
  return {};
}

template <class Predicate>
Expected<void> Show::look_until(Predicate is_so, Duration pause, Duration limit,
                                std::string_view what) {
  const Duration end = now() + limit;
  while (true) {
    look();
    if (is_so()) return {};
    if (died_) {
      return refuse(Exit::try_again, "node " + std::to_string(*died_) +
                                         " ended by itself: " + last_words_of(*died_));
    }
    if (now() > end) {
      return refuse(Exit::try_again,
                    std::string{what} + " did not happen in " + wire::rough_text(limit));
    }
    const Console::Input input = console_.wait(pause);
    if (input.signal) return std::unexpected(ended_by(*input.signal));
  }
}

Expected<Exit> Show::once(int count) {
  if (auto started = start(count); !started) return std::unexpected(started.error());
  const auto ready = look_until([&] { return all_vote(pond_.nodes(), count); }, pause_without,
                                start_max, "that all nodes vote");
  if (!ready) return std::unexpected(ready.error());
  tell_table();

  const int old_goose = goose_among(pond_.nodes())->number;
  pond_.signal(old_goose, SIGKILL);
  const Duration killed = now();
  tell("node " + std::to_string(old_goose) + ", the goose, gets a kill -9");
  const auto replaced = look_until(
      [&] {
        const DemoNode* const goose = goose_among(pond_.nodes());
        return goose != nullptr && goose->number != old_goose;
      },
      pause_to_measure, election_max, "that another node becomes the goose");
  if (!replaced) return std::unexpected(replaced.error());
  const Duration gap = now() - killed;
  tell_table();
  tell("from the kill -9 of node " + std::to_string(old_goose) + " to node " +
       std::to_string(goose_among(pond_.nodes())->number) +
       " being the goose: " + std::to_string(gap / 1ms) + " ms");
  return Exit::yes;
}

Expected<Exit> Show::live(int count) {
  if (auto started = start(count); !started) return std::unexpected(started.error());
  if (!console_.draws()) {
    tell("keys, from the input: " + std::string{keys_text});
  }
  while (!is_over_) {
    look();
    const Console::Input input =
        console_.wait(chronicle_.has_goose() ? pause_quiet : pause_without);
    if (input.signal) return std::unexpected(ended_by(*input.signal));
    for (const char key : input.keys) obey(key);
  }
  return Exit::yes;
}

void Show::bring_back(const DemoNode& node) {
  const int number = node.number;
  const std::string name = "node " + std::to_string(number);
  if (node.is_cut) {
    pond_.cut(number, false);
    tell(name + ": its cable is put back");
  }
  if (node.plight == Plight::stopped) {
    pond_.signal(number, SIGCONT);
    tell(name + " goes on (SIGCONT)");
  }
  if (node.plight != Plight::dead) return;
  const auto started = pond_.restart(number);
  tell(started ? name + " starts again, with what it had on disk"
               : name + " cannot be started: " + started.error());
}

void Show::obey(char key) {
  const DemoNode node = pond_.nodes()[static_cast<std::size_t>(chosen_) - 1];
  const std::string name = "node " + std::to_string(chosen_);
  const bool lives = node.plight != Plight::dead;
  if (key >= '1' && key <= '9') {
    if (key - '0' <= static_cast<int>(pond_.nodes().size())) chosen_ = key - '0';
    return;
  }
  switch (key) {
    case 'g':
      if (const DemoNode* const goose = goose_among(pond_.nodes())) chosen_ = goose->number;
      return;
    case 'k':
      if (!lives) return;
      pond_.signal(chosen_, SIGKILL);
      tell(name + " gets a kill -9");
      return;
    case 's':
      if (node.plight != Plight::running) return;
      pond_.signal(chosen_, SIGSTOP);
      tell(name + " is stopped (SIGSTOP): it lives, and does nothing");
      return;
    case 'c':
      if (node.is_cut) return;
      pond_.cut(chosen_, true);
      tell(name + " is cut off: nothing passes between it and the others");
      return;
    case 't':
      if (node.plight != Plight::running) return;
      pond_.signal(chosen_, SIGTERM);
      tell(name + " is asked to end (SIGTERM)");
      return;
    case 'b':
      bring_back(node);
      return;
    case 'a':
      if (pond_.nodes().size() >= Pond::nodes_max) return;
      if (auto added = start(1); !added) tell(added.error().sentence);
      return;
    case 'q':
      is_over_ = true;
      return;
    default:
      return;
  }
}

}  // namespace duckduckgoose::cli::demo

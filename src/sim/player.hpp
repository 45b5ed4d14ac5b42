#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world.hpp"

namespace duckduckgoose::sim {

/// The words of one command line.
using Words = std::vector<std::string>;

/// Carries out the commands of a scenario, one line at a time. tests/sim/scenarios/README.md has
/// the words.
class Player {
 public:
  using Done = std::expected<void, std::string>;

  Player();

  /// Errors: one sentence that names the word that is wrong, or what was expected and what is.
  [[nodiscard]] Done execute(std::string_view line);

  /// What was written down since the last call.
  [[nodiscard]] std::string take_transcript();

 private:
  using Handler = Done (Player::*)(const Words&);
  struct Command {
    std::string_view word;
    std::size_t arguments_min;
    std::size_t arguments_max;
    bool sets_up;  ///< Only before the world begins.
    Handler handler;
  };
  static const std::vector<Command>& commands();

  // player.cpp: the set-up and the world's time.
  [[nodiscard]] Done begin();
  [[nodiscard]] Done voters(const Words& words);
  [[nodiscard]] Done witness(const Words& words);
  [[nodiscard]] Done observers(const Words& words);
  [[nodiscard]] Done spare(const Words& words);
  [[nodiscard]] Done seed(const Words& words);
  [[nodiscard]] Done promise(const Words& words);
  [[nodiscard]] Done limits(const Words& words);
  [[nodiscard]] Done clock(const Words& words);
  [[nodiscard]] Done delay(const Words& words);
  [[nodiscard]] Done upkeep(const Words& words);
  [[nodiscard]] Done show(const Words& words);
  [[nodiscard]] Done run(const Words& words);
  [[nodiscard]] Done lead(const Words& words);

  // player_processes.cpp: processes, disks, the network.
  [[nodiscard]] Done start(const Words& words);
  [[nodiscard]] Done kill(const Words& words);
  [[nodiscard]] Done wipe(const Words& words);
  [[nodiscard]] Done stop(const Words& words);
  [[nodiscard]] Done cont(const Words& words);
  [[nodiscard]] Done copy(const Words& words);
  [[nodiscard]] Done restore(const Words& words);
  [[nodiscard]] Done clone(const Words& words);
  [[nodiscard]] Done slow_save(const Words& words);
  [[nodiscard]] Done pause_guest(const Words& words);
  [[nodiscard]] Done isolate(const Words& words);
  [[nodiscard]] Done deafen(const Words& words);
  [[nodiscard]] Done mute(const Words& words);
  [[nodiscard]] Done cut(const Words& words);
  [[nodiscard]] Done heal(const Words& words);
  [[nodiscard]] Done break_link(const Words& words);
  [[nodiscard]] Done hold_back(const Words& words);
  [[nodiscard]] Done drop(const Words& words);
  [[nodiscard]] Done let_through(const Words& words);
  [[nodiscard]] Done deliver(const Words& words);

  // player_questions.cpp: what people ask, and what is expected.
  [[nodiscard]] Done hold(const Words& words);
  [[nodiscard]] Done work(const Words& words);
  [[nodiscard]] Done drain(const Words& words);
  [[nodiscard]] Done handover(const Words& words);
  [[nodiscard]] Done confirm(const Words& words);
  [[nodiscard]] Done add(const Words& words);
  [[nodiscard]] Done remove(const Words& words);
  [[nodiscard]] Done demote(const Words& words);
  [[nodiscard]] Done set(const Words& words);
  [[nodiscard]] Done undo(const Words& words);
  [[nodiscard]] Done expect(const Words& words);
  [[nodiscard]] Done expect_goose(const Words& words);
  [[nodiscard]] Done expect_role(const Words& words);
  [[nodiscard]] Done expect_term(const Words& words);
  [[nodiscard]] Done expect_voters(const Words& words);
  [[nodiscard]] Done expect_promise(const Words& words);
  [[nodiscard]] Done expect_said(const Words& words, bool wanted);
  [[nodiscard]] Done expect_tokens(const Words& words);
  [[nodiscard]] Done expect_violation(const Words& words);

  // What the handlers share.
  [[nodiscard]] std::optional<PlaceIndex> place_named(std::string_view name) const;
  /// Carries `act` out on the place of that name, if there is one.
  template <class Act>
  [[nodiscard]] Done on_place(const std::string& name, Act act) {
    const auto place = place_named(name);
    if (!place) return no_node(name);
    act(*place);
    return {};
  }
  [[nodiscard]] static std::unexpected<std::string> no_node(const std::string& name) {
    return std::unexpected("there is no node '" + name + "'");
  }
  [[nodiscard]] Done change(const Words& words, std::size_t at, Edit edit);
  [[nodiscard]] Done add_places(const Words& words, std::vector<PlaceIndex>& places);
  [[nodiscard]] Done add_filter(const Words& words, Filter::Fate fate);
  void cut_off(PlaceIndex place, bool out, bool in);
  [[nodiscard]] std::string goose_name() const;

  World world_;
  std::string log_;        ///< All that happened, of which the transcript shows a part.
  std::size_t shown_ = 0;  ///< How much of it the transcripts so far have covered.
  bool shows_everything_ = false;
  bool begun_ = false;
  bool violation_is_expected_ = false;
  std::vector<PlaceIndex> voters_;
  std::vector<PlaceIndex> observers_;
  std::vector<PlaceIndex> spares_;
  Duration promise_ = std::chrono::milliseconds{250};
  Limits limits_;
};

/// "700ms", "2s", "1500us"; none if it is no duration.
[[nodiscard]] std::optional<Duration> duration_in(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view text);

}  // namespace duckduckgoose::sim

#include <algorithm>
#include <array>
#include <utility>

#include "sim/player.hpp"

/// Scenario commands on processes, disks and the network.
namespace duckduckgoose::sim {

namespace {

std::unexpected<std::string> wrong(std::string what) { return std::unexpected(std::move(what)); }

constexpr std::array<std::pair<std::string_view, Boundary>, boundaries> boundary_names{{
    {"withdraw", Boundary::withdraw},
    {"persist", Boundary::persist},
    {"mid-save", Boundary::mid_save},
    {"send", Boundary::send},
    {"mid-send", Boundary::mid_send},
    {"announce", Boundary::announce},
}};

constexpr std::array<std::pair<std::string_view, Kind>, 10> kind_names{{
    {"anything", Kind::any},
    {"heartbeat", Kind::heartbeat},
    {"acknowledgement", Kind::heartbeat_reply},
    {"pre-vote-request", Kind::pre_vote},
    {"vote-request", Kind::vote_request},
    {"pre-vote", Kind::pre_vote_reply},
    {"vote", Kind::vote_reply},
    {"release", Kind::release},
    {"notice", Kind::notice},
    {"rejection", Kind::rejected},
}};

/// The value of `name` in one of the tables above.
template <class Table>
auto value_in(const Table& table, std::string_view name)
    -> std::optional<typename Table::value_type::second_type> {
  const auto found = std::ranges::find(table, name, &Table::value_type::first);
  return found == table.end() ? std::nullopt : std::optional{found->second};
}

/// "persist, send, ...": what may stand there.
template <class Table>
std::string names_in(const Table& table) {
  std::string names;
  for (const auto& [name, value] : table) names += (names.empty() ? "" : ", ") + std::string{name};
  return names;
}

}  // namespace

Player::Done Player::start(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { world_.start(place); });
}

Player::Done Player::wipe(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { world_.wipe(place); });
}

Player::Done Player::stop(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { world_.stop(place); });
}

Player::Done Player::cont(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { world_.resume(place); });
}

Player::Done Player::copy(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { world_.back_up(place); });
}

Player::Done Player::isolate(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { cut_off(place, true, true); });
}

Player::Done Player::deafen(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { cut_off(place, false, true); });
}

Player::Done Player::mute(const Words& words) {
  return on_place(words[1], [this](PlaceIndex place) { cut_off(place, true, false); });
}

void Player::cut_off(PlaceIndex place, bool out, bool in) {
  for (PlaceIndex other = 0; other < world_.places().size(); ++other) {
    if (other == place) continue;
    if (out) world_.cut(place, other);
    if (in) world_.cut(other, place);
  }
}

/// `kill n1`, `kill n1 with proof`: its keeper tells; `kill n1 before send`: in the next step that
/// gets there.
Player::Done Player::kill(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  if (words.size() == 2) {
    world_.kill(*place, World::Keeper::is_silent);
  } else if (words.size() == 4 && words[2] == "with" && words[3] == "proof") {
    world_.kill(*place, World::Keeper::tells);
  } else if (words.size() == 4 && words[2] == "before") {
    const auto boundary = value_in(boundary_names, words[3]);
    if (!boundary) return wrong("kill NODE before one of: " + names_in(boundary_names));
    world_.doom(*place, *boundary);
  } else {
    return wrong("kill NODE, kill NODE with proof, or kill NODE before STEP");
  }
  return {};
}

/// Kills, and starts with the last copy of the disk; or does nothing, if nobody could contradict
/// it.
Player::Done Player::restore(const Words& words) {
  const auto place = place_named(words[1]);
  if (!place) return no_node(words[1]);
  if (!world_.restore(*place, 0))
    return wrong("nobody could tell that copy of " + words[1] + " from the truth");
  return {};
}

/// `clone n1 at n4`: a second process on a copy of the disk.
Player::Done Player::clone(const Words& words) {
  const auto original = place_named(words[1]);
  const auto place = place_named(words[3]);
  if (!original) return no_node(words[1]);
  if (!place) return no_node(words[3]);
  if (!world_.clone(*original, *place))
    return wrong("nobody could tell the clone from " + words[1]);
  return {};
}

/// `slow-save n1 2s`: its next save takes so long.
Player::Done Player::slow_save(const Words& words) {
  const auto place = place_named(words[1]);
  const auto span = duration_in(words[2]);
  if (!place) return no_node(words[1]);
  if (!span) return wrong("slow-save NODE DURATION, not '" + words[2] + "'");
  world_.place(*place).next_save_takes = *span;
  return {};
}

/// `pause-guest n1 3s`: the whole machine of n1 is paused, its clock with it; nobody in it can
/// know.
Player::Done Player::pause_guest(const Words& words) {
  const auto place = place_named(words[1]);
  const auto span = duration_in(words[2]);
  if (!place) return no_node(words[1]);
  if (!span) return wrong("pause-guest NODE DURATION, not '" + words[2] + "'");
  world_.pause_guest(*place, *span);
  return {};
}

/// `cut n1 -> n2` one way, `cut n1 - n2` both.
Player::Done Player::cut(const Words& words) {
  const auto from = place_named(words[1]);
  const auto to = place_named(words[3]);
  if (!from || !to || (words[2] != "->" && words[2] != "-")) {
    return wrong("cut NODE -> NODE, or cut NODE - NODE");
  }
  world_.cut(*from, *to);
  if (words[2] == "-") world_.cut(*to, *from);
  return {};
}

/// `heal`, `heal n1`, `heal n1 -> n2`, `heal n1 - n2`.
Player::Done Player::heal(const Words& words) {
  if (words.size() == 1) {
    world_.heal_all();
    return {};
  }
  const auto from = place_named(words[1]);
  if (!from) return no_node(words[1]);
  if (words.size() == 2) {
    for (PlaceIndex other = 0; other < world_.places().size(); ++other) {
      world_.heal(*from, other);
      world_.heal(other, *from);
    }
    return {};
  }
  const auto to = place_named(words.back());
  if (words.size() != 4 || !to || (words[2] != "->" && words[2] != "-")) {
    return wrong("heal, heal NODE, heal NODE -> NODE, or heal NODE - NODE");
  }
  world_.heal(*from, *to);
  if (words[2] == "-") world_.heal(*to, *from);
  return {};
}

Player::Done Player::break_link(const Words& words) {
  const auto one = place_named(words[1]);
  const auto other = place_named(words[2]);
  if (!one || !other) return no_node(one ? words[2] : words[1]);
  world_.break_link(*one, *other);
  return {};
}

/// `hold-back n1 -> n2 [KIND]`: until `deliver`.
Player::Done Player::hold_back(const Words& words) {
  return add_filter(words, Filter::Fate::hold_back);
}

Player::Done Player::drop(const Words& words) { return add_filter(words, Filter::Fate::drop); }

Player::Done Player::add_filter(const Words& words, Filter::Fate fate) {
  const auto from = place_named(words[1]);
  const auto to = place_named(words[3]);
  const auto kind = value_in(kind_names, words.size() == 5 ? words[4] : "anything");
  if (!from || !to || words[2] != "->") return wrong(words[0] + " NODE -> NODE [KIND]");
  if (!kind) return wrong("a KIND is one of: " + names_in(kind_names));
  world_.add_filter({*from, *to, *kind, fate});
  return {};
}

Player::Done Player::let_through(const Words& /*words*/) {
  world_.clear_filters();
  return {};
}

/// What was held back arrives now.
Player::Done Player::deliver(const Words& /*words*/) {
  if (world_.deliver_kept() == 0) return wrong("nothing was held back");
  return {};
}

}  // namespace duckduckgoose::sim

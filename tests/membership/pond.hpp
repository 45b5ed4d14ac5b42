#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "membership/upkeep.hpp"
#include "raft/ensure.hpp"

/// Clusters written down in a line, for the tests of upkeep: "1 2 3~31s".
namespace duckduckgoose::membership {

/// Names node 3 "3".
class Numbers : public Names {
 public:
  [[nodiscard]] std::string name_of(NodeId id) const override { return std::to_string(id.value); }
};

inline Duration duration_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  ensure(error == std::errc{});
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit == "ms") return std::chrono::milliseconds{value};
  if (unit == "s") return std::chrono::seconds{value};
  ensure(unit == "min");
  return std::chrono::minutes{value};
}

/// A node is its number, and then: `w` a witness; `o` its last acknowledgement named an older
/// configuration; `!` another id was met at its address; `?` it has acknowledged nothing in this
/// term; `u` not linked; `@x` its link comes from the address x, not n3; `~31s` silent for so long
/// (else 50 ms; always last).
inline PeerView node_in(std::string_view text) {
  PeerView view{.member = {},
                .voter = false,
                .linked = true,
                .acknowledged = true,
                .in_configuration = true,
                .silent = std::chrono::milliseconds{50}};
  const std::size_t tilde = text.find('~');
  if (tilde != std::string_view::npos) view.silent = duration_in(text.substr(tilde + 1));
  std::string_view marks = text.substr(0, tilde);
  const auto [end, error] =
      std::from_chars(marks.data(), marks.data() + marks.size(), view.member.id.value);
  ensure(error == std::errc{});
  view.member.address = "n" + std::to_string(view.member.id.value);
  marks.remove_prefix(static_cast<std::size_t>(end - marks.data()));
  for (; !marks.empty(); marks.remove_prefix(1)) {
    const char mark = marks.front();
    if (mark == 'w') view.member.may_lead = false;
    if (mark == 'o') view.in_configuration = false;
    if (mark == '?') view.acknowledged = view.in_configuration = false;
    if (mark == 'u') view.linked = false;
    if (mark == '!') view.displaced = true;
    if (mark == '@') view.member.address = std::exchange(marks, marks.substr(0, 1)).substr(1);
  }
  return view;
}

inline std::vector<PeerView> nodes_in(std::string_view text) {
  std::vector<PeerView> views;
  std::istringstream words{std::string{text}};
  for (std::string word; words >> word;) views.push_back(node_in(word));
  return views;
}

inline std::vector<NodeId> ids(const std::vector<std::uint64_t>& numbers) {
  std::vector<NodeId> made;
  made.reserve(numbers.size());
  for (const std::uint64_t number : numbers) made.push_back(NodeId{number});
  return made;
}

struct Pond {
  Configuration config;
  Office office;
};

/// `config` after `edit`; `former` is what an Undo brings back.
inline Configuration edited(Configuration config, const Edit& edit,
                            const std::vector<Member>& former = {}) {
  if (const auto* add = std::get_if<AddVoter>(&edit)) {
    config.add(add->member);
  } else if (const auto* drop = std::get_if<DropVoter>(&edit)) {
    config.drop(drop->id);
    if (drop->removed) config.mark_removed(drop->id, *drop->removed);
  } else if (const auto* bar = std::get_if<BarNode>(&edit)) {
    config.mark_removed(bar->id, bar->by);
  } else if (const auto* moved = std::get_if<Readdress>(&edit)) {
    std::ranges::find(config.members, moved->id, &Member::id)->address = moved->address;
  } else {
    ensure(std::holds_alternative<Undo>(edit));
    config.members = former;
  }
  return config;
}

/// Node 1 leads; the promise is 1 s, the limits are the default ones.
inline Pond pond(std::string_view voters, std::string_view observers) {
  Pond made;
  made.config.stamp = {Term{3}, 7};
  made.office.leader = NodeId{1};
  for (PeerView view : nodes_in(voters)) {
    Member member = view.member;
    member.address = "n" + std::to_string(member.id.value);
    made.config.add(member);
    view.voter = true;
    if (member.id != made.office.leader) made.office.peers.push_back(view);
  }
  for (const PeerView& view : nodes_in(observers)) made.office.peers.push_back(view);
  std::ranges::sort(made.office.peers, {}, [](const PeerView& at) { return at.member.id; });
  return made;
}

}  // namespace duckduckgoose::membership

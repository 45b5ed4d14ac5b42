#include "cli/status_text.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "wire/duration.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::cli {
namespace {

std::string time_text(std::uint64_t milliseconds) {
  constexpr std::uint64_t shown_max = 1000ULL * 3600 * 24 * 36500;
  return wire::rough_text(
      std::chrono::milliseconds{static_cast<std::int64_t>(std::min(milliseconds, shown_max))});
}

std::string name_of(const wire::GooseStatus& goose) {
  return goose.address ? *goose.address : wire::short_text(goose.id);
}

/// What stands after the mode and the address of the node that answered.
std::string about_the_goose(const wire::Status& status) {
  std::string text;
  if (status.term) text += "  term " + std::to_string(status.term->value);
  if (status.mode == wire::Mode::goose) {
    if (status.token) text += "  token " + std::to_string(status.token->value);
    if (status.since_ms) text += "  for " + time_text(*status.since_ms);
    if (status.lease_ms) text += "  lease " + time_text(*status.lease_ms);
    return text;
  }
  text += status.goose ? "  goose " + name_of(*status.goose) : "  no goose";
  if (status.since_ms) text += "  for " + time_text(*status.since_ms);
  if (status.goose && status.goose->heard_ms) {
    text += "  heard " + time_text(*status.goose->heard_ms) + " ago";
  }
  return text;
}

/// The roles that are no other word for goose or duck, and what is out of order.
std::string conditions(const wire::Status& status) {
  std::string text;
  if (status.role) {
    switch (*status.role) {
      case wire::ShownRole::leader:
      case wire::ShownRole::follower:
      case wire::ShownRole::pre_candidate:
      case wire::ShownRole::candidate:
        break;
      case wire::ShownRole::observer:
      case wire::ShownRole::witness:
      case wire::ShownRole::waiting:
      case wire::ShownRole::joining:
      case wire::ShownRole::restarting:
      case wire::ShownRole::removed:
        text += "  " + std::string{wire::word_of(*status.role)};
    }
  }
  if (status.draining) text += "  draining";
  if (!status.healthy) text += "  unhealthy";
  if (status.insecure) text += "  insecure";
  return text;
}

/// The heading names the goose already, so a sentence that ends with it may end earlier.
std::string because(const wire::Status& status) {
  std::string cause = status.cause;
  if (status.goose && status.goose->address) {
    const std::string end = " to " + *status.goose->address;
    if (cause.ends_with(end)) cause.resize(cause.size() - end.size());
  }
  return cause;
}

Table::Row row_of(const wire::MemberStatus& member, NodeId self) {
  const bool is_self = member.id == self;
  const bool is_goose = member.mode == wire::Mode::goose;
  const bool is_away = !is_self && !member.connected;
  const Look look = is_away ? Look::red : is_goose ? Look::green : Look::plain;
  const std::string mode = member.mode ? std::string{wire::word_of(*member.mode)} : "-";
  const std::string heard = is_self || !member.heard_ms ? "-" : time_text(*member.heard_ms);
  return {{.text = (is_self ? "* " : "  ") + member.address, .look = look},
          {.text = wire::short_text(member.id), .look = Look::dim},
          {.text = mode, .look = look},
          {.text = member.voter ? "yes" : "no"},
          {.text = is_away ? (heard == "-" ? "never" : heard + " ago") : heard,
           .look = is_away ? Look::red : Look::plain},
          {.text = member.version.value_or("-")}};
}

}  // namespace

std::string voters_text(const wire::Status& status) {
  if (!status.voters) return {};
  std::string text = std::to_string(*status.voters) + (*status.voters == 1 ? " voter" : " voters");
  if (status.voters_connected) text = std::to_string(*status.voters_connected) + " of " + text;
  const auto connected = status.voters_connected.value_or(*status.voters);
  if (2 * connected <= *status.voters) return text + ", no majority";
  if (status.tolerates) {
    text += *status.tolerates == 0 ? ", none may fail"
                                   : ", " + std::to_string(*status.tolerates) + " may fail";
  }
  return text;
}

std::vector<std::string> member_lines(const std::vector<wire::MemberStatus>& members, NodeId self,
                                      const Paint& paint) {
  Table table;
  table.add({{.text = "  NODE", .look = Look::dim},
             {.text = "ID", .look = Look::dim},
             {.text = "ROLE", .look = Look::dim},
             {.text = "VOTER", .look = Look::dim},
             {.text = "HEARD", .look = Look::dim},
             {.text = "VERSION", .look = Look::dim}});
  for (const wire::MemberStatus& member : members) table.add(row_of(member, self));
  return table.lines(paint);
}

std::vector<std::string> status_lines(const wire::Status& status, const Paint& paint) {
  const bool is_goose = status.mode == wire::Mode::goose;
  const Look look = is_goose ? Look::green : status.goose ? Look::yellow : Look::red;
  std::string heading = paint(look, is_goose ? "GOOSE" : "DUCK ");
  heading += "  " + paint(Look::bold, status.address);
  heading += about_the_goose(status) + conditions(status) + "   cluster " + status.cluster;
  if (const std::string voters = voters_text(status); !voters.empty()) heading += "  " + voters;
  if (status.observers.value_or(0) > 0) {
    heading += "  " + std::to_string(*status.observers) +
               (*status.observers == 1 ? " observer" : " observers");
  }
  std::vector<std::string> lines{std::move(heading)};
  if (!status.cause.empty()) lines.push_back("because " + because(status));
  if (!status.members.empty()) {
    for (std::string& line : member_lines(status.members, status.id, paint)) {
      lines.push_back(std::move(line));
    }
  }
  const auto observers_shown = static_cast<std::uint64_t>(
      std::ranges::count(status.members, false, &wire::MemberStatus::voter));
  if (const std::uint64_t all = status.observers.value_or(0); all > observers_shown) {
    lines.push_back("  and " + std::to_string(all - observers_shown) +
                    " more observers: `duckduckgoose members` lists all");
  }
  return lines;
}

}  // namespace duckduckgoose::cli

#include "cli/demo/view.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "wire/duration.hpp"

namespace duckduckgoose::cli::demo {
namespace {

std::string relay_address(const DemoNode& node) {
  return "127.0.0.1:" + std::to_string(node.relay_port);
}

std::string name_of(const DemoNode& node) { return "node " + std::to_string(node.number); }

std::string milliseconds(Duration duration) {
  return std::to_string(duration / std::chrono::milliseconds{1}) + " ms";
}

std::string cut_to(std::string text, std::size_t columns) {
  if (text.size() > columns) {
    text.resize(columns > 3 ? columns - 3 : 0);
    text += "...";
  }
  return text;
}

std::string plight_of(const DemoNode& node) {
  std::string text;
  switch (node.plight) {
    case Plight::running:
      text = node.is_cut ? "cut off" : "runs";
      break;
    case Plight::stopped:
      text = node.is_cut ? "stopped, cut off" : "stopped (SIGSTOP)";
      break;
    case Plight::dead:
      text = "dead";
      break;
  }
  return text;
}

/// A link that nobody has closed stays a link for a while; nothing is heard on it where a cable is
/// cut or the other end does nothing.
bool hears(const DemoNode& node, const DemoNode& other) {
  if (!node.status || node.is_cut || other.is_cut || other.plight != Plight::running) return false;
  return std::ranges::any_of(node.status->members, [&](const wire::MemberStatus& member) {
    return member.address == relay_address(other) && member.connected;
  });
}

/// A digit for each node that is heard, in its column; a dot for one that is not.
std::string heard_by(const DemoNode& node, std::span<const DemoNode> nodes) {
  std::string text;
  for (const DemoNode& other : nodes) {
    if (other.number == node.number) {
      text += '-';
    } else {
      text += hears(node, other) ? static_cast<char>('0' + other.number) : '.';
    }
  }
  return text;
}

Look look_of(const DemoNode& node) {
  if (node.plight != Plight::running || node.is_cut) return Look::red;
  return node.status && node.status->mode == wire::Mode::goose ? Look::green : Look::plain;
}

std::string role_of(const DemoNode& node) {
  if (!node.status) return "-";
  if (node.status->mode == wire::Mode::goose) return "GOOSE";
  std::string text = "duck";
  if (node.status->role && *node.status->role != wire::ShownRole::follower) {
    std::string role{wire::word_of(*node.status->role)};
    std::ranges::replace(role, '_', '-');
    text += " (" + role + ")";
  }
  return text;
}

std::string votes_text(const wire::Status& goose) {
  const std::uint64_t voters = goose.voters.value_or(0);
  if (voters <= 1) return "1 node votes";
  return std::to_string(voters) + " nodes vote, " +
         std::to_string(goose.voters_connected.value_or(0)) + " of them linked to the goose";
}

std::string heading(std::span<const DemoNode> nodes) {
  const DemoNode* const goose = goose_among(nodes);
  if (goose == nullptr) return "no goose";
  std::string text = "the goose is " + name_of(*goose);
  if (goose->status->term) text += ", term " + std::to_string(goose->status->term->value);
  if (goose->status->since_ms) {
    text += ", for " + wire::rough_text(std::chrono::milliseconds{
                           static_cast<std::int64_t>(*goose->status->since_ms)});
  }
  if (goose->status->voters && goose->status->voters_connected) {
    text += "; " + std::to_string(*goose->status->voters_connected) + " of " +
            std::to_string(*goose->status->voters) + " voters";
  }
  return text;
}

/// Why there is this goose or none: by the goose, else by a node that has noticed.
std::string because(std::span<const DemoNode> nodes) {
  const DemoNode* teller = goose_among(nodes);
  for (const DemoNode& node : nodes) {
    if (teller == nullptr && node.status && !node.status->goose && !node.is_cut) teller = &node;
  }
  if (teller == nullptr) return {};
  return with_names(teller->status->cause, nodes);
}

}  // namespace

std::string with_names(std::string text, std::span<const DemoNode> nodes) {
  for (const DemoNode& node : nodes) {
    const std::string address = relay_address(node);
    std::size_t at = 0;
    while ((at = text.find(address, at)) != std::string::npos) {
      const std::size_t end = at + address.size();
      if (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) {
        at = end;
        continue;
      }
      text.replace(at, address.size(), name_of(node));
    }
  }
  return text;
}

const DemoNode* goose_among(std::span<const DemoNode> nodes) {
  const DemoNode* goose = nullptr;
  for (const DemoNode& node : nodes) {
    if (!node.status || node.status->mode != wire::Mode::goose) continue;
    if (goose == nullptr || node.status->term > goose->status->term) goose = &node;
  }
  return goose;
}

std::vector<std::string> node_lines(std::span<const DemoNode> nodes, int chosen,
                                    const Paint& paint) {
  Table table;
  table.add({{.text = "  #", .look = Look::dim},
             {.text = "USERS ASK AT", .look = Look::dim},
             {.text = "IS", .look = Look::dim},
             {.text = "TERM", .look = Look::dim},
             {.text = "HEARS", .look = Look::dim},
             {.text = "PROCESS", .look = Look::dim},
             {.text = "STATE", .look = Look::dim}});
  for (const DemoNode& node : nodes) {
    const Look look = look_of(node);
    const bool has_term = node.status && node.status->term;
    table.add({{.text = (node.number == chosen ? "> " : "  ") + std::to_string(node.number),
                .look = look},
               {.text = "localhost:" + std::to_string(node.port)},
               {.text = role_of(node), .look = look},
               {.text = has_term ? std::to_string(node.status->term->value) : "-"},
               {.text = heard_by(node, nodes)},
               {.text = node.plight == Plight::dead ? "-" : std::to_string(node.process)},
               {.text = plight_of(node), .look = look}});
  }
  return table.lines(paint);
}

std::vector<std::string> picture(std::span<const DemoNode> nodes, int chosen,
                                 std::span<const std::string> events, Size size,
                                 const Paint& paint) {
  const bool has_goose = goose_among(nodes) != nullptr;
  std::vector<std::string> lines;
  lines.push_back(
      paint(Look::bold, "DuckDuckGoose") + "  " +
      paint(has_goose ? Look::green : Look::red, cut_to(heading(nodes), size.columns - 15)));
  const std::string why = because(nodes);
  lines.push_back(why.empty() ? why : cut_to("because " + why, size.columns));
  lines.emplace_back();
  for (std::string& line : node_lines(nodes, chosen, paint)) lines.push_back(std::move(line));
  lines.emplace_back();
  // A blank line and the keys stand below the events.
  const std::size_t used = lines.size() + 2;
  const std::size_t room = size.rows > used ? size.rows - used : 0;
  for (const std::string& event : events.last(std::min(room, events.size()))) {
    lines.push_back(cut_to(event, size.columns));
  }
  if (size.rows > lines.size() + 1) lines.resize(size.rows - 1);
  lines.push_back(paint(Look::inverse, cut_to(std::string{keys_text}, size.columns)));
  return lines;
}

std::string Chronicle::arrival(const DemoNode& goose, std::span<const DemoNode> nodes) const {
  std::string text = name_of(goose) + " is the goose";
  if (goose.status->term) text += ", term " + std::to_string(goose.status->term->value);
  if (gap_) text += ", after " + milliseconds(*gap_) + " without one";
  return text + ": " + with_names(goose.status->cause, nodes);
}

std::vector<std::string> Chronicle::look(std::span<const DemoNode> nodes, Duration now) {
  std::vector<std::string> news;
  const DemoNode* const goose = goose_among(nodes);
  if (goose == nullptr) {
    if (goose_ != 0) {
      lost_at_ = now;
      goose_ = 0;
      said_why_none_ = false;
    }
    const std::string why = because(nodes);
    if (lost_at_ && !said_why_none_ && !why.empty()) {
      news.push_back("no goose: " + why);
      said_why_none_ = true;
    }
    return news;
  }
  const Term term = goose->status->term.value_or(Term{});
  if (goose->number != goose_ || term != term_) {
    gap_ = lost_at_ ? std::optional{now - *lost_at_} : std::nullopt;
    lost_at_.reset();
    goose_ = goose->number;
    term_ = term;
    news.push_back(arrival(*goose, nodes));
  }
  std::string votes = votes_text(*goose->status);
  if (votes != votes_) {
    votes_ = votes;
    news.push_back(std::move(votes));
  }
  return news;
}

}  // namespace duckduckgoose::cli::demo

#include "cli/client_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "cli/ask.hpp"
#include "cli/status_text.hpp"
#include "cli/terminal.hpp"
#include "wire/duration.hpp"
#include "wire/ids.hpp"
#include "wire/request.hpp"
#include "wire/rules.hpp"

namespace duckduckgoose::cli {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr Duration wait_question_max = 2s;  ///< One question of `wait` takes no longer.
constexpr Duration wait_pause = 50ms;       ///< Between two questions of `wait`.

constexpr unsigned http_ok = 200;
constexpr unsigned http_accepted = 202;

void print_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) print_line(line);
}

/// An answer's body is one line already; a line end of its own would make an empty one.
void print_body(std::string_view body) {
  while (body.ends_with('\n')) body.remove_suffix(1);
  print_line(body);
}

/// Asks for a change, and says what came of it.
Expected<Exit> ask_change(const Call& call, const Asked& asked, std::string_view method,
                          const std::string& target, std::string_view body) {
  const bool quiet = call.values.has_flag(Opt::quiet);
  const bool json = call.values.has_flag(Opt::json);
  const auto answer = ask(asked, method, target, body);
  if (!answer) return std::unexpected(answer.error());
  if (json && !quiet) print_body(answer->body);
  if (answer->status != http_ok && answer->status != http_accepted) {
    return std::unexpected(refusal_in(asked, *answer));
  }
  const auto done = wire::parse_done(answer->body);
  const std::string detail = done ? done->detail : std::string{"done"};
  if (answer->status == http_accepted) {
    return refuse(Exit::try_again, "accepted, but not in force yet: " + detail);
  }
  if (!json && !quiet) print_line(detail);
  return Exit::yes;
}

/// The node that `word` means; asks the cluster only where the word alone does not say it.
Expected<NodeId> find_node(const Asked& asked, const std::string& word) {
  if (const auto id = wire::parse_node_id(word)) return *id;
  const auto known = ask_members(asked);
  if (!known) return std::unexpected(known.error());
  return node_meant(word, known->members);
}

Duration since(Clock::time_point begin) {
  return std::chrono::duration_cast<Duration>(Clock::now() - begin);
}

bool is_waited_for(const wire::Status& status, bool must_be_goose) {
  if (must_be_goose) return status.mode == wire::Mode::goose;
  return status.goose.has_value();
}

std::string goose_text(const wire::Status& status) {
  std::string text =
      status.goose && status.goose->address ? *status.goose->address : status.address;
  text += " is the goose of cluster " + status.cluster;
  if (status.term) text += ", term " + std::to_string(status.term->value);
  return text;
}

/// `set SETTING VALUE` as a request.
Expected<wire::SettingsRequest> settings_asked_for(const std::string& setting,
                                                   const std::string& value) {
  using Number = std::optional<std::uint64_t> wire::SettingsRequest::*;
  constexpr std::array<std::pair<std::string_view, Number>, 3> times{
      {{"promise", &wire::SettingsRequest::promise_ms},
       {"replace-after", &wire::SettingsRequest::replace_after_ms},
       {"shrink-after", &wire::SettingsRequest::shrink_after_ms}}};
  const auto refused = [&](const std::string& why) {
    return refuse(Exit::usage, "set " + setting + ": " + why);
  };
  wire::SettingsRequest request;
  const auto* const time =
      std::ranges::find(times, setting, &std::pair<std::string_view, Number>::first);
  if (time != times.end()) {
    const auto length = wire::parse_duration(value);
    if (!length) return refused(length.error().reason);
    if (*length % 1ms != Duration{0}) return refused("only whole milliseconds, not " + value);
    request.*time->second = static_cast<std::uint64_t>(*length / 1ms);
  } else if (setting == "voters") {
    const auto number = whole_number(value, 1, Configuration::members_max);
    if (!number) return refused(wire::quoted(value) + " is no number from 1 to 63");
    request.voters = static_cast<std::uint64_t>(*number);
  } else {
    return refuse(Exit::usage, "set: " + wire::quoted(setting) +
                                   " is no setting: promise, voters, replace-after or "
                                   "shrink-after");
  }
  if (const auto flaw = wire::flaw_in(request)) return refused(*flaw);
  return request;
}

}  // namespace

Expected<Exit> run_status(const Call& call) {
  const auto asked = node_asked(call.values, call.command.timeout);
  if (!asked) return std::unexpected(asked.error());
  const auto answer = ask_status(*asked);
  if (!answer) return std::unexpected(answer.error());
  if (call.values.has_flag(Opt::quiet)) {
    return answer->status.mode == wire::Mode::goose ? Exit::yes : Exit::no;
  }
  if (call.values.has_flag(Opt::json)) {
    print_body(answer->body);
  } else {
    print_lines(
        status_lines(answer->status, Paint::for_output(STDOUT_FILENO, call.values.environment())));
  }
  return Exit::yes;
}

Expected<Exit> run_wait(const Call& call) {
  if (call.values.has_flag(Opt::goose) && call.values.has_flag(Opt::any)) {
    return refuse(Exit::usage, "--goose and --any exclude each other; give one of them");
  }
  const auto asked = node_asked(call.values, call.command.timeout);
  if (!asked) return std::unexpected(asked.error());
  const Clock::time_point begin = Clock::now();
  std::optional<wire::Status> last;
  std::optional<Refusal> refusal;
  while (since(begin) < asked->timeout) {
    const Duration left = asked->timeout - since(begin);
    const auto answer = ask_status({asked->address, std::min(left, wait_question_max)});
    if (!answer) {
      // A node that is being started does not answer yet; a question that can never be answered
      // ends it.
      refusal = answer.error();
      if (refusal->exit_code == code(Exit::usage)) return std::unexpected(*refusal);
    } else if (is_waited_for(answer->status, call.values.has_flag(Opt::goose))) {
      if (call.values.has_flag(Opt::quiet)) return Exit::yes;
      if (call.values.has_flag(Opt::json)) {
        print_body(answer->body);
      } else {
        print_line(goose_text(answer->status));
      }
      return Exit::yes;
    } else {
      last = answer->status;
    }
    std::this_thread::sleep_for(std::clamp(asked->timeout - since(begin), Duration{0}, wait_pause));
  }
  if (!last && refusal) return std::unexpected(*refusal);
  if (!last) return refuse(Exit::try_again, "--timeout 0s leaves no time to ask " + asked->address);
  const std::string what = last->goose ? asked->address + " is not the goose" : "there is no goose";
  return refuse(Exit::try_again,
                what + " after " + wire::to_text(asked->timeout) + ": " + last->cause);
}

Expected<Exit> run_members(const Call& call) {
  const auto asked = node_asked(call.values, call.command.timeout);
  if (!asked) return std::unexpected(asked.error());
  const auto all = ask_members(*asked);
  if (!all) return std::unexpected(all.error());
  if (call.values.has_flag(Opt::quiet)) return Exit::yes;
  if (call.values.has_flag(Opt::json)) {
    for (const std::string& body : all->bodies) print_body(body);
    return Exit::yes;
  }
  const auto own = ask_status(*asked);
  if (!own) return std::unexpected(own.error());
  print_lines(member_lines(all->members, own->status.id,
                           Paint::for_output(STDOUT_FILENO, call.values.environment())));
  return Exit::yes;
}

Expected<Exit> run_remove(const Call& call) {
  const auto asked = node_asked(call.values, call.command.timeout);
  if (!asked) return std::unexpected(asked.error());
  const auto id = find_node(*asked, call.arguments.front());
  if (!id) return std::unexpected(id.error());
  return ask_change(call, *asked, "DELETE", "/members/" + wire::to_text(*id), {});
}

Expected<Exit> run_handover(const Call& call) {
  const auto to = call.values.find(Opt::to);
  if (to && to->text.empty()) {
    return refuse(Exit::usage, "--to needs a NODE; without --to the goose chooses");
  }
  const auto asked = node_asked(call.values, call.command.timeout);
  if (!asked) return std::unexpected(asked.error());
  wire::HandoverRequest request;
  if (to) {
    const auto id = find_node(*asked, to->text);
    if (!id) return std::unexpected(id.error());
    request.to = wire::to_text(*id);
  }
  return ask_change(call, *asked, "POST", "/handover", wire::to_json(request));
}

Expected<Exit> run_set(const Call& call) {
  const auto asked = node_asked(call.values, call.command.timeout);
  if (!asked) return std::unexpected(asked.error());
  const auto request = settings_asked_for(call.arguments.front(), call.arguments.back());
  if (!request) return std::unexpected(request.error());
  return ask_change(call, *asked, "POST", "/settings", wire::to_json(*request));
}

Expected<Exit> run_leave(const Call& call) {
  const auto asked = node_asked(call.values, call.command.timeout);
  if (!asked) return std::unexpected(asked.error());
  return ask_change(call, *asked, "POST", "/leave", "{}");
}

}  // namespace duckduckgoose::cli

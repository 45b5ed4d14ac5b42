#include "cli/ask.hpp"

#include <algorithm>
#include <utility>

#include "wire/duration.hpp"
#include "wire/error.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::cli {
namespace {

/// Pages of /members that are asked for at most: no node has more than some thousand links.
constexpr int pages_max = 100;

Exit exit_for(client::ClientError::Kind kind) {
  switch (kind) {
    case client::ClientError::Kind::bad_address:
      return Exit::usage;
    case client::ClientError::Kind::nobody:
      return Exit::nobody;
    case client::ClientError::Kind::timeout:
    case client::ClientError::Kind::cut_off:
      return Exit::try_again;
    case client::ClientError::Kind::bad_answer:
      return Exit::protocol;
  }
  std::unreachable();
}

Exit exit_for_status(unsigned status) {
  constexpr unsigned server_errors = 500;
  switch (status) {
    case 400:
      return Exit::usage;
    case 401:
    case 403:
      return Exit::unauthorised;
    case 404:
      return Exit::no;
    case 408:
    case 409:
      return Exit::try_again;
    case 421:
      return Exit::configuration;
    default:
      return status >= server_errors ? Exit::try_again : Exit::protocol;
  }
}

Refusal not_understood(const Asked& asked, std::string_view why) {
  return {.exit_code = code(Exit::protocol),
          .sentence = "what answers at " + asked.address +
                      " is no node of this kind or version: " + std::string{why}};
}

std::string names_of(const std::vector<wire::MemberStatus>& members) {
  constexpr std::size_t shown_max = 8;
  std::string names;
  for (std::size_t i = 0; i < std::min(members.size(), shown_max); ++i) {
    names +=
        (i == 0 ? "" : ", ") + members[i].address + " (" + wire::short_text(members[i].id) + ")";
  }
  if (members.size() > shown_max) {
    names += " and " + std::to_string(members.size() - shown_max) + " more";
  }
  return names;
}

}  // namespace

Expected<Asked> node_asked(const Values& values, Duration timeout_default) {
  auto address = values.node_to_ask();
  if (!address) return std::unexpected(address.error());
  const auto timeout = values.duration(Opt::timeout);
  if (!timeout) return std::unexpected(timeout.error());
  return Asked{.address = *std::move(address), .timeout = timeout->value_or(timeout_default)};
}

Expected<client::HttpAnswer> ask(const Asked& asked, std::string_view method,
                                 std::string_view target, std::string_view body) {
  auto answer = client::request(asked.address, method, target, body, asked.timeout);
  if (answer) return *std::move(answer);
  std::string sentence = answer.error().text;
  if (answer.error().kind == client::ClientError::Kind::nobody) {
    sentence += "; start a node there, or name another one with --node";
  }
  return refuse(exit_for(answer.error().kind), std::move(sentence));
}

Refusal refusal_in(const Asked& asked, const client::HttpAnswer& answer) {
  const auto problem = wire::parse_problem(answer.body);
  if (!problem) {
    return not_understood(asked, "it answered " + std::to_string(answer.status) +
                                     " without a reason that can be read");
  }
  // What asking again does not mend is a plain no.
  const bool is_final = problem->type == "last_leader" || problem->type == "no_successor" ||
                        problem->type == "other_cluster";
  const Exit exit = is_final ? Exit::no : exit_for_status(answer.status);
  return {.exit_code = code(exit), .sentence = problem->detail};
}

Expected<StatusAnswer> ask_status(const Asked& asked) {
  auto answer = ask(asked, "GET", "/status");
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) return std::unexpected(refusal_in(asked, *answer));
  auto status = wire::parse_status(answer->body);
  if (!status) return std::unexpected(not_understood(asked, status.error().reason));
  return StatusAnswer{.body = std::move(answer->body), .status = *std::move(status)};
}

Expected<MembersAnswer> ask_members(const Asked& asked) {
  MembersAnswer all;
  std::string target = "/members";
  NodeId last{};
  for (int page_number = 0; page_number < pages_max; ++page_number) {
    auto answer = ask(asked, "GET", target);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return std::unexpected(refusal_in(asked, *answer));
    auto page = wire::parse_members(answer->body);
    if (!page) return std::unexpected(not_understood(asked, page.error().reason));
    all.bodies.push_back(std::move(answer->body));
    std::ranges::move(page->members, std::back_inserter(all.members));
    if (!page->next) return all;
    if (*page->next <= std::exchange(last, *page->next)) break;
    target = "/members?after=" + wire::to_text(*page->next);
  }
  return std::unexpected(not_understood(asked, "its list of members does not end"));
}

Expected<NodeId> node_meant(const std::string& word,
                            const std::vector<wire::MemberStatus>& members) {
  if (const auto id = wire::parse_node_id(word)) return *id;
  std::vector<wire::MemberStatus> meant;
  std::ranges::copy_if(members, std::back_inserter(meant), [&](const wire::MemberStatus& member) {
    return member.address == word || wire::to_text(member.id).starts_with(word);
  });
  if (meant.size() == 1) return meant.front().id;
  if (meant.empty()) {
    return refuse(Exit::no,
                  "no node is meant by " + wire::quoted(word) + "; there are " + names_of(members));
  }
  return refuse(Exit::usage, wire::quoted(word) + " means several nodes: " + names_of(meant) +
                                 "; give more digits of the id");
}

}  // namespace duckduckgoose::cli

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/refusal.hpp"
#include "cli/values.hpp"
#include "client/client.hpp"
#include "wire/status.hpp"

namespace duckduckgoose::cli {

/// The node that a command asks, and how long it waits for each answer.
struct Asked {
  std::string address;
  Duration timeout;
};

/// From --node, DUCK_NODE, DUCK_PORT and --timeout.
[[nodiscard]] Expected<Asked> node_asked(const Values& values, Duration timeout_default);

/// One question. Errors: 69 nobody answers, 75 no answer in time, 76 something else answers.
[[nodiscard]] Expected<client::HttpAnswer> ask(const Asked& asked, std::string_view method,
                                               std::string_view target, std::string_view body = {});

/// What an answer other than 200 and 202 says, with the exit code for it.
[[nodiscard]] Refusal refusal_in(const Asked& asked, const client::HttpAnswer& answer);

/// The answer to GET /status, understood.
struct StatusAnswer {
  std::string body;  ///< As the node gave it.
  wire::Status status;
};
[[nodiscard]] Expected<StatusAnswer> ask_status(const Asked& asked);

/// Every node that the one asked knows of, and the bodies of the answers.
struct MembersAnswer {
  std::vector<std::string> bodies;
  std::vector<wire::MemberStatus> members;
};
[[nodiscard]] Expected<MembersAnswer> ask_members(const Asked& asked);

/// The node that a user means by `word`: the 16 digits of an id (taken as it is: the node may be
/// gone), the beginning of one, or an address.
/// Errors: 1 none of `members` is meant; 2 several are.
[[nodiscard]] Expected<NodeId> node_meant(const std::string& word,
                                          const std::vector<wire::MemberStatus>& members);

}  // namespace duckduckgoose::cli

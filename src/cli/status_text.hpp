#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"
#include "wire/status.hpp"

namespace duckduckgoose::cli {

/// A status as people read it: who the goose is, why, and a row for each member; `*` marks the node
/// that answered. One string a line.
[[nodiscard]] std::vector<std::string> status_lines(const wire::Status& status, const Paint& paint);

/// The rows of the members alone, with their heading.
[[nodiscard]] std::vector<std::string> member_lines(const std::vector<wire::MemberStatus>& members,
                                                    NodeId self, const Paint& paint);

/// "3 of 3 voters, 1 may fail"; empty where nothing is known of voters.
[[nodiscard]] std::string voters_text(const wire::Status& status);

}  // namespace duckduckgoose::cli

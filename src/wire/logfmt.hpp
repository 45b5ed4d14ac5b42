#pragma once

#include <string>
#include <string_view>

namespace duckduckgoose::wire {

/// Appends `key=value`, after a blank unless it is the first. The value stands in double quotes
/// unless it is plain ASCII without blanks, quotes, '=' and backslashes. Nothing that a peer sends
/// can begin a line or forge a key.
void append_field(std::string& line, std::string_view key, std::string_view value);

}  // namespace duckduckgoose::wire

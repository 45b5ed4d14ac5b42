#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/configuration.hpp"

/// The values in the text of a record: each has exactly one text, and no other text is read as one.
namespace duckduckgoose::store {

[[nodiscard]] std::string text_of(std::uint64_t number);
[[nodiscard]] std::string text_of(int number);
[[nodiscard]] std::string text_of(bool yes);
[[nodiscard]] std::string text_of(Duration microseconds);
[[nodiscard]] std::string text_of(Term term);
[[nodiscard]] std::string text_of(NodeId id);
[[nodiscard]] std::string text_of(ClusterId id);
[[nodiscard]] std::string text_of(const std::optional<NodeId>& id);
[[nodiscard]] std::string text_of(RemovedBy by);

/// Parted by blanks; "none" if there is none.
[[nodiscard]] std::string text_of(const std::vector<std::uint64_t>& numbers);

/// In quotes. Bytes that are no readable UTF-8, control characters, quotes and backslashes become
/// \xNN: the text stays one line and does a terminal no harm.
[[nodiscard]] std::string text_of(const std::string& text);

/// False, and `value` is worth nothing, unless `text` is what text_of(value) gives.
[[nodiscard]] bool parse(std::string_view text, std::uint64_t& value);
[[nodiscard]] bool parse(std::string_view text, int& value);
[[nodiscard]] bool parse(std::string_view text, bool& value);
[[nodiscard]] bool parse(std::string_view text, Duration& value);
[[nodiscard]] bool parse(std::string_view text, Term& value);
[[nodiscard]] bool parse(std::string_view text, NodeId& value);
[[nodiscard]] bool parse(std::string_view text, ClusterId& value);
[[nodiscard]] bool parse(std::string_view text, std::optional<NodeId>& value);
[[nodiscard]] bool parse(std::string_view text, RemovedBy& value);
[[nodiscard]] bool parse(std::string_view text, std::vector<std::uint64_t>& value);
[[nodiscard]] bool parse(std::string_view text, std::string& value);

/// 16 digits.
[[nodiscard]] std::string hex(std::uint64_t number);

/// The words of a line, which blanks part; a blank in quotes parts nothing.
[[nodiscard]] std::vector<std::string_view> split(std::string_view line);

/// Quoted for a sentence, and cut to what people read.
[[nodiscard]] std::string abridged(std::string_view text);

}  // namespace duckduckgoose::store

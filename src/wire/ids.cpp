#include "wire/ids.hpp"

#include <algorithm>

#include "wire/limits.hpp"

namespace duckduckgoose::wire {

namespace {

constexpr std::size_t hex_digits = 16;

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string hex_text(std::uint64_t bits) { return to_text(NodeId{bits}); }

std::expected<std::uint64_t, WireError> parse_hex(std::string_view text) {
  if (text.size() != hex_digits || !std::ranges::all_of(text, is_hex_digit)) {
    return std::unexpected(WireError{quoted(text) + " is not 16 lower-case hex digits"});
  }
  std::uint64_t bits = 0;
  for (const char c : text) {
    bits = bits << 4U | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return bits;
}

std::string to_text(ClusterId id) { return hex_text(id.value); }

std::string short_text(NodeId id) {
  constexpr std::size_t shown = 8;
  return hex_text(id.value).substr(0, shown);
}

std::expected<NodeId, WireError> parse_node_id(std::string_view text) {
  const auto bits = parse_hex(text);
  if (!bits) return std::unexpected(bits.error());
  if (*bits == 0) return std::unexpected(WireError{"an id is not all zeros"});
  return NodeId{*bits};
}

std::expected<ClusterId, WireError> parse_cluster_id(std::string_view text) {
  const auto id = parse_node_id(text);
  if (!id) return std::unexpected(id.error());
  return ClusterId{id->value};
}

std::expected<std::string, WireError> parse_cluster_name(std::string_view text) {
  if (text.empty() || text.size() > cluster_name_bytes_max ||
      !std::ranges::all_of(text, is_name_char)) {
    return std::unexpected(WireError{quoted(text) + " is no cluster name: 1 to " +
                                     std::to_string(cluster_name_bytes_max) +
                                     " letters, digits, '.', '_' or '-'"});
  }
  return std::string{text};
}

}  // namespace duckduckgoose::wire

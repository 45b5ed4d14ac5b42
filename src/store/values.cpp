#include "store/values.hpp"

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <charconv>
#include <limits>
#include <utility>

namespace duckduckgoose::store {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

/// A byte as \xNN.
std::string escaped(char byte) {
  const auto number = static_cast<unsigned char>(byte);
  return {'\\', 'x', digits[number >> 4U], digits[number & 0xfU]};
}

bool is_readable(boost::locale::utf::code_point code) {
  if (code == boost::locale::utf::illegal || code == boost::locale::utf::incomplete) return false;
  const bool is_control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return !is_control && code != '"' && code != '\\';
}

/// Numbers of a fixed width in lower-case hexadecimal digits.
bool parse_hex(std::string_view text, std::size_t width, std::uint64_t& value) {
  if (text.size() != width) return false;
  value = 0;
  for (const char digit : text) {
    const std::size_t found = digits.find(digit);
    if (found == std::string_view::npos) return false;
    value = value << 4U | found;
  }
  return true;
}

}  // namespace

std::string hex(std::uint64_t number) {
  std::string text(16, '0');
  for (std::size_t at = text.size(); at > 0; --at, number >>= 4U)
    text[at - 1] = digits[number & 0xfU];
  return text;
}

std::string text_of(std::uint64_t number) { return std::to_string(number); }
std::string text_of(int number) { return std::to_string(number); }
std::string text_of(bool yes) { return yes ? "yes" : "no"; }
std::string text_of(Duration microseconds) { return std::to_string(microseconds.count()); }
std::string text_of(Term term) { return std::to_string(term.value); }
std::string text_of(NodeId id) { return hex(id.value); }
std::string text_of(ClusterId id) { return hex(id.value); }
std::string text_of(const std::optional<NodeId>& id) { return id ? hex(id->value) : "none"; }

std::string text_of(RemovedBy by) {
  switch (by) {
    case RemovedBy::operator_:
      return "operator";
    case RemovedBy::upkeep:
      return "upkeep";
  }
  std::unreachable();
}

std::string text_of(const std::vector<std::uint64_t>& numbers) {
  std::string text;
  for (const std::uint64_t number : numbers) {
    if (!text.empty()) text += ' ';
    text += std::to_string(number);
  }
  return text.empty() ? "none" : text;
}

std::string text_of(const std::string& text) {
  std::string quoted = "\"";
  for (auto at = text.begin(); at != text.end();) {
    auto next = at;
    if (is_readable(boost::locale::utf::utf_traits<char>::decode(next, text.end()))) {
      quoted.append(at, next);
      at = next;
    } else {
      quoted += escaped(*at++);
    }
  }
  return quoted + '"';
}

bool parse(std::string_view text, std::uint64_t& value) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stopped == end && (text == "0" || text.front() != '0');
}

bool parse(std::string_view text, int& value) {
  std::uint64_t number = 0;
  if (!parse(text, number) || !std::in_range<int>(number)) return false;
  value = static_cast<int>(number);
  return true;
}

bool parse(std::string_view text, bool& value) {
  value = text == "yes";
  return value || text == "no";
}

bool parse(std::string_view text, Duration& value) {
  std::uint64_t number = 0;
  if (!parse(text, number) || !std::in_range<Duration::rep>(number)) return false;
  value = Duration{static_cast<Duration::rep>(number)};
  return true;
}

bool parse(std::string_view text, Term& value) { return parse(text, value.value); }
bool parse(std::string_view text, NodeId& value) { return parse_hex(text, 16, value.value); }
bool parse(std::string_view text, ClusterId& value) { return parse_hex(text, 16, value.value); }

bool parse(std::string_view text, std::optional<NodeId>& value) {
  value.reset();
  return text == "none" || parse(text, value.emplace());
}

bool parse(std::string_view text, RemovedBy& value) {
  value = text == "upkeep" ? RemovedBy::upkeep : RemovedBy::operator_;
  return text == text_of(value);
}

bool parse(std::string_view text, std::vector<std::uint64_t>& value) {
  value.clear();
  if (text == "none") return true;
  const auto words = split(text);
  return std::ranges::all_of(
      words, [&](std::string_view word) { return parse(word, value.emplace_back()); });
}

bool parse(std::string_view text, std::string& value) {
  value.clear();
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return false;
  for (std::string_view rest = text.substr(1, text.size() - 2); !rest.empty();) {
    std::uint64_t byte = 0;
    if (rest.starts_with('\\')) {
      if (!rest.starts_with("\\x") || !parse_hex(rest.substr(2, 2), 2, byte)) return false;
      value += static_cast<char>(byte);
      rest.remove_prefix(4);
    } else {
      value += rest.front();
      rest.remove_prefix(1);
    }
  }
  return text_of(value) == text;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> words;
  bool in_quotes = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (at < line.size() && line[at] == '"') in_quotes = !in_quotes;
    if (at < line.size() && (line[at] != ' ' || in_quotes)) continue;
    words.push_back(line.substr(begin, at - begin));
    begin = at + 1;
  }
  return words;
}

std::string abridged(std::string_view text) {
  constexpr std::size_t readable_max = 80;
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() <= readable_max) return text_of(std::string(text));
  return text_of(std::string(text.substr(0, readable_max))) + "...";
}

}  // namespace duckduckgoose::store

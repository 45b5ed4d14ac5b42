#include "wire/json_writer.hpp"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <limits>

#include "wire/ids.hpp"

namespace duckduckgoose::wire::json {

namespace {

/// The length of the UTF-8 sequence that `text` begins with, 0 if it begins with none (RFC 3629,
/// section 4).
std::size_t sequence_at(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80U) return 1;
  if (first >= 0xc2U && first <= 0xdfU) return continues(1) ? 2 : 0;
  if (first >= 0xe0U && first <= 0xefU) {
    const bool overlong = first == 0xe0U && byte(1) < 0xa0U;
    const bool surrogate = first == 0xedU && byte(1) > 0x9fU;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0U && first <= 0xf4U) {
    const bool overlong = first == 0xf0U && byte(1) < 0x90U;
    const bool too_high = first == 0xf4U && byte(1) > 0x8fU;
    const bool whole = continues(1) && continues(2) && continues(3);
    return whole && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

std::string mended(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_at(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return false;
  }
  return true;
}

}  // namespace

void write_integer(std::string& out, std::uint64_t number) {
  std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits{};
  const auto [end, failure] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  ensure(failure == std::errc{});
  out.append(digits.data(), end);
}

void write_text(std::string& out, std::string_view text) {
  if (is_plain(text)) {  // nearly always; /status is written at every request
    out += '"';
    out += text;
    out += '"';
  } else {
    out += boost::json::serialize(boost::json::string_view{mended(text)});
  }
}

void write_hex(std::string& out, std::uint64_t bits) {
  out += '"';
  out += hex_text(bits);
  out += '"';
}

}  // namespace duckduckgoose::wire::json

#include "wire/error.hpp"

namespace duckduckgoose::wire {

std::string quoted(std::string_view value) {
  constexpr std::size_t shown_max = 80;
  std::string out{"\""};
  for (const char c : value.substr(0, shown_max)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  out += value.size() > shown_max ? "...\"" : "\"";
  return out;
}

}  // namespace duckduckgoose::wire

#include "store/files.hpp"

#include <array>

namespace duckduckgoose::store {

Result<void> write_all(Files& files, Handle file, std::string_view text) {
  while (!text.empty()) {
    const auto put = files.write(file, text);
    if (!put) return std::unexpected(put.error());
    if (*put == 0) return std::unexpected(std::make_error_code(std::errc::io_error));
    text.remove_prefix(*put);
  }
  return {};
}

Result<std::string> read_all(Files& files, Handle file, std::size_t bytes_max) {
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() <= bytes_max) {
    const auto got = files.read(file, part);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    text.append(part.data(), *got);
  }
  return text;
}

}  // namespace duckduckgoose::store

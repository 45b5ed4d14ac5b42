#include "os/command_line.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

namespace duckduckgoose::os {
namespace {

/// The kernel lays the words out one after the other, each with its null; who has started the
/// program by other means may not have.
std::span<char> memory_of(std::span<char* const> words) {
  if (words.empty() || words.front() == nullptr) return {};
  std::size_t bytes = 0;
  for (const char* const word : words) {
    if (word != words.front() + bytes) break;
    bytes += std::strlen(word) + 1;
  }
  return {words.front(), bytes};
}

}  // namespace

void show_as(std::string_view name, std::span<char* const> words) {
  std::string text{name};
  prctl(PR_SET_NAME, text.c_str());
  const std::span<char> memory = memory_of(words);
  if (memory.empty()) return;
  const std::size_t first = std::strlen(memory.data());
  text.append(memory.data() + first, memory.size() - first);
  // Without a null in the end the kernel would show the environment as well.
  text.resize(memory.size() - 1);
  text.push_back('\0');
  std::ranges::copy(text, memory.begin());
}

}  // namespace duckduckgoose::os

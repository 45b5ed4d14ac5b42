#pragma once

#include <string>
#include <vector>

namespace duckduckgoose::membership {

/// "a, b, c"
[[nodiscard]] inline std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

}  // namespace duckduckgoose::membership

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include "sim/commands.hpp"
#include "sim/scenario.hpp"

namespace duckduckgoose::sim {

namespace {

std::optional<std::string> read(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

/// Empty if the file says what happens, or does now; else what is wrong.
std::string run_one(const std::string& path, bool regenerate) {
  const auto text = read(path);
  if (!text) return path + ": cannot be read";
  const auto scenario = parse_scenario(path, *text);
  if (!scenario) return scenario.error();
  const auto played = play(*scenario);
  if (!played) return played.error();
  if (!regenerate) return difference(*scenario, *played);
  std::ofstream file{path, std::ios::binary};
  file << text_of(*played);
  file.close();
  return file ? "" : path + ": cannot be written";
}

}  // namespace

int run(const std::vector<std::string>& files, bool regenerate) {
  std::size_t failed = 0;
  for (const std::string& path : files) {
    const std::string wrong = run_one(path, regenerate);
    if (wrong.empty()) continue;
    ++failed;
    std::printf("%s\n", wrong.c_str());
  }
  std::printf("scenarios: %s %s, %s failed\n", std::to_string(files.size()).c_str(),
              regenerate ? "written" : "played", std::to_string(failed).c_str());
  return failed == 0 ? 0 : 1;
}

}  // namespace duckduckgoose::sim

#include "os/program.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace duckduckgoose::os {
namespace {

bool has(const std::vector<std::string>& entries, const std::string& entry) {
  return std::ranges::find(entries, entry) != entries.end();
}

TEST(Program, is_looked_up_as_a_shell_does) {
  EXPECT_TRUE(check_program("sh"));
  EXPECT_TRUE(check_program("/bin/sh"));
  EXPECT_EQ(check_program("no-such-program").error().exit_code, exit_not_found);
  EXPECT_EQ(check_program("/nowhere/sh").error().exit_code, exit_not_found);
  EXPECT_EQ(check_program("").error().exit_code, exit_not_found);
}

TEST(Program, that_is_not_executable_is_another_thing_than_none) {
  const std::string path = testing::TempDir() + "ddg-not-executable-" + std::to_string(getpid());
  std::ofstream{path} << "text";
  EXPECT_EQ(check_program(path).error().exit_code, exit_not_executable);
  EXPECT_NE(check_program(path).error().sentence.find(path), std::string::npos);
  chmod(path.c_str(), S_IRWXU);
  EXPECT_TRUE(check_program(path));
  unlink(path.c_str());
}

TEST(Program, that_is_a_directory_is_told_from_none) {
  EXPECT_EQ(check_program("/tmp").error().exit_code, exit_not_executable);
  EXPECT_EQ(check_program("/tmp").error().sentence, "\"/tmp\" is a directory");
  // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/", 1);
  EXPECT_EQ(check_program("tmp").error().exit_code, exit_not_found) << "as a shell has it";
  setenv("PATH", path.c_str(), 1);
  // NOLINTEND(concurrency-mt-unsafe)
}

TEST(Environment, is_passed_on_without_what_is_ours_alone) {
  // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread
  setenv("DUCK_SECRET_FILE", "x", 1);
  setenv("NOTIFY_SOCKET", "x", 1);
  setenv("DUCK_PORT", "4001", 1);
  setenv("DUCK_TOKEN", "of somebody else", 1);
  const auto entries = environment_with({"DUCK_TOKEN=7"});
  EXPECT_TRUE(has(entries, "DUCK_TOKEN=7"));
  EXPECT_TRUE(has(entries, "DUCK_PORT=4001"));
  EXPECT_FALSE(has(entries, "DUCK_TOKEN=of somebody else"));
  EXPECT_FALSE(has(entries, "DUCK_SECRET_FILE=x"));
  EXPECT_FALSE(has(entries, "NOTIFY_SOCKET=x"));
  for (const char* const name : {"DUCK_SECRET_FILE", "NOTIFY_SOCKET", "DUCK_PORT", "DUCK_TOKEN"}) {
    unsetenv(name);
  }
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace
}  // namespace duckduckgoose::os

#include "cli/demo/janitor.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/demo/sockets.hpp"

namespace duckduckgoose::cli::demo {
namespace {

using namespace std::chrono_literals;

constexpr int attempts_max = 100;
constexpr auto attempts_pause = 20ms;

/// A node that is being killed at the same moment may still write into it.
void remove_folder(const std::string& path) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!error && !std::filesystem::exists(path, error)) return;
    std::this_thread::sleep_for(attempts_pause);
  }
}

/// What the janitor does: waits for the end of the lifeline, cleans up, and ends. Ctrl-C is not
/// meant for it.
[[noreturn]] void be_janitor(const std::string& path, const Descriptor& lifeline) {
  setpgid(0, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(signal, SIG_IGN);
  const Descriptor nothing{open("/dev/null", O_RDWR | O_CLOEXEC)};
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing.get(), stream);
  std::array<char, 1> byte{};
  while (read(lifeline.get(), byte.data(), byte.size()) < 0 && errno == EINTR) continue;
  remove_folder(path);
  _exit(0);
}

}  // namespace

TemporaryFolder::TemporaryFolder(std::string path, pid_t janitor, Descriptor lifeline)
    : path_{std::move(path)}, janitor_{janitor}, lifeline_{std::move(lifeline)} {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_{std::move(other.path_)},
      janitor_{std::exchange(other.janitor_, 0)},
      lifeline_{std::move(other.lifeline_)} {}

TemporaryFolder::~TemporaryFolder() {
  if (janitor_ == 0) return;
  lifeline_.close();
  while (waitpid(janitor_, nullptr, 0) < 0 && errno == EINTR) continue;
}

std::expected<TemporaryFolder, std::string> TemporaryFolder::make() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(last_error("pipe"));
  Descriptor reading{ends[0]};
  Descriptor writing{ends[1]};

  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) return std::unexpected("TMPDIR: " + error.message());
  std::string path = (parent / "duckduckgoose-demo-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) return std::unexpected(last_error("mkdtemp " + path));

  const pid_t janitor = fork();
  if (janitor < 0) {
    std::unexpected failed{last_error("fork")};
    remove_folder(path);
    return failed;
  }
  if (janitor == 0) {
    writing.close();
    be_janitor(path, reading);
  }
  return TemporaryFolder{std::move(path), janitor, std::move(writing)};
}

}  // namespace duckduckgoose::cli::demo

#include "os/cgroup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

#include "os/descriptor.hpp"
#include "os/processes.hpp"
#include "os/program.hpp"

namespace duckduckgoose::os {
namespace {

constexpr std::string_view prefix = "duckduckgoose-";

/// Where version 2 is mounted: the mount point of the first line of mountinfo with " - cgroup2 ".
/// Empty: nowhere.
std::string mount_point() {
  std::istringstream lines{contents_of("/proc/self/mountinfo")};
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream fields{line};
    std::string field;
    for (int i = 0; i < 5; ++i) fields >> field;
    return field;
  }
  return {};
}

/// The line "0::/path" of /proc/self/cgroup.
std::string own_path() {
  constexpr std::string_view mark = "0::";
  std::istringstream lines{contents_of("/proc/self/cgroup")};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(mark)) return line.substr(mark.size());
  }
  return {};
}

/// A keeper that was killed leaves its group behind. Only an empty one can be removed.
void remove_stale(const std::string& parent) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(parent.c_str()), closedir};
  if (!folder) return;
  while (const dirent* const entry = readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe)
    const std::string_view name{entry->d_name};
    if (!name.starts_with(prefix)) continue;
    const std::string process{name.substr(prefix.size())};
    if (access(("/proc/" + process).c_str(), F_OK) != 0)
      rmdir((parent + "/" + entry->d_name).c_str());
  }
}

}  // namespace

std::expected<Cgroup, std::string> Cgroup::make() {
  const std::string mounted = mount_point();
  const std::string own = own_path();
  if (mounted.empty() || own.empty()) {
    return std::unexpected("control groups of version 2 are not mounted here");
  }
  const std::string parent = mounted + (own == "/" ? "" : own);
  remove_stale(parent);
  const std::string path = parent + "/" + std::string{prefix} + std::to_string(getpid());
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return std::unexpected(last_error("mkdir " + path));
  Cgroup cgroup{path};
  if (access((path + "/cgroup.kill").c_str(), W_OK) != 0 ||
      access((path + "/cgroup.procs").c_str(), W_OK) != 0) {
    std::string why = last_error("access to " + path + "/cgroup.kill");
    cgroup.remove();
    return std::unexpected(std::move(why));
  }
  return cgroup;
}

/// Made again if somebody who cannot see our process has taken it away.
bool Cgroup::enter() const {
  mkdir(path_.c_str(), S_IRWXU);
  return write_to(path_ + "/cgroup.procs", "0");
}

void Cgroup::kill() const { static_cast<void>(write_to(path_ + "/cgroup.kill", "1")); }

/// One that somebody has taken away was empty.
bool Cgroup::is_empty() const {
  const std::string events = path_ + "/cgroup.events";
  const bool is_gone = access(events.c_str(), F_OK) != 0 && errno == ENOENT;
  return is_gone || contents_of(events).find("populated 0") != std::string::npos;
}

void Cgroup::remove() const { rmdir(path_.c_str()); }

}  // namespace duckduckgoose::os

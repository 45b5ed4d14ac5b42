#include "os/processes.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>
#include <sstream>

namespace duckduckgoose::os {
namespace {

/// In /proc/PID/stat, counted from the state, which is the first field behind the name.
constexpr std::size_t parent_field = 1;
constexpr std::size_t started_field = 19;

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || last != end || text.empty()) return std::nullopt;
  return value;
}

std::string file_of(pid_t process, std::string_view name) {
  std::string path = "/proc/" + std::to_string(process) + "/";
  return path.append(name);
}

/// The name in parentheses may hold anything, so all is counted from its end.
std::optional<Process> read_process(pid_t id) {
  const std::string stat = contents_of(file_of(id, "stat"));
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::vector<std::string_view> fields;
  std::string_view rest = std::string_view{stat}.substr(name_end + 1);
  while (!rest.empty() && fields.size() <= started_field) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::size_t end = std::min(rest.find(' '), rest.size());
    fields.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  if (fields.size() <= started_field) return std::nullopt;
  const auto parent = number_in<pid_t>(fields[parent_field]);
  const auto started = number_in<std::uint64_t>(fields[started_field]);
  if (!parent || !started) return std::nullopt;
  const bool has_ended = fields[0] == "Z" || fields[0] == "X";
  return Process{.id = id, .parent = *parent, .started = *started, .has_ended = has_ended};
}

/// The kernel's own list, in one read. None: it is not to be had.
std::optional<std::vector<pid_t>> listed_children(pid_t parent) {
  const std::string list = file_of(parent, "task/" + std::to_string(parent) + "/children");
  if (access(list.c_str(), R_OK) != 0) return std::nullopt;
  std::vector<pid_t> found;
  std::istringstream ids{contents_of(list)};
  for (pid_t id = 0; ids >> id;) found.push_back(id);
  return found;
}

}  // namespace

std::string contents_of(const std::string& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  std::string text;
  std::array<char, 4096> part;  // NOLINT(*-member-init): read() fills it
  while (file.is_open()) {
    const ssize_t got = read(file.get(), part.data(), part.size());
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

bool write_to(const std::string& path, std::string_view text) {
  const Descriptor file{open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  return file.is_open() &&
         write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::vector<Process> all_processes() {
  std::vector<Process> all;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir("/proc"), closedir};
  if (!folder) return all;
  while (const dirent* const entry = readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe)
    const auto id = number_in<pid_t>(std::string_view{entry->d_name});
    if (!id) continue;
    const auto process = read_process(*id);
    if (process && !process->has_ended) all.push_back(*process);
  }
  return all;
}

/// Where there is no list, who says so of its parent.
std::vector<Process> children_of(pid_t parent) {
  std::vector<Process> found;
  if (const auto ids = listed_children(parent)) {
    for (const pid_t id : *ids) {
      found.push_back(
          read_process(id).value_or(Process{.id = id, .parent = parent, .has_ended = true}));
    }
  } else {
    found = all_processes();
    std::erase_if(found, [parent](const Process& it) { return it.parent != parent; });
  }
  return found;
}

std::vector<pid_t> own_children() {
  if (auto ids = listed_children(getpid())) return *std::move(ids);
  std::vector<pid_t> found;
  for (const Process& it : children_of(getpid())) found.push_back(it.id);
  return found;
}

bool has_in_environment(pid_t process, std::string_view entry) {
  std::string variables{'\0'};
  variables += contents_of(file_of(process, "environ"));
  std::string wanted{'\0'};
  wanted.append(entry).push_back('\0');
  return variables.find(wanted) != std::string::npos;
}

bool is_still(const Process& process) {
  const auto now = read_process(process.id);
  return now && now->started == process.started;
}

Descriptor descriptor_of(pid_t process) {
  return Descriptor{static_cast<int>(syscall(SYS_pidfd_open, process, 0))};
}

void kill_process(const Process& process) {
  const Descriptor same = descriptor_of(process.id);
  if (!same.is_open() || !is_still(process)) return;  // it is gone
  syscall(SYS_pidfd_send_signal, same.get(), SIGKILL, nullptr, 0);
}

void adopt_orphans() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

}  // namespace duckduckgoose::os

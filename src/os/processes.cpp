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
constexpr std::size_t threads_field = 17;
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

/// The names in a folder that are numbers.
std::vector<pid_t> numbers_in(const std::string& path) {
  std::vector<pid_t> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(path.c_str()), closedir};
  if (!folder) return found;
  while (const dirent* const entry = readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe)
    if (const auto number = number_in<pid_t>(std::string_view{entry->d_name})) {
      found.push_back(*number);
    }
  }
  return found;
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

/// The name in parentheses may hold anything, so all is counted from its end.
std::optional<Process> find_process(pid_t id) {
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
  const auto threads = number_in<unsigned>(fields[threads_field]);
  const auto started = number_in<std::uint64_t>(fields[started_field]);
  if (!parent || !threads || !started) return std::nullopt;
  // Where the first thread has ended and others have not, the process is none the less alive.
  const bool has_ended = (fields[0] == "Z" || fields[0] == "X") && *threads <= 1;
  return Process{.id = id, .parent = *parent, .started = *started, .has_ended = has_ended};
}

std::vector<pid_t> all_processes() { return numbers_in("/proc"); }

/// Where there is no list, who says so of its parent.
std::vector<pid_t> children_of(pid_t parent) {
  if (auto ids = listed_children(parent)) return *std::move(ids);
  std::vector<pid_t> found = all_processes();
  std::erase_if(found, [parent](pid_t id) {
    const auto it = find_process(id);
    return !it || it->parent != parent;
  });
  return found;
}

/// Of a process whose first thread has ended the others know it still.
bool has_in_environment(pid_t process, std::string_view entry) {
  std::string variables = contents_of(file_of(process, "environ"));
  if (variables.empty()) {
    for (const pid_t thread : numbers_in(file_of(process, "task"))) {
      variables += contents_of(file_of(process, "task/" + std::to_string(thread) + "/environ"));
    }
  }
  variables.insert(variables.begin(), '\0');
  std::string wanted{'\0'};
  wanted.append(entry).push_back('\0');
  return variables.find(wanted) != std::string::npos;
}

bool is_still(const Process& process) {
  const auto now = find_process(process.id);
  return now && now->started == process.started;
}

Descriptor descriptor_of(pid_t process) {
  return Descriptor{static_cast<int>(syscall(SYS_pidfd_open, process, 0))};
}

void kill_process(const Descriptor& process) {
  syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
}

void adopt_orphans() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

}  // namespace duckduckgoose::os

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/descriptor.hpp"

/// Which processes there are. Source: proc(5), pidfd_open(2).
namespace duckduckgoose::os {

/// One process, alive or not buried yet.
struct Process {
  pid_t id = 0;
  pid_t parent = 0;
  std::uint64_t started = 0;  ///< Tells it from an earlier process with the same id.
  bool has_ended = false;     ///< A zombie: its parent has not been told yet.
};

/// None: it is dead and buried, or may not be looked at.
[[nodiscard]] std::optional<Process> find_process(pid_t id);

/// All that live or are not buried yet, as far as can be seen; one that is born or dies meanwhile
/// may be missing.
[[nodiscard]] std::vector<pid_t> all_processes();

/// The children of a process without threads, with those that have ended and are not buried yet. If
/// it adopts orphans and has no children, not even dead ones, then nobody descends from it: whoever
/// loses its parent is appended before that is gone from the list. So who kills and buries children
/// until there are none has killed all. Until they are buried their ids are nobody else's: the
/// parent itself may kill them as they are.
[[nodiscard]] std::vector<pid_t> children_of(pid_t parent);

/// Neither dead and buried nor followed by another one with its id.
[[nodiscard]] bool is_still(const Process& process);

/// Whether the process began with this in its environment: "NAME=value". False: no, or it may not
/// be looked at.
[[nodiscard]] bool has_in_environment(pid_t process, std::string_view entry);

/// Refers to this process and never to a later one with its id; readable once it has ended. Not
/// open: there is none (errno is ESRCH), there are no more descriptors, or the kernel is too old.
/// Source: pidfd_open(2).
[[nodiscard]] Descriptor descriptor_of(pid_t process);

/// SIGKILL to the process of descriptor_of(). If it lives, all that was read by its id while it was
/// held is true of it: nobody else can have had the id meanwhile.
void kill_process(const Descriptor& process);

/// From now on whoever loses its parent, and descends from this process, becomes its child.
/// Source: prctl(2), PR_SET_CHILD_SUBREAPER.
void adopt_orphans();

/// All bytes of a small file of the kernel's; empty if it cannot be read.
[[nodiscard]] std::string contents_of(const std::string& path);
/// The counterpart: all of it in one write. False: the kernel has refused, and errno says why.
[[nodiscard]] bool write_to(const std::string& path, std::string_view text);

}  // namespace duckduckgoose::os

#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

namespace duckduckgoose::os {

/// A control group of our own, below the one that we are in. Whoever is in it can be killed with
/// one call, and whoever is started in it stays there. Source: cgroups(7), version 2; kernel
/// documentation, admin-guide/cgroup-v2, cgroup.kill (Linux 5.14).
class Cgroup {
 public:
  /// Makes one that is called after this process, and takes away those whose process is gone.
  /// Error: why there can be none here.
  [[nodiscard]] static std::expected<Cgroup, std::string> make();

  /// Puts the calling process into it. False: the kernel has refused.
  [[nodiscard]] bool enter() const;
  /// SIGKILL to all that is in it.
  void kill() const;
  /// Nothing lives in it any more.
  [[nodiscard]] bool is_empty() const;
  /// Gives it back; only an empty one can be.
  void remove() const;

 private:
  explicit Cgroup(std::string path) : path_{std::move(path)} {}

  std::string path_;
};

}  // namespace duckduckgoose::os

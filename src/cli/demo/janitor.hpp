#pragma once

#include <sys/types.h>

#include <expected>
#include <string>

#include "os/descriptor.hpp"

namespace duckduckgoose::cli::demo {

/// A temporary folder that is gone when this object is, and also when the process is killed: a
/// process of its own waits for that and removes it.
class TemporaryFolder {
 public:
  /// To be called before any thread is started. Error: the call that failed and why.
  [[nodiscard]] static std::expected<TemporaryFolder, std::string> make();

  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();  ///< Returns when the folder is removed.

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  TemporaryFolder(std::string path, pid_t janitor, Descriptor lifeline);

  std::string path_;
  pid_t janitor_ = 0;
  Descriptor lifeline_;  ///< The janitor reads the other end, which ends with this process.
};

}  // namespace duckduckgoose::cli::demo

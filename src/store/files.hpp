#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace duckduckgoose::store {

template <class T>
using Result = std::expected<T, std::error_code>;

/// An open file or directory of a Files.
enum class Handle : int {};

/// How a file is opened.
enum class Mode {
  read,     ///< It must exist.
  replace,  ///< For writing: made, or emptied.
  keep,     ///< For writing: made, or left as it is.
};

/// Which file it is, by how many names it goes, and how long it is.
struct Status {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Status&) const = default;
};

/// The system calls that the record needs, one call each: tests put a disk in their place that
/// loses what was not synced and fails whenever they want. Names are relative to a directory's
/// handle, so that a save goes to the directory that was locked even if another one was moved to
/// its path.
/// Errors: that of the call. A call interrupted by a signal is made again, but never `sync`,
/// `sync_data` or `close`.
/// Source: open(2), mkdir(2), flock(2), read(2), write(2), pwrite(2), fsync(2), fdatasync(2),
/// stat(2), close(2), rename(2), unlink(2).
class Files {
 public:
  virtual ~Files() = default;

  [[nodiscard]] virtual Result<Handle> open_directory(const std::string& path) = 0;

  /// Only its owner may enter it.
  [[nodiscard]] virtual Result<void> make_directory(const std::string& path) = 0;
  [[nodiscard]] virtual Result<void> remove_directory(const std::string& path) = 0;

  /// A new file is its owner's alone. Never waits: a pipe in the place of a file is an error or
  /// empty.
  [[nodiscard]] virtual Result<Handle> open(Handle directory, const std::string& name,
                                            Mode mode) = 0;

  /// Takes the exclusive lock, which ends with the handle; false if another process has it.
  [[nodiscard]] virtual Result<bool> lock(Handle handle) = 0;

  /// The number of bytes read, 0 at the end.
  [[nodiscard]] virtual Result<std::size_t> read(Handle file, std::span<char> into) = 0;

  /// The number of bytes written, perhaps not all.
  [[nodiscard]] virtual Result<std::size_t> write(Handle file, std::string_view text) = 0;

  /// Writes over what begins at `offset`; the number of bytes written, perhaps not all.
  [[nodiscard]] virtual Result<std::size_t> write_at(Handle file, std::size_t offset,
                                                     std::string_view text) = 0;

  /// Returns once the file, or the directory's names, survive a power cut. After an error nothing
  /// is known of what was written before, and a second call may claim success wrongly.
  [[nodiscard]] virtual Result<void> sync(Handle handle) = 0;

  /// As sync() of a file, but saves no more of its attributes than reading it takes: one write to
  /// the disk where nothing was allocated.
  [[nodiscard]] virtual Result<void> sync_data(Handle file) = 0;

  [[nodiscard]] virtual Result<Status> status(Handle file) = 0;

  /// Of what has that name: of a link itself, not of what it leads to.
  [[nodiscard]] virtual Result<Status> status(Handle directory, const std::string& name) = 0;

  /// The handle is gone, also after an error.
  [[nodiscard]] virtual Result<void> close(Handle handle) = 0;

  /// Replaces `to`, in one.
  [[nodiscard]] virtual Result<void> rename(Handle directory, const std::string& from,
                                            const std::string& to) = 0;
  [[nodiscard]] virtual Result<void> remove(Handle directory, const std::string& name) = 0;
};

/// A handle that is closed when it goes out of scope. `files` must outlive it.
class OpenFile {
 public:
  OpenFile(Files& files, Handle handle) : files_(&files), handle_(handle) {}
  OpenFile(OpenFile&& other) noexcept
      : files_(std::exchange(other.files_, nullptr)), handle_(other.handle_) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(files_, other.files_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~OpenFile() {
    if (files_ != nullptr) (void)files_->close(handle_);
  }

  [[nodiscard]] Handle handle() const { return handle_; }

 private:
  Files* files_;
  Handle handle_;
};

/// All of `text`, in as many calls as it takes.
[[nodiscard]] Result<void> write_all(Files& files, Handle file, std::string_view text);

/// The rest of the file, or a part of it that has more than `bytes_max` bytes.
[[nodiscard]] Result<std::string> read_all(Files& files, Handle file, std::size_t bytes_max);

[[nodiscard]] inline bool is_missing(std::error_code error) {
  return error == std::errc::no_such_file_or_directory;
}

}  // namespace duckduckgoose::store

#include "store/system_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace duckduckgoose::store {
namespace {

std::unexpected<std::error_code> last_error() {
  return std::unexpected(std::error_code(errno, std::generic_category()));
}

/// Makes a call again that a signal has interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Result<void> done(int result) {
  if (result < 0) return last_error();
  return {};
}

int number(Handle handle) { return static_cast<int>(handle); }

Result<Status> status_of(int result, const struct stat& found) {
  if (result < 0) return last_error();
  return Status{.device = found.st_dev,
                .inode = found.st_ino,
                .links = found.st_nlink,
                .bytes = static_cast<std::uint64_t>(found.st_size)};
}

int flags_of(Mode mode) {
  switch (mode) {
    case Mode::read:
      return O_RDONLY;
    case Mode::replace:
      return O_WRONLY | O_CREAT | O_TRUNC;
    case Mode::keep:
      return O_WRONLY | O_CREAT;
  }
  std::unreachable();
}

}  // namespace

Result<Handle> SystemFiles::open_directory(const std::string& path) {
  const int opened =
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (opened < 0) return last_error();
  return Handle{opened};
}

Result<void> SystemFiles::make_directory(const std::string& path) {
  return done(::mkdir(path.c_str(), S_IRWXU));
}

Result<void> SystemFiles::remove_directory(const std::string& path) {
  return done(::rmdir(path.c_str()));
}

Result<Handle> SystemFiles::open(Handle directory, const std::string& name, Mode mode) {
  const int flags = flags_of(mode) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  const int opened = uninterrupted(
      [&] { return ::openat(number(directory), name.c_str(), flags, S_IRUSR | S_IWUSR); });
  if (opened < 0) return last_error();
  return Handle{opened};
}

Result<bool> SystemFiles::lock(Handle handle) {
  if (uninterrupted([&] { return ::flock(number(handle), LOCK_EX | LOCK_NB); }) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return last_error();
}

Result<std::size_t> SystemFiles::read(Handle file, std::span<char> into) {
  const ssize_t got = uninterrupted([&] { return ::read(number(file), into.data(), into.size()); });
  if (got < 0) return last_error();
  return static_cast<std::size_t>(got);
}

Result<std::size_t> SystemFiles::write(Handle file, std::string_view text) {
  const ssize_t put =
      uninterrupted([&] { return ::write(number(file), text.data(), text.size()); });
  if (put < 0) return last_error();
  return static_cast<std::size_t>(put);
}

Result<std::size_t> SystemFiles::write_at(Handle file, std::size_t offset, std::string_view text) {
  const ssize_t put = uninterrupted(
      [&] { return ::pwrite(number(file), text.data(), text.size(), static_cast<off_t>(offset)); });
  if (put < 0) return last_error();
  return static_cast<std::size_t>(put);
}

Result<void> SystemFiles::sync(Handle handle) { return done(::fsync(number(handle))); }

Result<void> SystemFiles::sync_data(Handle file) { return done(::fdatasync(number(file))); }

Result<Status> SystemFiles::status(Handle file) {
  struct stat found {};
  const int result = ::fstat(number(file), &found);
  return status_of(result, found);
}

Result<Status> SystemFiles::status(Handle directory, const std::string& name) {
  struct stat found {};
  const int result = ::fstatat(number(directory), name.c_str(), &found, AT_SYMLINK_NOFOLLOW);
  return status_of(result, found);
}

Result<void> SystemFiles::close(Handle handle) { return done(::close(number(handle))); }

Result<void> SystemFiles::rename(Handle directory, const std::string& from, const std::string& to) {
  return done(::renameat(number(directory), from.c_str(), number(directory), to.c_str()));
}

Result<void> SystemFiles::remove(Handle directory, const std::string& name) {
  return done(::unlinkat(number(directory), name.c_str(), 0));
}

}  // namespace duckduckgoose::store

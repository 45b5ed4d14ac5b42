#include "store/opening.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "store/layout.hpp"

namespace duckduckgoose::store {
namespace {

/// Errors of a directory that is not ours and may be neither read nor written: others answer for
/// its names.
bool is_foreign(std::error_code error) {
  return error == std::errc::permission_denied || error == std::errc::read_only_file_system ||
         error == std::errc::invalid_argument || error == std::errc::operation_not_supported;
}

/// Makes the names in `path` durable. `path` is the parent of a directory that was there already,
/// perhaps made by a process that died before it came to this.
Expected<void> sync_parent(Files& files, const std::string& path) {
  auto opened = files.open_directory(path);
  if (!opened) {
    if (is_foreign(opened.error())) return {};
    return std::unexpected(call_failed(to_open, path, "open", opened.error()));
  }
  const OpenFile parent(files, *opened);
  if (const auto synced = files.sync(parent.handle()); !synced && !is_foreign(synced.error())) {
    return std::unexpected(call_failed(to_open, path, "fsync", synced.error()));
  }
  return {};
}

/// Who says in the lock file that it holds the lock.
std::string holder(Files& files, Handle directory) {
  const auto opened = files.open(directory, lock_name, Mode::read);
  if (!opened) return "another process";
  const OpenFile file(files, *opened);
  const auto text = read_all(files, file.handle(), 32).value_or("");
  const std::string pid = text.substr(0, text.find_first_not_of("0123456789"));
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

std::string absolute(const std::string& path) {
  std::string whole = std::filesystem::absolute(path).lexically_normal().string();
  if (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

Expected<OpenFile> open_or_make(Files& files, const std::string& path) {
  auto opened = files.open_directory(path);
  if (opened) {
    OpenFile directory(files, *opened);
    // ".." and not the text before the last "/": that may be a symbolic link's.
    if (auto synced = sync_parent(files, path + "/.."); !synced) {
      return std::unexpected(std::move(synced.error()));
    }
    return directory;
  }
  const std::string parent_path = std::filesystem::path(path).parent_path().string();
  if (!is_missing(opened.error()) || parent_path == path) {
    return std::unexpected(call_failed(to_open, path, "open", opened.error()));
  }
  auto parent = open_or_make(files, parent_path);
  if (!parent) return parent;
  if (const auto made = files.make_directory(path);
      !made && made.error() != std::errc::file_exists) {
    return std::unexpected(call_failed(to_open, path, "mkdir", made.error()));
  }
  if (const auto synced = files.sync(parent->handle()); !synced) {
    (void)files.remove_directory(path);  // lest the next process take it for one that is safe
    return std::unexpected(call_failed(to_open, parent_path, "fsync", synced.error()));
  }
  opened = files.open_directory(path);
  if (!opened) return std::unexpected(call_failed(to_open, path, "open", opened.error()));
  return OpenFile(files, *opened);
}

Expected<OpenFile> take_lock(Files& files, Handle directory, const std::string& path) {
  const auto take = [&](Handle handle, const std::string& name) -> Expected<void> {
    const auto taken = files.lock(handle);
    if (!taken) return std::unexpected(call_failed(to_open, name, "flock", taken.error()));
    if (*taken) return {};
    return std::unexpected(StoreError{
        .kind = StoreErrorKind::in_use,
        .sentence = "the data directory " + path + " is in use by " + holder(files, directory) +
                    ": two nodes never share one; stop that node, or give this one "
                    "another with --data (removing the lock file helps nothing)"});
  };
  // The directory itself is locked, lest somebody removes the file, and the file, which may be
  // locked on a network file system too.
  if (auto taken = take(directory, path); !taken) return std::unexpected(std::move(taken.error()));
  const std::string lock_path = path + "/" + lock_name;
  const auto opened = files.open(directory, lock_name, Mode::keep);
  if (!opened) return std::unexpected(call_failed(to_open, lock_path, "open", opened.error()));
  OpenFile lock(files, *opened);
  if (auto taken = take(lock.handle(), lock_path); !taken) {
    return std::unexpected(std::move(taken.error()));
  }
  std::string pid = std::to_string(getpid());
  pid.resize(std::max<std::size_t>(pid.size(), 10),
             ' ');  // covers whatever an earlier process wrote
  if (const auto put = write_all(files, lock.handle(), pid + "\n"); !put) {
    return std::unexpected(call_failed(to_open, lock_path, "write", put.error()));
  }
  return lock;
}

}  // namespace duckduckgoose::store

#include "store/directory.hpp"

#include <utility>

#include "raft/ensure.hpp"
#include "store/format.hpp"
#include "store/layout.hpp"
#include "store/opening.hpp"
#include "store/reading.hpp"

namespace duckduckgoose::store {
namespace {

constexpr std::string_view held_text =
    "A record was saved here. If the file `record` is missing, it was lost:\n"
    "`duckduckgoose reset` lets this node come back as a new one.\n";

}  // namespace

Directory::Directory(Files& files, std::string path, OpenFile directory, OpenFile lock)
    : files_(&files),
      path_(std::move(path)),
      directory_(std::move(directory)),
      lock_(std::move(lock)) {}

Expected<Directory> Directory::open(Files& files, const std::string& path) {
  std::string whole = absolute(path);
  auto directory = open_or_make(files, whole);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto lock = take_lock(files, directory->handle(), whole);
  if (!lock) return std::unexpected(std::move(lock.error()));
  return Directory(files, std::move(whole), std::move(*directory), std::move(*lock));
}

Expected<std::optional<Record>> Directory::load() {
  if (failed_) return std::unexpected(must_stop());
  auto loaded = load_from(*files_, directory_.handle(), path_);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  marked_ = loaded->marked;
  saves_ = loaded->record ? loaded->record->saves : 0;
  return std::move(loaded->record);
}

Expected<void> Directory::save(const Record& record) {
  if (failed_) return std::unexpected(must_stop());
  ensure(saves_.has_value());
  ensure(record.saves > *saves_);
  auto replaced = replace(record);
  if (replaced) {
    saves_ = record.saves;
  } else {
    failed_ = replaced.error();
  }
  return replaced;
}

Expected<void> Directory::replace(const Record& record) {
  const std::string text = to_text(record, DDG_VERSION);
  ensure(from_text(text) == record);  // what cannot be read again is never written
  if (auto written = write(new_name, text); !written) return written;
  if (const auto renamed = files_->rename(directory_.handle(), new_name, record_name); !renamed) {
    return std::unexpected(call_failed(to_save, path_of(new_name), "rename", renamed.error()));
  }
  if (auto synced = sync_names(to_save); !synced || marked_) return synced;
  return mark();
}

/// After the record: had the mark come first, a crash between them would look like a record that
/// was lost.
Expected<void> Directory::mark() {
  auto marked = write(held_name, held_text);
  if (marked) marked = sync_names(to_save);
  marked_ = marked.has_value();
  if (!marked_)
    (void)files_->remove(directory_.handle(), held_name);  // lest the next process trust it
  return marked;
}

Expected<void> Directory::write(const char* name, std::string_view text) {
  const auto failed = [&](std::string_view call, std::error_code error) {
    return std::unexpected(call_failed(to_save, path_of(name), call, error));
  };
  const auto opened = files_->open(directory_.handle(), name, Mode::replace);
  if (!opened) return failed("open", opened.error());
  OpenFile file(*files_, *opened);
  if (const auto put = write_all(*files_, file.handle(), text); !put) {
    return failed("write", put.error());
  }
  if (const auto synced = files_->sync(file.handle()); !synced) {
    return failed("fsync", synced.error());
  }
  if (const auto closed = file.close(); !closed) return failed("close", closed.error());
  return {};
}

Expected<void> Directory::sync_names(std::string_view what) {
  if (const auto synced = files_->sync(directory_.handle()); !synced) {
    return std::unexpected(call_failed(what, path_, "fsync", synced.error()));
  }
  return {};
}

Expected<std::optional<std::string>> Directory::reset() {
  if (failed_) return std::unexpected(must_stop());
  saves_.reset();
  auto kept = move_aside();
  if (!kept) failed_ = kept.error();
  return kept;
}

Expected<std::optional<std::string>> Directory::move_aside() {
  const auto marked = exists(*files_, directory_.handle(), path_, held_name);
  if (!marked) return std::unexpected(marked.error());
  if (*marked) {
    // The mark goes first, for good: a mark without a record would look like a record that was
    // lost.
    if (const auto removed = files_->remove(directory_.handle(), held_name); !removed) {
      return std::unexpected(call_failed(to_reset, path_of(held_name), "unlink", removed.error()));
    }
    if (auto synced = sync_names(to_reset); !synced) return std::unexpected(synced.error());
  }
  const auto present = exists(*files_, directory_.handle(), path_, record_name);
  if (!present) return std::unexpected(present.error());
  if (!*present) return std::nullopt;
  const auto name = free_name();
  if (!name) return std::unexpected(name.error());
  if (const auto renamed = files_->rename(directory_.handle(), record_name, *name); !renamed) {
    return std::unexpected(call_failed(to_reset, path_of(record_name), "rename", renamed.error()));
  }
  if (auto synced = sync_names(to_reset); !synced) return std::unexpected(synced.error());
  return path_of(*name);
}

Expected<std::string> Directory::free_name() {
  for (int number = 1; number <= resets_max; ++number) {
    std::string name = reset_prefix + std::to_string(number);
    const auto taken = exists(*files_, directory_.handle(), path_, name);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken) return name;
  }
  return std::unexpected(StoreError{
      .kind = StoreErrorKind::disk,
      .sentence = "cannot reset the data directory: " + path_ + " keeps the records of " +
                  std::to_string(resets_max) + " resets already; remove the files " +
                  path_of(reset_prefix) + "* that nobody needs"});
}

std::string Directory::path_of(std::string_view name) const {
  return path_ + "/" + std::string(name);
}

StoreError Directory::must_stop() const {
  return {.kind = StoreErrorKind::must_stop,
          .sentence = "this process must stop, because an earlier change of its data failed: " +
                      failed_->sentence};
}

}  // namespace duckduckgoose::store

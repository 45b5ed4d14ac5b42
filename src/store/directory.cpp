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
  return put(record);
}

Expected<void> Directory::refresh(const Record& record) {
  if (failed_) return std::unexpected(must_stop());
  ensure(written_.has_value());
  ensure(record.saves == saves_);
  return put(record);
}

bool Directory::is_hot(const Record& record) const {
  return written_ &&
         written_->cold == std::string_view(to_text(record, DDG_VERSION)).substr(hot_bytes);
}

Expected<void> Directory::put(const Record& record) {
  const std::string text = to_text(record, DDG_VERSION);
  ensure(can_be_read(text, record));  // what cannot be read again is never written
  auto done = write_over_or_replace(text, record);
  if (done) {
    saves_ = record.saves;
  } else {
    failed_ = done.error();
  }
  return done;
}

bool Directory::can_be_read(std::string_view text, const Record& record) const {
  const bool is_hot = written_ && written_->cold == text.substr(hot_bytes);
  return (is_hot ? from_hot_part(text, written_->record) : from_text(text)) == record;
}

Expected<void> Directory::write_over_or_replace(std::string_view text, const Record& record) {
  if (written_ && written_->cold == text.substr(hot_bytes)) {
    const auto rewritten = rewrite(text.substr(0, hot_bytes));
    if (!rewritten) return std::unexpected(rewritten.error());
    if (*rewritten) return {};
  }
  return replace(text, record);
}

/// False: it was not written as a whole, or where nobody may find it; the record must be replaced.
Expected<bool> Directory::rewrite(std::string_view hot) {
  if (auto before = is_in_place(); !before || !*before) return before;
  const auto put = files_->write_at(written_->file.handle(), 0, hot);
  if (!put) {
    return std::unexpected(call_failed(to_save, path_of(record_name), "pwrite", put.error()));
  }
  if (*put != hot.size()) return false;
  if (const auto synced = files_->sync_data(written_->file.handle()); !synced) {
    return std::unexpected(call_failed(to_save, path_of(record_name), "fdatasync", synced.error()));
  }
  return is_in_place();  // whoever moves the file later moves what was saved
}

/// Is the open file still the record, under no second name, and as long as it was written?
Expected<bool> Directory::is_in_place() const {
  const auto mine = files_->status(written_->file.handle());
  if (!mine) {
    return std::unexpected(call_failed(to_save, path_of(record_name), "fstat", mine.error()));
  }
  const auto there = files_->status(directory_.handle(), record_name);
  if (!there && is_missing(there.error())) return false;
  if (!there) {
    return std::unexpected(call_failed(to_save, path_of(record_name), "fstatat", there.error()));
  }
  return *mine == *there && mine->links == 1 && mine->bytes == hot_bytes + written_->cold.size();
}

Expected<void> Directory::replace(std::string_view text, const Record& record) {
  written_.reset();
  auto file = write(new_name, text);
  if (!file) return std::unexpected(std::move(file.error()));
  if (const auto renamed = files_->rename(directory_.handle(), new_name, record_name); !renamed) {
    return std::unexpected(call_failed(to_save, path_of(new_name), "rename", renamed.error()));
  }
  if (auto synced = sync_names(to_save); !synced) return synced;
  written_.emplace(std::move(*file), std::string(text.substr(hot_bytes)), record);
  return marked_ ? Expected<void>{} : mark();
}

/// After the record: had the mark come first, a crash between them would look like a record that
/// was lost.
Expected<void> Directory::mark() {
  Expected<void> marked;
  if (const auto file = write(held_name, held_text); !file) {
    marked = std::unexpected(file.error());
  } else {
    marked = sync_names(to_save);
  }
  marked_ = marked.has_value();
  if (!marked_)
    (void)files_->remove(directory_.handle(), held_name);  // lest the next process trust it
  return marked;
}

/// The file, open and synced; closing it afterwards can lose nothing.
Expected<OpenFile> Directory::write(const char* name, std::string_view text) {
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
  return file;
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
  written_.reset();
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

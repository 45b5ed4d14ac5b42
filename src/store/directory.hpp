#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "raft/record.hpp"
#include "store/error.hpp"
#include "store/files.hpp"

namespace duckduckgoose::store {

/// The data directory of one node, opened and locked: it holds the node's record and nothing else
/// of worth.
///
/// The answer to load() is always the record that was saved last, or the one whose save was under
/// way when the node died, or a refusal. It is never empty once a save has returned, and never a
/// guess. docs/record.md gives the files, their bytes and why each crash leaves one of these.
class Directory {
 public:
  /// Opens `path`, which is made with its parents if it is missing (0700), and locks it until this
  /// object dies.
  ///
  /// Made directories are synced into their parents, so that what is saved in them can be found
  /// after a power cut.
  /// Errors: `in_use` with the process that has it; `disk`.
  /// `files` must outlive the result.
  [[nodiscard]] static std::expected<Directory, StoreError> open(Files& files,
                                                                 const std::string& path);

  /// The record; none if this directory never held one: no save has ever returned, or a reset has.
  ///
  /// Errors: `damaged`, `unknown_format`, `vanished` (a save has returned, and the record is gone);
  /// `disk`.
  [[nodiscard]] std::expected<std::optional<Record>, StoreError> load();

  /// Replaces the durable record, all or nothing, and returns once it survives a power cut. load()
  /// must have answered before, and `saves` must be above that of the record there: else it is a
  /// bug, and ends the program.
  ///
  /// How:    write record.new, fsync it, rename it over record, fsync the directory; the first save
  ///         of all then leaves the mark `record.held` in the same way, so that a record that
  ///         vanishes is missed. If only the hot part differs from what this object has saved last,
  ///         that sector is written over in place and synced.
  /// Cost:   two fsyncs, or one fdatasync for a hot save; called only when term, vote, promise
  ///         bound or configuration changes.
  /// Errors: `disk` with the call that failed; then the record on the disk is the old one or this
  ///         one, and the caller must stop. Nothing is tried again, and every later call gets
  ///         `must_stop`: after a failed fsync the page cache may lie about what is saved.
  /// Source: thesis 3.8; fsync(2), fdatasync(2), rename(2); Rebello and others: Can Applications
  ///         Recover from fsync Failures? (USENIX ATC 2020).
  [[nodiscard]] std::expected<void, StoreError> save(const Record& record);

  /// Would a save of `record` be a hot one? Only if it has the cold part that was saved last.
  [[nodiscard]] bool is_hot(const Record& record) const;

  /// Replaces the durable record by one that knows more beside what binds the node, in a moment
  /// when nobody waits: so that the save that somebody waits for is hot. `saves` must be that of
  /// the last save, one of this object, and so must all that binds: no message may rest on this.
  ///
  /// Errors: as save().
  [[nodiscard]] std::expected<void, StoreError> refresh(const Record& record);

  /// Starts over: moves the record aside, damaged or not, to record.reset-1, -2 and so on. The next
  /// load() finds none. Returns the path of what was kept; none if there was no record.
  ///
  /// Errors: as save(); the directory then holds the old record or none, as a reset before or after
  /// would have it.
  [[nodiscard]] std::expected<std::optional<std::string>, StoreError> reset();

  /// Absolute.
  [[nodiscard]] const std::string& path() const { return path_; }

  static constexpr int resets_max = 100;  ///< So many records are kept aside.

 private:
  Directory(Files& files, std::string path, OpenFile directory, OpenFile lock);

  /// The file that this process has made the record, open.
  struct Written {
    OpenFile file;
    std::string cold;  ///< What is behind its hot part.
    Record record;     ///< As it was read again with this cold part.
  };

  [[nodiscard]] Expected<void> put(const Record& record);
  [[nodiscard]] bool can_be_read(std::string_view text, const Record& record) const;
  [[nodiscard]] Expected<void> write_over_or_replace(std::string_view text, const Record& record);
  [[nodiscard]] Expected<bool> rewrite(std::string_view hot);
  [[nodiscard]] Expected<bool> is_in_place() const;
  [[nodiscard]] Expected<void> replace(std::string_view text, const Record& record);
  [[nodiscard]] Expected<void> mark();
  [[nodiscard]] Expected<OpenFile> write(const char* name, std::string_view text);
  [[nodiscard]] Expected<void> sync_names(std::string_view what);
  [[nodiscard]] Expected<std::optional<std::string>> move_aside();
  [[nodiscard]] Expected<std::string> free_name();
  [[nodiscard]] std::string path_of(std::string_view name) const;
  [[nodiscard]] StoreError must_stop() const;

  Files* files_;
  std::string path_;
  OpenFile directory_;
  OpenFile lock_;
  std::optional<Written> written_;      ///< None before the first save.
  std::optional<std::uint64_t> saves_;  ///< Of the record there; none before load() has answered.
  bool marked_ = false;                 ///< `record.held` is durable.
  std::optional<StoreError> failed_;    ///< The first failure of a save or reset.
};

/// The text of the record in `path`, checked; none if there is no record. Takes no lock and changes
/// nothing, so it may be called while a node runs there: a hot part that is being written over just
/// then is read again before it is called damaged.
/// Errors: `damaged`, `unknown_format`, `vanished`, `disk`.
[[nodiscard]] std::expected<std::optional<std::string>, StoreError> print_record(
    Files& files, const std::string& path);

}  // namespace duckduckgoose::store

#include "store/reading.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "store/directory.hpp"
#include "store/format.hpp"
#include "store/layout.hpp"
#include "store/opening.hpp"

namespace duckduckgoose::store {
namespace {

std::string over_again(const std::string& path) {
  return "`duckduckgoose reset --data " + path +
         "` keeps it aside and lets this node come back as a new one";
}

/// A node that went on with a doubtful record might vote twice.
StoreError unreadable(const Unreadable& why, const std::string& path) {
  const std::string file = path + "/" + record_name;
  switch (why.why) {
    case Unreadable::Why::damaged:
      return {.kind = StoreErrorKind::damaged,
              .sentence = "the record " + file + " is damaged: " + why.detail +
                          "; the node does not guess what it said: check the disk, then " +
                          over_again(path) + " (an older copy of the record would be refused)"};
    case Unreadable::Why::unknown_format:
      return {.kind = StoreErrorKind::unknown_format,
              .sentence = "the record " + file + " cannot be read: " + why.detail +
                          ", and this is " DDG_VERSION ", which reads formats 1 to " +
                          std::to_string(record_format) + "; start that version, or " +
                          over_again(path)};
  }
  std::unreachable();
}

/// A node that writes over the hot part while it is read takes microseconds for it, and seldom
/// does.
constexpr int looks_more = 5;
constexpr std::chrono::milliseconds look_again_after{10};

bool is_damaged(const Expected<Loaded>& loaded) {
  return !loaded && loaded.error().kind == StoreErrorKind::damaged;
}

}  // namespace

Expected<bool> exists(Files& files, Handle directory, const std::string& path,
                      const std::string& name) {
  const auto opened = files.open(directory, name, Mode::read);
  if (opened) {
    (void)files.close(*opened);
    return true;
  }
  if (is_missing(opened.error())) return false;
  return std::unexpected(call_failed(to_load, path + "/" + name, "open", opened.error()));
}

Expected<Loaded> load_from(Files& files, Handle directory, const std::string& path) {
  const std::string file_path = path + "/" + record_name;
  const auto marked = exists(files, directory, path, held_name);
  if (!marked) return std::unexpected(marked.error());
  const auto opened = files.open(directory, record_name, Mode::read);
  if (!opened && is_missing(opened.error())) {
    if (!*marked) return Loaded{};
    return std::unexpected(StoreError{
        .kind = StoreErrorKind::vanished,
        .sentence = "the record " + file_path + " is gone, and there was one (" + held_name +
                    " says so): the node does not start as if it had never voted; put exactly "
                    "that file back if it was moved, or " +
                    over_again(path)});
  }
  if (!opened) return std::unexpected(call_failed(to_load, file_path, "open", opened.error()));
  const OpenFile file(files, *opened);
  auto text = read_all(files, file.handle(), record_bytes_max);
  if (!text) return std::unexpected(call_failed(to_load, file_path, "read", text.error()));
  auto record = from_text(*text);
  if (!record) return std::unexpected(unreadable(record.error(), path));
  return Loaded{.record = std::move(*record), .text = std::move(*text), .marked = *marked};
}

Expected<std::optional<std::string>> print_record(Files& files, const std::string& path) {
  const std::string whole = absolute(path);
  const auto opened = files.open_directory(whole);
  if (!opened) {
    if (is_missing(opened.error())) return std::nullopt;
    return std::unexpected(call_failed(to_load, whole, "open", opened.error()));
  }
  const OpenFile directory(files, *opened);
  auto loaded = load_from(files, directory.handle(), whole);
  for (int again = 0; again < looks_more && is_damaged(loaded); ++again) {
    std::this_thread::sleep_for(look_again_after);
    loaded = load_from(files, directory.handle(), whole);
  }
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (!loaded->record) return std::nullopt;
  return std::move(loaded->text);
}

}  // namespace duckduckgoose::store

#pragma once

#include <optional>
#include <string>

#include "raft/record.hpp"
#include "store/error.hpp"
#include "store/files.hpp"

namespace duckduckgoose::store {

/// What lies in a directory: the record, if there is one, and its text.
struct Loaded {
  std::optional<Record> record;
  std::string text;
  bool marked = false;  ///< `record.held` is there: a save has returned.
};

/// The record in an open directory, judged as Directory::load() promises it. `path` is for
/// sentences.
[[nodiscard]] Expected<Loaded> load_from(Files& files, Handle directory, const std::string& path);

/// Is there a file of that name?
[[nodiscard]] Expected<bool> exists(Files& files, Handle directory, const std::string& path,
                                    const std::string& name);

}  // namespace duckduckgoose::store

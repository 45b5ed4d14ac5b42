#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <system_error>

namespace duckduckgoose::store {

/// What kind of answer to give the caller of the process; the sentence says the rest.
enum class StoreErrorKind {
  in_use,          ///< Another process has the data directory (exit code 73).
  disk,            ///< A system call failed (74).
  damaged,         ///< The record is not what was written (74).
  unknown_format,  ///< Another version wrote the record (78).
  vanished,        ///< There was a record, and it is gone (74).
  must_stop,       ///< An earlier save failed in this process: it must not go on (74).
};

/// Why there is no answer. `sentence` names the path, the call and its error, and says what to do.
struct StoreError {
  StoreErrorKind kind = StoreErrorKind::disk;
  std::string sentence;
  bool operator==(const StoreError&) const = default;
};

template <class T>
using Expected = std::expected<T, StoreError>;

/// A system call that failed: "cannot WHAT: CALL of PATH failed: ERROR; ADVICE".
[[nodiscard]] StoreError call_failed(std::string_view what, const std::string& path,
                                     std::string_view call, std::error_code error);

}  // namespace duckduckgoose::store

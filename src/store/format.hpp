#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "raft/record.hpp"

namespace duckduckgoose::store {

/// The format that this version reads and writes. Raised when an older version must not read what a
/// newer one writes; a new field that may be ignored does not raise it.
inline constexpr int record_format = 1;

/// A longer file is refused, and never written. A record of five voters has about 1 kB.
inline constexpr std::size_t record_bytes_max = std::size_t{256} * 1024;

/// Why a text is no record that this version can read: the end of a sentence that begins with its
/// path.
struct Unreadable {
  enum class Why { damaged, unknown_format };
  Why why = Why::damaged;
  std::string detail;
  bool operator==(const Unreadable&) const = default;
};

/// The bytes of a record, readable by people; docs/record.md specifies them. `version` is that of
/// the program.
[[nodiscard]] std::string to_text(const Record& record, std::string_view version);

/// `body` with the line after it that ends every record, of whatever format: number of bytes and
/// CRC.
[[nodiscard]] std::string sealed(std::string_view body);

/// The record in `text`. Total: every text gets an answer. Every flipped bit, every cut and every
/// byte more is noticed (CRC-64, the number of bytes, and a strict grammar).
[[nodiscard]] std::expected<Record, Unreadable> from_text(std::string_view text);

}  // namespace duckduckgoose::store

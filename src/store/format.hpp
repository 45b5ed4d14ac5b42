#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "raft/record.hpp"

namespace duckduckgoose::store {

/// The format that this version writes; it reads format 1 too. Raised when an older version must
/// not read what a newer one writes; a new field that may be ignored does not raise it.
inline constexpr int record_format = 2;

/// The first bytes of a record, its hot part, hold what changes at elections, and can be written
/// over in place: a disk writes a sector of 512 bytes whole or not at all. The rest, the cold part,
/// never changes in a file.
/// Source: PostgreSQL rests on the same for pg_control (PG_CONTROL_MAX_SAFE_SIZE).
inline constexpr std::size_t hot_bytes = 512;

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

/// The lines of `head`, filled up to a hot part with the lines that end one in every format, and
/// `cold`: the hot part names the number of bytes and the CRC of both. No record can be read in it
/// if `head` is too long.
[[nodiscard]] std::string sealed(std::string_view head, std::string_view cold);

/// The record in `text`. Total: every text gets an answer. Every flipped bit, every cut, every byte
/// more and every hot part of another cold one is noticed (CRC-64, the number of bytes, and a
/// strict grammar).
[[nodiscard]] std::expected<Record, Unreadable> from_text(std::string_view text);

/// The same in half the time, of a text of the present format whose cold part was read before, byte
/// for byte the same, as that of `cold`.
[[nodiscard]] std::expected<Record, Unreadable> from_hot_part(std::string_view text, Record cold);

}  // namespace duckduckgoose::store

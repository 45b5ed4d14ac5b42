#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/frame.hpp"

/// What the node of a coming release does that the ordinary one does not; next_release.py weaves it
/// in. The environment says which release it is:
///
///   NEXT_PROTOCOL=1-2   the protocol versions that it speaks (1-2)
///   NEXT_GOSSIP=all     sends frames of version 2 also to those who do not speak it
///   NEXT_FORMAT=3       the format in which it writes its record (2)
///
/// What it tells the test about gossip stands in its log.
namespace duckduckgoose::next {

inline constexpr std::string_view version = "next";

/// The frame with fields that nobody has heard of in each of its objects.
[[nodiscard]] std::string with_news(const std::string& frame);

/// A frame of a new type for the other side of a link, after some that came from there.
[[nodiscard]] std::optional<std::string> gossip_after(const wire::Hello& theirs,
                                                      const wire::Frame& frame);
/// The frame is such a one, and has been dealt with.
[[nodiscard]] bool is_gossip(const wire::Hello& theirs, const wire::Frame& frame);

/// Lines of the record that older releases do not know.
inline constexpr std::string_view fields_of_record =
    "next.field 7 \"words\"\nnext.list id=1 address=\"localhost:1\"\n";
[[nodiscard]] int record_format();

}  // namespace duckduckgoose::next

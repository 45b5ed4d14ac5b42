#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <string_view>

#include "wire/error.hpp"

/// The small JSON layer of wire/: strict text to a tree, and a tree to structs by Describe's member
/// lists.
namespace duckduckgoose::wire::json {

/// Reads one JSON text (RFC 8259), stricter than the RFC: at most `bytes_max` bytes, at most
/// `depth_max` deep, no key twice in an object. A number with a fraction or an exponent is kept as
/// a double: no field takes one.
[[nodiscard]] std::expected<boost::json::value, WireError> parse(std::string_view text,
                                                                 std::size_t bytes_max);

}  // namespace duckduckgoose::wire::json

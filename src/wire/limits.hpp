#pragma once

#include <cstddef>
#include <cstdint>

/// Every bound of what comes in from outside. docs/protocol.md lists them for other languages.
namespace duckduckgoose::wire {

/// Integers stay below 2^53, so that a language whose only number is a double reads them exactly
/// (RFC 8259, 6).
inline constexpr std::uint64_t integer_max = (std::uint64_t{1} << 53U) - 1;

inline constexpr std::size_t depth_max = 32;  ///< Objects and arrays inside each other.
inline constexpr std::size_t frame_bytes_max = std::size_t{256} * 1024;
inline constexpr std::size_t body_bytes_max =
    std::size_t{96} * 1024;  ///< Of a Call and of a Reply.

/// Of an HTTP answer that a client reads: /status and pages of /members.
inline constexpr std::size_t answer_bytes_max = std::size_t{4} * 1024 * 1024;

inline constexpr std::size_t type_bytes_max = 64;
inline constexpr std::size_t cluster_name_bytes_max = 64;
inline constexpr std::size_t version_bytes_max = 64;
inline constexpr std::size_t feature_bytes_max = 64;
inline constexpr std::size_t features_max = 32;
inline constexpr std::size_t host_bytes_max = 253;  ///< RFC 1035, 2.3.4, as text.
inline constexpr std::size_t address_bytes_max = host_bytes_max + sizeof("[]:65535") - 1;
inline constexpr std::size_t addresses_max = 64;  ///< In a list such as that of DUCK_JOIN.
/// Of a Call. What HTTP takes in is shorter, even if every byte of it had to be mended to U+FFFD.
inline constexpr std::size_t target_bytes_max = std::size_t{8} * 1024;

static_assert(2 * body_bytes_max + 6 * target_bytes_max + 1024 <= frame_bytes_max,
              "JSON text inside a string grows to double its size at most, any text to six times");

}  // namespace duckduckgoose::wire

#pragma once

#include <string_view>

/// The files in a data directory (docs/record.md), and what a sentence says was wanted of them.
namespace duckduckgoose::store {

inline constexpr const char* record_name = "record";
inline constexpr const char* new_name =
    "record.new";  ///< A save under way, or one that was cut off.
inline constexpr const char* held_name = "record.held";  ///< There once a save has returned.
inline constexpr const char* reset_prefix = "record.reset-";
inline constexpr const char* lock_name = "lock";

inline constexpr std::string_view to_open = "open the data directory";
inline constexpr std::string_view to_load = "load the record";
inline constexpr std::string_view to_save = "save the record, so the node must stop";
inline constexpr std::string_view to_reset = "reset the data directory";

}  // namespace duckduckgoose::store

#pragma once

#include <span>
#include <string_view>

namespace duckduckgoose::os {

/// From now on ps(1) and top(1) show this process under another name, with the arguments that it
/// has: its command line begins with `name`, and so does its short name (the first 15 bytes).
///
/// `words`: as main() got them. Nothing beyond them is written to, so where `name` is longer than
/// the first of them the end of the last ones is lost. Source: proc(5), cmdline; prctl(2).
void show_as(std::string_view name, std::span<char* const> words);

}  // namespace duckduckgoose::os

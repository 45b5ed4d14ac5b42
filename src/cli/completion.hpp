#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace duckduckgoose::cli {

/// The script that teaches a shell ("bash", "zsh" or "fish") the commands and options of this
/// program, made from the table of commands. None: another shell.
[[nodiscard]] std::optional<std::string> completion_script(std::string_view shell);

}  // namespace duckduckgoose::cli

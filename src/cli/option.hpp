#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace duckduckgoose::cli {

/// Everything that can be said with a dash before it.
enum class Opt : std::uint8_t {
  port,
  listen,
  join,
  expect,
  cluster,
  advertise,
  data,
  promise,
  witness,
  allowed_hosts,
  log_level,
  log_format,
  leave_on_stop,
  confirm,
  no_keeper,
  insecure,
  on_goose,
  on_duck,
  health,
  grace,
  stop_timeout,
  contain,
  on_exit,
  once,
  exit_code,
  node,
  timeout,
  json,
  quiet,
  goose,
  any,
  to,
  nodes,
  show_once,
  help,
};

/// One option, as the command line, the environment, the help and the completions know it.
struct OptionSpec {
  Opt opt{};
  std::string_view flag{};          ///< "--port"
  std::string_view short_flag{};    ///< "-h"; empty: none.
  std::string_view variable{};      ///< "DUCK_PORT"; empty: not from the environment.
  std::string_view value{};         ///< "PORT"; empty: a flag without a value.
  std::string_view summary{};       ///< One line.
  std::string_view default_text{};  ///< For the help; empty: none.
  std::string_view words{};  ///< The words to choose from, with blanks between; empty: any text.

  [[nodiscard]] bool has_value() const { return !value.empty(); }
};

[[nodiscard]] std::span<const OptionSpec> all_options();
[[nodiscard]] const OptionSpec& spec_of(Opt opt);

/// The options that be-a-node takes; all of them may come from the environment.
[[nodiscard]] std::span<const Opt> node_options();

/// Besides, what it runs while it is goose; and how `run` treats its command.
[[nodiscard]] std::span<const Opt> work_options();
[[nodiscard]] std::span<const Opt> run_options();

}  // namespace duckduckgoose::cli

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option.hpp"
#include "cli/refusal.hpp"
#include "cli/values.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::cli {

struct Command;

/// One command line, understood: which command, with which values, and where its words go.
struct Call {
  const Command& command;
  Values values;
  std::vector<std::string> arguments;   ///< As many as the command takes.
  std::vector<std::string> program;     ///< What stands after `--`, untouched.
  std::span<char* const> main_words{};  ///< As main() got them: os::show_as() writes there.
};

/// What to type, and what that does.
struct Example {
  std::string_view line{};
  std::string_view effect{};
};

/// One word that a command takes without a flag.
struct Argument {
  std::string_view name{};   ///< "NODE"
  std::string_view words{};  ///< To choose from, with blanks between; empty: any.
};

/// One command. Help, completions and dispatch are made from this alone.
struct Command {
  std::string_view name{};            ///< "status"; empty: be a node.
  std::vector<Argument> arguments{};  ///< All of them are needed.
  bool takes_program = false;         ///< What stands after `--` is to be run.
  std::string_view summary{};         ///< One line, for the list of commands.
  std::string_view details{};         ///< What one has to know more; lines as they are to stand.
  std::vector<Opt> options{};         ///< Besides --help.
  std::vector<Example> examples{};
  Duration timeout{0};  ///< The default of --timeout, where the command has that.
  Expected<Exit> (*run)(const Call& call) = nullptr;
};

/// Every command of the program, be-a-node first.
[[nodiscard]] std::span<const Command> all_commands();

/// None: there is no such command.
[[nodiscard]] const Command* find_command(std::string_view name);

/// Of the words given, the one that was most likely meant; empty: none is close.
[[nodiscard]] std::string_view closest(std::string_view word,
                                       const std::vector<std::string_view>& words);

/// What a user types to run it: "duckduckgoose remove".
[[nodiscard]] std::string words_of(const Command& command);

}  // namespace duckduckgoose::cli

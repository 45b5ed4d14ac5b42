#include "cli/parse.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "wire/error.hpp"

namespace duckduckgoose::cli {
namespace {

std::vector<Opt> options_with_help(const Command& command) {
  std::vector<Opt> options = command.options;
  options.push_back(Opt::help);
  return options;
}

std::string see_help(const Command& command) { return "; see `" + words_of(command) + " --help`"; }

Refusal usage(std::string sentence) {
  return {.exit_code = code(Exit::usage), .sentence = std::move(sentence)};
}

Refusal no_such_command(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Command& command : all_commands()) names.push_back(command.name);
  const std::string_view meant = closest(word, names);
  return usage("there is no command " + wire::quoted(word) +
               (meant.empty() ? "" : "; did you mean " + wire::quoted(meant) + "?") +
               (meant.empty() ? "; see `duckduckgoose --help`" : ""));
}

/// What CLI11 could not place: options that the command does not have, and words too many.
Refusal not_expected(const Command& command, const std::string& word) {
  if (word.starts_with('-') && word != "-") {
    const std::string flag = word.substr(0, word.find('='));
    std::vector<std::string_view> flags;
    for (const Opt opt : options_with_help(command)) flags.push_back(spec_of(opt).flag);
    const std::string_view meant = closest(flag, flags);
    return usage("`" + words_of(command) + "` has no option " + wire::quoted(flag) +
                 (meant.empty() ? "" : "; did you mean " + std::string{meant} + "?") +
                 (meant.empty() ? see_help(command) : ""));
  }
  if (command.name.empty() && find_command(word) != nullptr) {
    return usage("the command comes first: duckduckgoose " + word + " ...");
  }
  return usage("`" + words_of(command) + "` does not take " + wire::quoted(word) +
               see_help(command));
}

Refusal wrong_number(const Command& command, const OptionSpec& spec, std::size_t count) {
  if (count > 1) return usage(std::string{spec.flag} + " is given twice");
  return usage(std::string{spec.flag} + " needs a value: " + std::string{spec.flag} + " " +
               std::string{spec.value} + see_help(command));
}

/// CLI11 with the options of one command. What it reads are words only: what they are worth is said
/// by Values, which can name the source of a bad one.
class Reader {
 public:
  explicit Reader(const Command& command) : command_{command} {
    app_.set_help_flag();
    for (const Opt opt : options_with_help(command)) {
      const OptionSpec& spec = spec_of(opt);
      std::string names{spec.flag};
      if (!spec.short_flag.empty()) names += "," + std::string{spec.short_flag};
      if (spec.has_value()) {
        given_[opt] = app_.add_option(names, texts_[opt])->take_last();
      } else {
        given_[opt] = app_.add_flag(names);
        given_[opt]->disable_flag_override();
      }
    }
    for (const Argument& it : command.arguments) {
      arguments_.push_back(app_.add_option(std::string{it.name}, argument_texts_.emplace_back()));
    }
  }

  Expected<void> read(const std::vector<std::string>& words) {
    try {
      app_.parse(std::vector<std::string>{words.rbegin(), words.rend()});
    } catch (const CLI::ExtrasError&) {
      return std::unexpected(not_expected(command_, app_.remaining().front()));
    } catch (const CLI::ParseError& error) {
      return std::unexpected(refusal_for(error));
    }
    return {};
  }

  [[nodiscard]] Expected<Values::Flags> flags() const {
    Values::Flags flags;
    for (const auto& [opt, option] : given_) {
      if (option->count() == 0) continue;
      if (option->count() > 1) {
        return std::unexpected(wrong_number(command_, spec_of(opt), option->count()));
      }
      const auto text = texts_.find(opt);
      flags[opt] = text == texts_.end() ? "" : text->second;
    }
    return flags;
  }

  /// Those that were given, in order.
  [[nodiscard]] std::vector<std::string> arguments() const {
    const auto given = std::ranges::count_if(
        arguments_, [](const CLI::Option* option) { return option->count() > 0; });
    return {argument_texts_.begin(), argument_texts_.begin() + given};
  }

 private:
  Refusal refusal_for(const CLI::ParseError& error) const {
    const std::string text = error.what();
    for (const auto& [opt, option] : given_) {
      const std::string flag{spec_of(opt).flag};
      const bool names_it = text.starts_with(flag + ":") || text.starts_with(flag + " ") ||
                            text.starts_with(flag.substr(2) + " ");
      if (!names_it) continue;
      if (spec_of(opt).has_value()) return wrong_number(command_, spec_of(opt), 0);
      return usage(flag + " takes no value" + see_help(command_));
    }
    return usage("the command line cannot be understood: " + text + see_help(command_));
  }

  const Command& command_;
  CLI::App app_;
  std::map<Opt, std::string> texts_;
  std::map<Opt, CLI::Option*> given_;
  std::deque<std::string> argument_texts_;  ///< CLI11 keeps references to them.
  std::vector<CLI::Option*> arguments_;
};

}  // namespace

Expected<Call> parse(const std::vector<std::string>& words, const Environment& environment) {
  // CLI11 takes words after `--` apart ("[a,b]", ""), so it must not see them.
  const auto dashes = std::ranges::find(words, "--");
  std::vector<std::string> mine{words.begin(), dashes};

  const Command* command = find_command("");
  if (!mine.empty() && mine.front() == "--version") mine.front() = "version";
  if (!mine.empty() && !mine.front().starts_with('-')) {
    command = find_command(mine.front());
    if (command == nullptr || mine.front().empty()) {
      return std::unexpected(no_such_command(mine.front()));
    }
    mine.erase(mine.begin());
  }
  Reader reader{*command};
  if (auto read = reader.read(mine); !read) return std::unexpected(read.error());
  auto flags = reader.flags();
  if (!flags) return std::unexpected(flags.error());
  Call call{.command = *command,
            .values = Values{*std::move(flags), environment},
            .arguments = {},
            .program = {}};
  if (call.values.has_flag(Opt::help)) return call;
  if (command->takes_program) {
    if (dashes != words.end()) call.program.assign(std::next(dashes), words.end());
    if (call.program.empty()) {
      return std::unexpected(usage("`" + words_of(*command) +
                                   "` needs what it is to run after `--`: " + words_of(*command) +
                                   " -- CMD" + see_help(*command)));
    }
  } else if (dashes != words.end()) {
    return std::unexpected(
        usage("`" + words_of(*command) + "` takes nothing after `--`" + see_help(*command)));
  }
  call.arguments = reader.arguments();
  call.arguments.resize(command->arguments.size());
  const auto missing = std::ranges::find(call.arguments, "");
  if (missing != call.arguments.end()) {
    const auto& which = command->arguments.at(std::size_t(missing - call.arguments.begin()));
    return std::unexpected(usage("`" + words_of(*command) + "` needs a " + std::string{which.name} +
                                 see_help(*command)));
  }
  return call;
}

}  // namespace duckduckgoose::cli

#include "cli/completion.hpp"

#include <vector>

#include "cli/command.hpp"

namespace duckduckgoose::cli {
namespace {

std::vector<Opt> options_of(const Command& command) {
  std::vector<Opt> options = command.options;
  options.push_back(Opt::help);
  return options;
}

std::string names_of_commands() {
  std::string names;
  for (const Command& command : all_commands()) {
    if (!command.name.empty()) names += (names.empty() ? "" : " ") + std::string{command.name};
  }
  return names;
}

std::string flags_of(const Command& command) {
  std::string flags;
  for (const Opt opt : options_of(command)) {
    flags += (flags.empty() ? "" : " ") + std::string{spec_of(opt).flag};
  }
  return flags;
}

/// All of `text` but single quotes, so that it may stand between them.
std::string unquoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\'') out += c;
  }
  return out;
}

std::string bash_script() {
  std::string without_words;
  std::string values;
  for (const OptionSpec& spec : all_options()) {
    if (!spec.has_value()) continue;
    std::string pattern{spec.flag};
    if (!spec.short_flag.empty()) pattern += "|" + std::string{spec.short_flag};
    if (spec.opt == Opt::data) {
      values += "    " + pattern + ") COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n";
    } else if (spec.words.empty()) {
      without_words += (without_words.empty() ? "" : "|") + pattern;
    } else {
      values += "    " + pattern + ") COMPREPLY=($(compgen -W '" + std::string{spec.words} +
                "' -- \"$word\")); return ;;\n";
    }
  }
  values += "    " + without_words + ") return ;;\n";
  std::string commands;
  for (const Command& command : all_commands()) {
    if (command.name.empty()) continue;
    std::string words = flags_of(command);
    for (const Argument& it : command.arguments) {
      if (!it.words.empty()) words += " " + std::string{it.words};
    }
    commands += "    " + std::string{command.name} + ") words='" + words + "' ;;\n";
  }
  const Command& node = *find_command("");
  commands += "    *) words='" + flags_of(node) + "'\n       (( COMP_CWORD == 1 )) && words+=' " +
              names_of_commands() + "' ;;\n";
  return "# bash completion for duckduckgoose\n"
         "_duckduckgoose() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words\n"
         "  COMPREPLY=()\n"
         "  case $before in\n" +
         values +
         "  esac\n"
         "  case ${COMP_WORDS[1]} in\n" +
         commands +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "}\n"
         "complete -F _duckduckgoose duckduckgoose\n";
}

/// One option for _arguments; see zshcompsys(1).
std::string zsh_option(const OptionSpec& spec) {
  std::string summary;
  for (const char c : unquoted(spec.summary)) {
    if (c == '[' || c == ']' || c == ':') summary += '\\';
    summary += c;
  }
  std::string text = "'" + std::string{spec.flag} + "[" + summary + "]";
  if (spec.has_value()) {
    text += ":" + unquoted(spec.flag.substr(2)) + ":";
    if (spec.opt == Opt::data) text += "_files -/";
    if (!spec.words.empty()) text += "(" + std::string{spec.words} + ")";
  }
  return text + "'";
}

std::string zsh_arguments(const Command& command) {
  std::string text = "_arguments";
  for (const Opt opt : options_of(command)) text += " \\\n        " + zsh_option(spec_of(opt));
  for (std::size_t place = 0; place < command.arguments.size(); ++place) {
    const Argument& it = command.arguments[place];
    text += " \\\n        '" + std::to_string(place + 1) + ":" + std::string{it.name} + ":(" +
            std::string{it.words} + ")'";
  }
  return text;
}

std::string zsh_script() {
  std::string described;
  std::string cases;
  for (const Command& command : all_commands()) {
    if (command.name.empty()) continue;
    described += "    '" + std::string{command.name} + ":" + unquoted(command.summary) + "'\n";
    cases += "    " + std::string{command.name} + ")\n      shift words; (( CURRENT-- ))\n      " +
             zsh_arguments(command) + " ;;\n";
  }
  return "#compdef duckduckgoose\n"
         "_duckduckgoose() {\n"
         "  local -a commands=(\n" +
         described +
         "  )\n"
         "  (( CURRENT == 2 )) && _describe command commands\n"
         "  case $words[2] in\n" +
         cases + "    *)\n      " + zsh_arguments(*find_command("")) +
         " ;;\n"
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _duckduckgoose ]]; then _duckduckgoose \"$@\"; "
         "else compdef _duckduckgoose duckduckgoose; fi\n";
}

std::string fish_script() {
  const std::string begin = "complete -c duckduckgoose";
  std::string text = "# fish completion for duckduckgoose\n" + begin + " -f\n";
  for (const Command& command : all_commands()) {
    const std::string name{command.name};
    if (!name.empty()) {
      text.append(begin).append(" -n __fish_use_subcommand -a ").append(name);
      text.append(" -d '").append(unquoted(command.summary)).append("'\n");
    }
    const std::string when = name.empty() ? " -n __fish_use_subcommand"
                                          : " -n '__fish_seen_subcommand_from " + name + "'";
    for (const Opt opt : options_of(command)) {
      const OptionSpec& spec = spec_of(opt);
      text += begin + when + " -l " + std::string{spec.flag.substr(2)};
      if (!spec.short_flag.empty()) text += " -s " + std::string{spec.short_flag.substr(1)};
      if (spec.has_value()) text += " -r";
      if (!spec.words.empty()) text += " -a '" + std::string{spec.words} + "'";
      if (spec.opt == Opt::data) text += " -a '(__fish_complete_directories)'";
      text += " -d '" + unquoted(spec.summary) + "'\n";
    }
    for (const Argument& it : command.arguments) {
      if (!it.words.empty()) text += begin + when + " -a '" + std::string{it.words} + "'\n";
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return std::nullopt;
}

}  // namespace duckduckgoose::cli

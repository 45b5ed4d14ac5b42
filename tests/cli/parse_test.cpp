#include "cli/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/completion.hpp"
#include "cli/help.hpp"

namespace duckduckgoose::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Expected<Call> parsed(const std::vector<std::string>& words) {
  return parse(words, Environment{{}});
}

TEST(Parse, a_bare_call_is_a_node) {
  const auto call = parsed({});
  ASSERT_TRUE(call);
  EXPECT_EQ(call->command.name, "");
}

TEST(Parse, finds_command_options_and_argument) {
  const auto call = parsed({"remove", "--timeout=2s", "9f3c", "--json"});
  ASSERT_TRUE(call);
  EXPECT_EQ(call->command.name, "remove");
  EXPECT_THAT(call->arguments, ElementsAre("9f3c"));
  EXPECT_TRUE(call->values.has_flag(Opt::json));
  EXPECT_FALSE(call->values.has_flag(Opt::quiet));
  EXPECT_EQ(call->values.find(Opt::timeout)->text, "2s");
}

TEST(Parse, takes_the_short_forms) {
  EXPECT_EQ(parsed({"demo", "-n", "5"})->values.find(Opt::nodes)->text, "5");
  EXPECT_EQ(parsed({"demo", "-n5"})->values.find(Opt::nodes)->text, "5");
  EXPECT_TRUE(parsed({"status", "-h"})->values.has_flag(Opt::help));
  EXPECT_EQ(parsed({"--version"})->command.name, "version");
}

// CLI11 would take brackets for a list of values.
TEST(Parse, leaves_values_as_they_are) {
  EXPECT_EQ(parsed({"--listen", "[::1]"})->values.find(Opt::listen)->text, "[::1]");
  EXPECT_EQ(parsed({"--data=[a,b]"})->values.find(Opt::data)->text, "[a,b]");
  EXPECT_EQ(parsed({"--data", "a b"})->values.find(Opt::data)->text, "a b");
}

struct Wrong {
  std::vector<std::string> words;
  const char* said;
};

class WrongUse : public testing::TestWithParam<Wrong> {};

TEST_P(WrongUse, is_refused_with_2_and_what_to_do) {
  const auto call = parsed(GetParam().words);
  ASSERT_FALSE(call);
  EXPECT_EQ(call.error().exit_code, 2);
  EXPECT_THAT(call.error().sentence, HasSubstr(GetParam().said));
  EXPECT_THAT(call.error().sentence, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    Parse, WrongUse,
    testing::Values(Wrong{{"stauts"}, "did you mean \"status\"?"},
                    Wrong{{"frobnicate"}, "see `duckduckgoose --help`"}, Wrong{{""}, "no command"},
                    Wrong{{"--prot", "1"}, "did you mean --port?"},
                    Wrong{{"status", "--port", "1"}, "`duckduckgoose status` has no option"},
                    Wrong{{"--colour", "3"}, "has no option \"--colour\""},
                    Wrong{{"--port"}, "--port needs a value: --port PORT"},
                    Wrong{{"--port="}, "--port needs a value"},
                    Wrong{{"--port", "1", "--port", "2"}, "--port is given twice"},
                    Wrong{{"status", "--json", "--json"}, "--json is given twice"},
                    Wrong{{"status", "--json=yes"}, "--json takes no value"},
                    Wrong{{"status", "x"}, "does not take \"x\""},
                    Wrong{{"--port", "1", "status"}, "the command comes first"},
                    Wrong{{"remove"}, "needs a NODE"}, Wrong{{"remove", ""}, "needs a NODE"},
                    Wrong{{"remove", "a", "b"}, "does not take \"b\""},
                    Wrong{{"status", "--", "x"}, "takes nothing after `--`"},
                    Wrong{{"completion"}, "needs a SHELL"}));

TEST(Commands, have_names_and_options_of_their_own) {
  std::set<std::string_view> names;
  for (const Command& command : all_commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_NE(command.run, nullptr) << command.name;
    const std::set<Opt> options{command.options.begin(), command.options.end()};
    EXPECT_EQ(options.size(), command.options.size()) << command.name;
    EXPECT_EQ(options.contains(Opt::timeout), command.timeout != Duration{0}) << command.name;
  }
}

class EveryCommand : public testing::TestWithParam<const Command*> {};

TEST_P(EveryCommand, has_a_help_with_its_options_and_examples) {
  const Command& command = *GetParam();
  const std::string help = help_text(command);
  EXPECT_THAT(help, HasSubstr("Usage: " + words_of(command)));
  EXPECT_THAT(command.examples, Not(IsEmpty()));
  for (const Example& example : command.examples) {
    EXPECT_THAT(help, HasSubstr(std::string{example.line}));
  }
  for (const Opt opt : command.options) {
    EXPECT_THAT(help, HasSubstr(std::string{spec_of(opt).flag}));
  }
}

// What the help tells people to type is understood.
TEST_P(EveryCommand, has_examples_that_can_be_typed) {
  for (const Example& example : GetParam()->examples) {
    const std::string_view begin = "duckduckgoose ";
    if (!example.line.starts_with(begin)) continue;
    std::vector<std::string> words;
    std::string word;
    for (const char c : std::string{example.line.substr(begin.size())} + " ") {
      if (c != ' ') {
        word += c;
        continue;
      }
      words.push_back(std::exchange(word, {}));
    }
    const auto stop = std::find_if(words.begin(), words.end(), [](const std::string& one) {
      return one == "&&" || one == "|";
    });
    words.erase(stop, words.end());
    const auto call = parsed(words);
    EXPECT_TRUE(call) << example.line << ": " << call.error().sentence;
  }
}

TEST_P(EveryCommand, is_completed_in_every_shell) {
  const Command& command = *GetParam();
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script(shell);
    ASSERT_TRUE(script);
    EXPECT_THAT(*script, HasSubstr(std::string{command.name}));
    for (const Opt opt : command.options) {
      EXPECT_THAT(*script, HasSubstr(std::string{spec_of(opt).flag.substr(2)})) << shell;
    }
  }
}

std::vector<const Command*> pointers() {
  std::vector<const Command*> commands;
  for (const Command& command : all_commands()) commands.push_back(&command);
  return commands;
}

INSTANTIATE_TEST_SUITE_P(Commands, EveryCommand, testing::ValuesIn(pointers()),
                         [](const auto& one) {
                           return one.param->name.empty() ? std::string{"node"}
                                                          : std::string{one.param->name};
                         });

TEST(Completion, is_not_known_for_another_shell) { EXPECT_FALSE(completion_script("csh")); }

TEST(Closest, says_nothing_where_nothing_is_close) {
  EXPECT_EQ(closest("handovre", {"handover", "help"}), "handover");
  EXPECT_EQ(closest("watch", {"wait", "version"}), "");
  EXPECT_EQ(closest("", {"", "demo"}), "");
  EXPECT_EQ(closest(std::string(100000, 'a'), {"wait"}), "");
}

}  // namespace
}  // namespace duckduckgoose::cli

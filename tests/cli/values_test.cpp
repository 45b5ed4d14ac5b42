#include "cli/values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/environment.hpp"
#include "cli/node_settings.hpp"

namespace duckduckgoose::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Values values(Values::Flags flags, Environment::Variables variables = {}) {
  return Values{std::move(flags), Environment{std::move(variables)}};
}

// SURFACE section 4: flag over environment over default.
TEST(Values, take_the_flag_before_the_variable_before_the_default) {
  EXPECT_EQ(values({{Opt::port, "1"}}, {{"DUCK_PORT", "2"}}).find(Opt::port),
            (Sourced{.text = "1", .source = "--port"}));
  EXPECT_EQ(values({}, {{"DUCK_PORT", "2"}}).find(Opt::port),
            (Sourced{.text = "2", .source = "DUCK_PORT"}));
  EXPECT_EQ(values({}).find(Opt::port), std::nullopt);
  EXPECT_EQ(values({}).port(), 4001);
}

TEST(Values, take_an_empty_variable_as_unset) {
  EXPECT_EQ(values({}, {{"DUCK_PORT", ""}}).port(), 4001);
  EXPECT_EQ(values({}, {{"DUCK_WITNESS", ""}}).is_on(Opt::witness), false);
}

TEST(Values, ignore_a_port_that_kubernetes_made_and_say_so) {
  const Environment environment{{{"DUCK_PORT", "tcp://10.0.0.1:80"}}};
  EXPECT_EQ(Values({}, environment).port(), 4001);
  ASSERT_EQ(environment.warnings().size(), 1U);
  EXPECT_THAT(environment.warnings().front(), HasSubstr("tcp://10.0.0.1:80"));
  EXPECT_THAT(environment.warnings().front(), HasSubstr("--port"));
}

struct Bad {
  Opt opt;
  const char* text;
  const char* said;
};

class BadValue : public testing::TestWithParam<Bad> {};

TEST_P(BadValue, is_refused_with_its_source_and_the_rule) {
  const auto& [opt, text, said] = GetParam();
  const auto from_flag = node_settings(values({{Opt::data, "d"}, {opt, text}}));
  ASSERT_FALSE(from_flag);
  EXPECT_EQ(from_flag.error().exit_code, 2);
  EXPECT_THAT(from_flag.error().sentence, HasSubstr(std::string{spec_of(opt).flag} + ": "));
  EXPECT_THAT(from_flag.error().sentence, HasSubstr(said));
  const auto from_variable =
      node_settings(values({{Opt::data, "d"}}, {{std::string{spec_of(opt).variable}, text}}));
  ASSERT_FALSE(from_variable);
  EXPECT_THAT(from_variable.error().sentence, HasSubstr(std::string{spec_of(opt).variable} + ": "));
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadValue,
    testing::Values(
        Bad{Opt::port, "x", "1 to 65535"}, Bad{Opt::port, "65536", "1 to 65535"},
        Bad{Opt::port, "-1", "1 to 65535"}, Bad{Opt::port, "04001", "1 to 65535"},
        Bad{Opt::listen, "localhost:4001", "--port"}, Bad{Opt::listen, "a b", "is no host"},
        Bad{Opt::listen, "[::g]", "--port"}, Bad{Opt::join, "localhost", "has no port"},
        Bad{Opt::join, "a:1,a:1", "stands twice"}, Bad{Opt::join, "a:1,", "no port"},
        Bad{Opt::cluster, "a b", "is no cluster name"}, Bad{Opt::advertise, "a", "has no port"},
        Bad{Opt::promise, "1000", "bare number"}, Bad{Opt::promise, "49ms", "is 50ms to 60s"},
        Bad{Opt::promise, "61s", "is 50ms to 60s"}, Bad{Opt::allowed_hosts, "a,,b", "is no list"},
        Bad{Opt::allowed_hosts, "a, b", "is no list"}, Bad{Opt::log_level, "loud", "debug, info"},
        Bad{Opt::log_level, "debug info", "debug, info"}, Bad{Opt::log_format, "xml", "logfmt"}));

TEST(Values, know_the_words_of_a_switch_in_the_environment) {
  for (const char* word : {"1", "true", "yes", "on"}) {
    EXPECT_EQ(values({}, {{"DUCK_WITNESS", word}}).is_on(Opt::witness), true) << word;
  }
  for (const char* word : {"0", "false", "no", "off"}) {
    EXPECT_EQ(values({}, {{"DUCK_WITNESS", word}}).is_on(Opt::witness), false) << word;
  }
  const auto refused = values({}, {{"DUCK_WITNESS", "maybe"}}).is_on(Opt::witness);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().sentence, HasSubstr("DUCK_WITNESS: \"maybe\""));
}

// SURFACE section 4: $STATE_DIRECTORY, else $XDG_STATE_HOME/duckduckgoose/PORT, else
// ~/.local/state/...
TEST(DataDirectory, is_found_by_the_rules_of_the_base_directories) {
  const Environment::Variables all{{"STATE_DIRECTORY", "/var/lib/duckduckgoose:/var/lib/other"},
                                   {"XDG_STATE_HOME", "/state"},
                                   {"HOME", "/me"}};
  EXPECT_EQ(values({}, all).data_directory()->text, "/var/lib/duckduckgoose");
  EXPECT_EQ(values({}, {{"XDG_STATE_HOME", "/state"}, {"HOME", "/me"}}).data_directory()->text,
            "/state/duckduckgoose/4001");
  EXPECT_EQ(values({}, {{"XDG_STATE_HOME", "relative"}, {"HOME", "/me"}}).data_directory()->text,
            "/me/.local/state/duckduckgoose/4001");
  EXPECT_EQ(values({{Opt::port, "4007"}}, {{"HOME", "/me"}}).data_directory()->text,
            "/me/.local/state/duckduckgoose/4007");
  EXPECT_EQ(values({{Opt::data, "here"}}, all).data_directory(),
            (Sourced{.text = "here", .source = "--data"}));
}

TEST(DataDirectory, is_asked_for_where_no_rule_finds_one) {
  const auto homeless = values({}).data_directory();
  ASSERT_FALSE(homeless);
  EXPECT_EQ(homeless.error().exit_code, 78);
  EXPECT_THAT(homeless.error().sentence, HasSubstr("--data"));
  const auto any_port = values({{Opt::port, "0"}}, {{"HOME", "/me"}}).data_directory();
  ASSERT_FALSE(any_port);
  EXPECT_EQ(any_port.error().exit_code, 2);
  EXPECT_THAT(any_port.error().sentence, HasSubstr("--port 0 takes another port at each start"));
  EXPECT_EQ(values({{Opt::port, "0"}, {Opt::data, "d"}}).port(), 0);
}

TEST(NodeToAsk, is_the_one_given_or_the_one_on_this_port) {
  EXPECT_EQ(values({}).node_to_ask(), "localhost:4001");
  EXPECT_EQ(values({}, {{"DUCK_PORT", "4002"}}).node_to_ask(), "localhost:4002");
  EXPECT_EQ(values({}, {{"DUCK_NODE", "a:1"}, {"DUCK_PORT", "4002"}}).node_to_ask(), "a:1");
  EXPECT_EQ(values({{Opt::node, "[::1]:2"}}, {{"DUCK_NODE", "a:1"}}).node_to_ask(), "[::1]:2");
  EXPECT_EQ(values({{Opt::node, "a"}}).node_to_ask().error().exit_code, 2);
}

TEST(NodeSettings, are_read_with_the_source_of_each) {
  const auto settings = node_settings(
      values({{Opt::port, "4002"}, {Opt::witness, ""}}, {{"DUCK_JOIN", "localhost:4001,[::1]:4003"},
                                                         {"DUCK_DATA", "/data"},
                                                         {"DUCK_PROMISE", "250ms"},
                                                         {"DUCK_LISTEN", "[::1]"},
                                                         {"DUCK_ALLOWED_HOSTS", "a,b"}}));
  ASSERT_TRUE(settings) << settings.error().sentence;
  EXPECT_EQ(settings->port, 4002);
  EXPECT_EQ(settings->listen, "::1");
  EXPECT_THAT(settings->join, ElementsAre("localhost:4001", "[::1]:4003"));
  EXPECT_EQ(settings->promise, Duration{250ms});
  EXPECT_TRUE(settings->witness);
  EXPECT_FALSE(settings->insecure);
  EXPECT_THAT(settings->allowed_hosts, ElementsAre("a", "b"));
  EXPECT_EQ(settings->cluster, std::nullopt);

  std::vector<std::string> sources;
  for (const auto& [name, value, source] : settings->sources) {
    sources.push_back(name + "=" + value + " " + source);
  }
  EXPECT_THAT(
      sources,
      ElementsAre("port=4002 --port", "listen=[::1] DUCK_LISTEN",
                  "join=localhost:4001,[::1]:4003 DUCK_JOIN", "cluster=default default",
                  "data=/data DUCK_DATA", "promise=250ms DUCK_PROMISE", "witness=yes --witness",
                  "allowed-hosts=a,b DUCK_ALLOWED_HOSTS", "leave-on-stop=no default",
                  "log-level=info default", "log-format=auto default", "no-keeper=no default",
                  "insecure=no default"));
}

TEST(Environment, names_settings_that_mean_nothing_and_what_may_be_meant) {
  const Environment environment{{{"DUCK_JION", "a:1"},
                                 {"DUCK_COLOUR", "red"},
                                 {"DUCK_EMPTY", ""},
                                 {"DUCK_PORT", "4001"},
                                 {"DUCK_NODE", "a:1"},
                                 {"OTHER", "x"}}};
  EXPECT_THAT(environment.unknown(),
              ElementsAre(HasSubstr("DUCK_COLOUR is no setting"),
                          "DUCK_JION is no setting of this version: ignored; did you mean "
                          "DUCK_JOIN?"));
}

// Kubernetes makes the first two kinds for a Service named duck; a command that the goose runs gets
// the others.
TEST(Environment, does_not_warn_of_what_others_set) {
  const Environment environment{{{"DUCK_SERVICE_HOST", "10.0.0.1"},
                                 {"DUCK_PORT_80_TCP", "tcp://10.0.0.1:80"},
                                 {"DUCK_TOKEN", "1"},
                                 {"DUCK_TERM", "1"},
                                 {"DUCK_ID", "1"},
                                 {"DUCK_CLUSTER", "default"},
                                 {"DUCK_RUN_ID", "1"}}};
  EXPECT_THAT(environment.unknown(), IsEmpty());
}

}  // namespace
}  // namespace duckduckgoose::cli

#include <cstdio>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "cli/terminal.hpp"

int main(int argc, char** argv) {
  namespace cli = duckduckgoose::cli;
  const std::vector<std::string> words{argv + (argc > 0 ? 1 : 0), argv + argc};
  const cli::Environment environment = cli::Environment::of_process();
  auto call = cli::parse(words, environment);
  if (!call) {
    cli::print_error(call.error().sentence);
    return call.error().exit_code;
  }
  call->main_words = {argv, argv + argc};
  if (call->values.has_flag(cli::Opt::help)) {
    std::fputs(cli::help_text(call->command).c_str(), stdout);
    return cli::code(cli::Exit::yes);
  }
  for (const std::string& sentence : environment.warnings()) cli::print_error(sentence);
  const auto done = call->command.run(*call);
  if (done) return cli::code(*done);
  if (done.error().sentence.empty()) return done.error().exit_code;
  const bool is_misused = done.error().exit_code == cli::code(cli::Exit::usage);
  if (is_misused || !call->values.has_flag(cli::Opt::quiet)) {
    cli::print_error(done.error().sentence);
  }
  return done.error().exit_code;
}

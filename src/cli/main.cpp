#include <cstdio>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "cli/terminal.hpp"

int main(int argc, char** argv) {
  using namespace duckduckgoose::cli;
  const std::vector<std::string> words{argv + (argc > 0 ? 1 : 0), argv + argc};
  const Environment environment = Environment::of_process();
  const auto call = parse(words, environment);
  if (!call) {
    print_error(call.error().sentence);
    return call.error().exit_code;
  }
  if (call->values.has_flag(Opt::help)) {
    std::fputs(help_text(call->command).c_str(), stdout);
    return code(Exit::yes);
  }
  for (const std::string& sentence : environment.warnings()) print_error(sentence);
  const auto done = call->command.run(*call);
  if (done) return code(*done);
  if (!call->values.has_flag(Opt::quiet)) print_error(done.error().sentence);
  return done.error().exit_code;
}

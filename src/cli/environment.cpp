#include "cli/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/command.hpp"
#include "cli/option.hpp"
#include "wire/error.hpp"

namespace duckduckgoose::cli {
namespace {

constexpr std::string_view prefix = "DUCK_";

/// Given to commands that the goose runs: a node that such a command starts inherits them.
constexpr std::array<std::string_view, 6> from_ourselves{
    "DUCK_TOKEN", "DUCK_TERM", "DUCK_ID", "DUCK_CLUSTER", "DUCK_CAUSE", "DUCK_RUN_ID"};

bool is_known(std::string_view name) {
  return std::ranges::find(all_options(), name, &OptionSpec::variable) != all_options().end() ||
         std::ranges::find(from_ourselves, name) != from_ourselves.end() ||
         name.starts_with("DUCK_SERVICE_") || name.starts_with("DUCK_PORT_");
}

}  // namespace

Environment::Environment(Variables variables) : variables_{std::move(variables)} {
  const auto port = variables_.find("DUCK_PORT");
  if (port != variables_.end() && port->second.starts_with("tcp://")) {
    warnings_.push_back("DUCK_PORT is " + wire::quoted(port->second) +
                        ", which Kubernetes sets for a Service named duck: ignored; to choose the "
                        "port, use --port or give the Service another name");
    variables_.erase(port);
  }
}

Environment Environment::of_process() {
  Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto mark = text.find('=');
    if (mark == std::string_view::npos) continue;
    variables.emplace(text.substr(0, mark), text.substr(mark + 1));
  }
  return Environment{std::move(variables)};
}

std::optional<std::string> Environment::find(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Environment::unknown() const {
  std::vector<std::string_view> known;
  for (const OptionSpec& option : all_options()) {
    if (!option.variable.empty()) known.push_back(option.variable);
  }
  std::vector<std::string> sentences;
  for (const auto& [name, value] : variables_) {
    if (!name.starts_with(prefix) || value.empty() || is_known(name)) continue;
    const std::string_view meant = closest(name, known);
    sentences.push_back(name + " is no setting of this version: ignored" +
                        (meant.empty() ? "" : "; did you mean " + std::string{meant} + "?"));
  }
  return sentences;
}

}  // namespace duckduckgoose::cli

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duckduckgoose::cli {

/// The environment of the process, as far as it means something to us.
class Environment {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  explicit Environment(Variables variables);

  /// That of this process.
  [[nodiscard]] static Environment of_process();

  /// An empty variable counts as unset, and so does a DUCK_PORT that Kubernetes made.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

  /// One sentence each: a DUCK_PORT that was ignored.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  /// One sentence for each DUCK_* variable that means nothing to this version: a misspelt setting
  /// would otherwise be ignored in silence. Those that Kubernetes makes for a Service named duck
  /// (DUCK_SERVICE_*, DUCK_PORT_*) and those that a command run by the goose gets from us mean no
  /// harm.
  [[nodiscard]] std::vector<std::string> unknown() const;

 private:
  Variables variables_;
  std::vector<std::string> warnings_;
};

}  // namespace duckduckgoose::cli

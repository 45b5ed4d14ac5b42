#pragma once

#include <string>
#include <vector>

#include "os/containment.hpp"

namespace duckduckgoose::os {

/// What a goose runs: a command without a shell, and hooks, which are shell commands.
struct Job {
  std::vector<std::string> command;  ///< Empty: none.
  std::string on_goose;              ///< Empty: none; so the others.
  std::string on_duck;
  std::string health;
  Containment containment;
};

}  // namespace duckduckgoose::os

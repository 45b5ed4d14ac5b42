#include "keeper/work.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include "os/program.hpp"

namespace duckduckgoose::keeper {

std::vector<std::string> Work::words_of(guard::Part part) const {
  const auto by_shell = [](const std::string& text) {
    return std::vector<std::string>{"/bin/sh", "-c", text};
  };
  switch (part) {
    case guard::Part::on_goose:
      return by_shell(job_.on_goose);
    case guard::Part::command:
      return job_.command;
    case guard::Part::on_duck:
      return by_shell(job_.on_duck);
    case guard::Part::health:
      return by_shell(job_.health);
  }
  std::unreachable();
}

void Work::set_environment(const std::string& entries) {
  environment_.clear();
  for (std::size_t begin = 0; begin < entries.size();) {
    const std::size_t end = std::min(entries.find('\0', begin), entries.size());
    environment_.push_back(entries.substr(begin, end - begin));
    begin = end + 1;
  }
}

void Work::set_variable(const std::string& name, const std::string& value) {
  std::erase_if(environment_, [&](const auto& it) { return it.starts_with(name + "="); });
  environment_.push_back(name + "=" + value);
}

bool Work::start(guard::Part part) {
  if (process(part) != 0) return true;
  const auto started = job_.containment.start(
      {.words = words_of(part), .environment = os::environment_with(environment_)});
  if (started) {
    process(part) = *started;
  } else {
    std::fprintf(stderr, "duckduckgoose: %s\n", started.error().c_str());
  }
  return started.has_value();
}

void Work::halt(guard::Part part) const {
  const pid_t running = process(part);
  if (running == 0) return;
  kill(-running, SIGKILL);
  kill(running, SIGKILL);
}

void Work::end() {
  for (const pid_t it : processes_) {
    // The group may have been left by its first process, which is to end all the same. In a
    // namespace that process stands for a group of its own.
    if (it != 0 && kill(-it, SIGTERM) != 0) kill(it, SIGTERM);
  }
}

void Work::signal(int number) const {
  const pid_t command = process(guard::Part::command);
  if (command != 0) kill(command, number);
}

std::optional<guard::Part> Work::buried(pid_t child) {
  const auto found = std::ranges::find(processes_, child);
  if (child == 0 || found == processes_.end()) return std::nullopt;
  *found = 0;
  return static_cast<guard::Part>(found - processes_.begin());
}

bool Work::runs_any() const {
  return std::ranges::any_of(processes_, [](pid_t it) { return it != 0; });
}

bool Work::clear(pid_t node) const { return !job_.containment.kill(getpid(), node) && !runs_any(); }

}  // namespace duckduckgoose::keeper

#include "keeper/work.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "os/program.hpp"

namespace duckduckgoose::keeper {

std::vector<std::string> Work::words_of(guard::Part part) const {
  switch (part) {
    case guard::Part::on_goose:
      return os::by_shell(job_.on_goose);
    case guard::Part::command:
      return job_.command;
    case guard::Part::on_duck:
      return os::by_shell(job_.on_duck);
    case guard::Part::health:
      return os::by_shell(job_.health);
  }
  std::unreachable();
}

bool Work::start(guard::Part part) {
  if (process(part) != 0) return true;
  const auto started = job_.containment.start(
      {.words = words_of(part), .environment = os::environment_with(environment_)});
  if (started) {
    process(part) = *started;
  } else {
    os::say(started.error());
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
    if (it != 0) os::terminate(it);
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

bool Work::clear(pid_t node) const {
  // Whole groups first: a single call for all that have stayed where they were put.
  for (const pid_t it : processes_) {
    if (it != 0) kill(-it, SIGKILL);
  }
  return !job_.containment.kill(getpid(), node) && !runs_any();
}

}  // namespace duckduckgoose::keeper

#include "cli/demo/pond.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <utility>

#include "cli/demo/process.hpp"
#include "cli/demo/sockets.hpp"
#include "client/client.hpp"

namespace duckduckgoose::cli::demo {
namespace {

/// A keeper ends with the code of its node, or 128 and the signal that killed it.
std::string how_it_ended(int wait_status) {
  constexpr int signalled = 128;
  const int code =
      WIFSIGNALED(wait_status) ? signalled + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
  if (code > signalled) return "was killed (signal " + std::to_string(code - signalled) + ")";
  return "ended (exit code " + std::to_string(code) + ")";
}

std::string numeric(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

}  // namespace

Pond::Pond(TemporaryFolder folder)
    : folder_{std::move(folder)}, relay_{std::make_unique<Relay>()} {}

std::expected<Pond, std::string> Pond::make() {
  auto folder = TemporaryFolder::make();
  if (!folder) return std::unexpected(std::move(folder.error()));
  return Pond{*std::move(folder)};
}

Pond::~Pond() {
  for (const DemoNode& node : nodes_) {
    if (node.plight == Plight::dead) continue;
    if (node.process != 0) kill(node.process, SIGKILL);
    kill(node.keeper, SIGKILL);
  }
  for (const DemoNode& node : nodes_) {
    if (node.plight == Plight::dead) continue;
    while (waitpid(node.keeper, nullptr, 0) < 0 && errno == EINTR) continue;
  }
}

std::vector<std::string> Pond::words_for(const DemoNode& node) const {
  const std::string name = "node-" + std::to_string(node.number);
  std::vector<std::string> words{"--port",       std::to_string(node.port),
                                 "--advertise",  numeric(node.relay_port),
                                 "--data",       folder_.path() + "/" + name,
                                 "--cluster",    "demo",
                                 "--log-format", "logfmt"};
  std::string others;
  for (const DemoNode& other : nodes_) {
    if (other.number == node.number) continue;
    others += (others.empty() ? "" : ",") + numeric(other.relay_port);
  }
  // The first node founds the cluster. With data a node resumes, whatever it may join.
  if (node.number > 1) words.insert(words.end(), {"--join", others});
  return words;
}

std::expected<int, std::string> Pond::add() {
  const int number = static_cast<int>(nodes_.size()) + 1;
  const auto port = free_port();
  if (!port) return std::unexpected(port.error());
  auto relay_port = relay_->add(number, *port);
  if (!relay_port) return std::unexpected(std::move(relay_port.error()));
  nodes_.push_back({.number = number, .port = *port, .relay_port = *relay_port});
  if (auto started = restart(number); !started) return std::unexpected(started.error());
  return number;
}

std::expected<void, std::string> Pond::restart(int number) {
  DemoNode& node = at(number);
  const std::string log = folder_.path() + "/node-" + std::to_string(number) + ".log";
  const auto keeper = start_ourselves(words_for(node), log);
  if (!keeper) return std::unexpected(keeper.error());
  node.keeper = *keeper;
  node.process = child_of(*keeper);
  node.plight = Plight::running;
  node.shall_end = false;
  relay_->runs_as(number, node.process);
  return {};
}

void Pond::signal(int number, int signal) {
  DemoNode& node = at(number);
  if (node.plight == Plight::dead) return;
  const bool to_node = signal == SIGKILL || signal == SIGSTOP || signal == SIGCONT;
  if (to_node && node.process != 0) kill(node.process, signal);
  if (signal != SIGKILL || node.process == 0) kill(node.keeper, signal);
  node.shall_end = node.shall_end || signal == SIGKILL || signal == SIGTERM;
  if (signal == SIGSTOP) node.plight = Plight::stopped;
  if (signal == SIGCONT) node.plight = Plight::running;
  if (signal == SIGSTOP || signal == SIGKILL) node.status.reset();
}

void Pond::cut(int number, bool is_cut) {
  at(number).is_cut = is_cut;
  relay_->cut(number, is_cut);
}

std::vector<Ended> Pond::reap() {
  std::vector<Ended> ended;
  for (DemoNode& node : nodes_) {
    int wait_status = 0;
    if (node.plight == Plight::dead || waitpid(node.keeper, &wait_status, WNOHANG) != node.keeper) {
      continue;
    }
    node.plight = Plight::dead;
    node.status.reset();
    relay_->runs_as(node.number, 0);
    ended.push_back(
        {.number = node.number, .how = how_it_ended(wait_status), .was_wanted = node.shall_end});
  }
  return ended;
}

void Pond::ask_all(Duration limit) {
  for (DemoNode& node : nodes_) {
    node.status.reset();
    if (node.plight != Plight::running) continue;
    const auto answer =
        client::request("localhost:" + std::to_string(node.port), "GET", "/status", {}, limit);
    if (!answer) continue;
    if (auto status = wire::parse_status(answer->body)) node.status = *std::move(status);
  }
}

}  // namespace duckduckgoose::cli::demo

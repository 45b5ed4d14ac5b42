#include <csignal>
#include <string>

#include "net/server.hpp"
#include "node/node.hpp"
#include "node/peers.hpp"
#include "node/start.hpp"
#include "os/open_files.hpp"
#include "os/program.hpp"

namespace duckduckgoose::node {

namespace {

std::string name_of(int signal) { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

}  // namespace

Failure run(const Settings& settings) {
  os::allow_open_files(Peers::links_max + net::ServerLimits{}.connections_max +
                       net::files_reserved);
  net::Loop loop;
  Failure ended;
  const auto end = [&](Failure failure) {
    ended = std::move(failure);
    loop.stop();
  };
  auto node = Node::start(loop, settings);
  if (!node) return node.error();
  node->on_end(end);
  int signals = 0;
  loop.on_signal([&](int signal) {
    // A keeper gets the signals, and knows what a second one means.
    if (++signals == 1 || settings.keeper) return node->stop();
    end({os::exit_signalled + signal, "ended at once by a second signal, " + name_of(signal)});
  });
  loop.run();
  return ended;
}

}  // namespace duckduckgoose::node

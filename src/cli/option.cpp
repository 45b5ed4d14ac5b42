#include "cli/option.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace duckduckgoose::cli {
namespace {

constexpr auto table = std::to_array<OptionSpec>({
    {.opt = Opt::port,
     .flag = "--port",
     .variable = "DUCK_PORT",
     .value = "PORT",
     .summary = "the one port, for users and nodes; 0 takes any free one",
     .default_text = "4001"},
    {.opt = Opt::listen,
     .flag = "--listen",
     .variable = "DUCK_LISTEN",
     .value = "HOST",
     .summary = "the address or name to listen on",
     .default_text = "localhost"},
    {.opt = Opt::join,
     .flag = "--join",
     .variable = "DUCK_JOIN",
     .value = "HOST:PORT,...",
     .summary = "any nodes of the cluster to join"},
    {.opt = Opt::expect,
     .flag = "--expect",
     .variable = "DUCK_EXPECT",
     .value = "N",
     .summary = "found a cluster once all N nodes of --join are there: 1, 3 or 5"},
    {.opt = Opt::cluster,
     .flag = "--cluster",
     .variable = "DUCK_CLUSTER",
     .value = "NAME",
     .summary = "the name of the cluster",
     .default_text = "default"},
    {.opt = Opt::advertise,
     .flag = "--advertise",
     .variable = "DUCK_ADVERTISE",
     .value = "HOST:PORT",
     .summary = "where other nodes reach this one; needed beyond loopback"},
    {.opt = Opt::data,
     .flag = "--data",
     .variable = "DUCK_DATA",
     .value = "DIR",
     .summary = "the data directory",
     .default_text = "$STATE_DIRECTORY, else $XDG_STATE_HOME/duckduckgoose/PORT, else "
                     "~/.local/state/duckduckgoose/PORT"},
    {.opt = Opt::promise,
     .flag = "--promise",
     .variable = "DUCK_PROMISE",
     .value = "TIME",
     .summary = "how long a promise to the goose binds, 50ms to 60s; for the cluster that this "
                "node founds",
     .default_text = "1s"},
    {.opt = Opt::witness,
     .flag = "--witness",
     .variable = "DUCK_WITNESS",
     .summary = "vote, and never be the goose"},
    {.opt = Opt::allowed_hosts,
     .flag = "--allowed-hosts",
     .variable = "DUCK_ALLOWED_HOSTS",
     .value = "HOST,...",
     .summary = "more names by which a browser may call this node"},
    {.opt = Opt::log_level,
     .flag = "--log-level",
     .variable = "DUCK_LOG_LEVEL",
     .value = "LEVEL",
     .summary = "debug, info, warn, error or off",
     .default_text = "info",
     .words = "debug info warn error off"},
    {.opt = Opt::log_format,
     .flag = "--log-format",
     .variable = "DUCK_LOG_FORMAT",
     .value = "FORMAT",
     .summary = "auto, logfmt, terminal, systemd or json",
     .default_text = "auto",
     .words = "auto logfmt terminal systemd json"},
    {.opt = Opt::no_keeper,
     .flag = "--no-keeper",
     .variable = "DUCK_NO_KEEPER",
     .summary = "run without the process that proves this node's death; a crash then costs the "
                "promise"},
    {.opt = Opt::insecure,
     .flag = "--insecure",
     .variable = "DUCK_INSECURE",
     .summary = "listen beyond loopback although anybody there may then speak; for labs"},
    {.opt = Opt::on_goose,
     .flag = "--on-goose",
     .variable = "DUCK_ON_GOOSE",
     .value = "CMD",
     .summary = "a shell command to run when this node becomes the goose, before anything else"},
    {.opt = Opt::on_duck,
     .flag = "--on-duck",
     .variable = "DUCK_ON_DUCK",
     .value = "CMD",
     .summary = "a shell command to run when it is the goose no more, before another node can be"},
    {.opt = Opt::health,
     .flag = "--health",
     .variable = "DUCK_HEALTH",
     .value = "CMD",
     .summary = "a shell command to run every 2 s while goose; three failures hand over"},
    {.opt = Opt::grace,
     .flag = "--grace",
     .variable = "DUCK_GRACE",
     .value = "TIME",
     .summary =
         "from SIGTERM to SIGKILL, --on-duck included, when the lease runs out; at most half "
         "a promise",
     .default_text = "a quarter of the promise"},
    {.opt = Opt::stop_timeout,
     .flag = "--stop-timeout",
     .variable = "DUCK_STOP_TIMEOUT",
     .value = "TIME",
     .summary = "the same when it is stopped or hands over: the lease is renewed meanwhile",
     .default_text = "8s"},
    {.opt = Opt::contain,
     .flag = "--contain",
     .variable = "DUCK_CONTAIN",
     .value = "HOW",
     .summary = "pidns, cgroup, pid1 or sweep: how it is made sure that nothing survives",
     .default_text = "the best of the last three",
     .words = "pidns cgroup pid1 sweep"},
    {.opt = Opt::on_exit,
     .flag = "--on-exit",
     .variable = "DUCK_ON_EXIT",
     .value = "WHAT",
     .summary = "restart, handover or stop: what follows when CMD ends by itself",
     .default_text = "restart",
     .words = "restart handover stop"},
    {.opt = Opt::once,
     .flag = "--once",
     .variable = "DUCK_ONCE",
     .summary = "run CMD once, hand over, and end with its exit code; 75 if the office was lost"},
    {.opt = Opt::exit_code,
     .flag = "--exit-code",
     .short_flag = "-E",
     .value = "N",
     .summary = "what to exit with on a duck, 0 to 255",
     .default_text = "0"},
    {.opt = Opt::node,
     .flag = "--node",
     .variable = "DUCK_NODE",
     .value = "HOST:PORT",
     .summary = "the node to ask",
     .default_text = "localhost:$DUCK_PORT"},
    {.opt = Opt::timeout,
     .flag = "--timeout",
     .value = "TIME",
     .summary = "how long to wait for the answer"},
    {.opt = Opt::json,
     .flag = "--json",
     .summary = "print the answer as the node gave it, one line"},
    {.opt = Opt::quiet, .flag = "--quiet", .summary = "print nothing; the exit code says it"},
    {.opt = Opt::goose, .flag = "--goose", .summary = "until the node asked is the goose itself"},
    {.opt = Opt::any,
     .flag = "--any",
     .summary = "until the node asked knows a goose (the default)"},
    {.opt = Opt::to,
     .flag = "--to",
     .value = "NODE",
     .summary = "who is to be the goose: an id, the beginning of one, or an address"},
    {.opt = Opt::nodes,
     .flag = "--nodes",
     .short_flag = "-n",
     .value = "COUNT",
     .summary = "how many nodes to start, 1 to 9",
     .default_text = "3"},
    {.opt = Opt::show_once,
     .flag = "--once",
     .summary = "start, kill the goose, show the next one, end"},
    {.opt = Opt::help, .flag = "--help", .short_flag = "-h", .summary = "print this"},
});

constexpr auto of_the_node =
    std::to_array<Opt>({Opt::port, Opt::listen, Opt::join, Opt::expect, Opt::cluster,
                        Opt::advertise, Opt::data, Opt::promise, Opt::witness, Opt::allowed_hosts,
                        Opt::log_level, Opt::log_format, Opt::no_keeper, Opt::insecure});
constexpr auto of_work = std::to_array<Opt>(
    {Opt::on_goose, Opt::on_duck, Opt::health, Opt::grace, Opt::stop_timeout, Opt::contain});
constexpr auto of_run = std::to_array<Opt>({Opt::on_exit, Opt::once});

}  // namespace

std::span<const OptionSpec> all_options() { return table; }

const OptionSpec& spec_of(Opt opt) {
  const auto* const found = std::ranges::find(table, opt, &OptionSpec::opt);
  if (found == table.end()) std::unreachable();
  return *found;
}

std::span<const Opt> node_options() { return of_the_node; }

std::span<const Opt> work_options() { return of_work; }

std::span<const Opt> run_options() { return of_run; }

}  // namespace duckduckgoose::cli

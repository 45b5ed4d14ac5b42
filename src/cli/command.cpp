#include "cli/command.hpp"

#include <algorithm>
#include <chrono>

#include "cli/client_commands.hpp"
#include "cli/demo.hpp"
#include "cli/local_commands.hpp"
#include "cli/only.hpp"
#include "cli/recover.hpp"

namespace duckduckgoose::cli {
namespace {

using namespace std::chrono_literals;

/// A node answers what it knows at once; a change may take the 5 s after which the goose says "not
/// in force yet".
constexpr Duration look_timeout = 5s;
constexpr Duration change_timeout = 15s;
constexpr Duration wait_timeout = 30s;

std::vector<Opt> of_the_node(std::span<const Opt> more = {}) {
  std::vector<Opt> all{node_options().begin(), node_options().end()};
  all.insert(all.end(), work_options().begin(), work_options().end());
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Command be_a_node() {
  return {.name = "",
          .summary = "be a node",
          .details =
              "Be a node of a cluster whose nodes agree on exactly one goose. If the goose dies, a "
              "duck\n"
              "becomes the goose; if the old one returns, it is a duck.\n\n"
              "Without data and without --join it founds a cluster of one, on loopback only. With "
              "data it\n"
              "resumes, whatever --join says. SIGTERM and SIGINT: it hands over and ends.",
          .options = of_the_node(),
          .examples = {{"duckduckgoose --port 4001", "founds a cluster, and is the goose"},
                       {"DUCK_PORT=4002 DUCK_JOIN=localhost:4001 duckduckgoose", "joins it"},
                       {"curl localhost:4002/status", "asks either of them"},
                       {"duckduckgoose demo", "shows a cluster in this terminal"}},
          .run = run_node};
}

Command run() {
  return {
      .name = "run",
      .takes_program = true,
      .summary = "be a node, and run CMD while goose",
      .details =
          "Is a node like `duckduckgoose` without a command, and runs CMD on the goose only. CMD "
          "is dead,\n"
          "with all that it has started, before another node can be the goose. It gets DUCK_TOKEN, "
          "DUCK_TERM,\n"
          "DUCK_ID, DUCK_CLUSTER, DUCK_CAUSE and DUCK_RUN_ID in its environment, nothing on its "
          "input, and the\n"
          "signals HUP, QUIT, USR1, USR2 and WINCH that come here. docs/run.md tells more.",
      .options = of_the_node(run_options()),
      .examples = {{"duckduckgoose run --port 4001 -- worker --queue mail", "one worker for all"},
                   {"duckduckgoose run --once --port 4002 --join localhost:4001 -- ./migrate",
                    "once"},
                   {"duckduckgoose run --on-exit stop -- sh -c 'work; clean-up'",
                    "a shell only where you ask for one"}},
      .run = run_node};
}

Command only() {
  return {
      .name = "only",
      .takes_program = true,
      .summary = "run CMD if the node of this machine is the goose; for cron",
      .details =
          "Asks a node that runs already. On a duck it does nothing, and exits with 0 or with "
          "-E. On the\n"
          "goose it runs CMD, and keeps the office there until CMD has ended, or else ends CMD in "
          "time.\n"
          "The exit code is that of CMD; 75: the office was lost before CMD had ended.",
      .options = {Opt::exit_code, Opt::node, Opt::contain},
      .examples = {{"duckduckgoose only -- /usr/local/bin/nightly-report",
                    "in the crontab of every node"},
                   {"duckduckgoose only -E 75 --node localhost:4002 -- sh -c 'date >>log'", ""}},
      .run = run_only};
}

Command init() {
  return {
      .name = "init",
      .summary = "found a cluster of one in the data directory",
      .details =
          "Writes the record of a new cluster whose only voter is the node that will be started "
          "in\n"
          "this data directory, wherever that listens; it starts none. Needed once, and on one\n"
          "node only; beyond loopback nothing else founds a cluster.",
      .options = {Opt::port, Opt::listen, Opt::cluster, Opt::advertise, Opt::data, Opt::promise,
                  Opt::witness, Opt::insecure},
      .examples = {{"duckduckgoose init --port 4001", ""},
                   {"duckduckgoose init --cluster mail --listen 0.0.0.0 --advertise a.example:4001 "
                    "--insecure",
                    "then start the node with the same options, and the others with --join"}},
      .run = run_init};
}

Command status() {
  return {.name = "status",
          .summary = "who is goose, since when and why",
          .details =
              "Prints how the node asked sees the cluster; `*` marks that node.\n"
              "With --quiet: exit code 0 if it is the goose, 1 if it is a duck.",
          .options = {Opt::node, Opt::timeout, Opt::json, Opt::quiet},
          .examples = {{"duckduckgoose status", ""},
                       {"duckduckgoose status --node localhost:4002 --json", ""},
                       {"duckduckgoose status --quiet && run-the-job",
                        "for a job that its resource guards with the token"}},
          .timeout = look_timeout,
          .run = run_status};
}

Command wait() {
  return {
      .name = "wait",
      .summary = "wait until there is a goose",
      .details =
          "Returns as soon as the node asked knows a goose, or, with --goose, is the goose "
          "itself.\n"
          "Keeps asking while the node does not answer yet. 75: not in time; 69: nobody answered.",
      .options = {Opt::goose, Opt::any, Opt::node, Opt::timeout, Opt::json, Opt::quiet},
      .examples = {{"duckduckgoose wait --timeout 10s", ""},
                   {"duckduckgoose wait --goose --node localhost:4002", ""}},
      .timeout = wait_timeout,
      .run = run_wait};
}

Command members() {
  return {
      .name = "members",
      .summary = "all nodes, those that do not vote too",
      .details =
          "Prints every node that the node asked knows of. --json prints one line a page of 500.",
      .options = {Opt::node, Opt::timeout, Opt::json, Opt::quiet},
      .examples = {{"duckduckgoose members", ""}},
      .timeout = look_timeout,
      .run = run_members};
}

Command remove() {
  return {.name = "remove",
          .arguments = {{"NODE"}},
          .summary = "take a node out of the cluster for ever",
          .details =
              "Any node can be asked, and any node removed, the goose too: it hands over first. A "
              "removed\n"
              "node never votes again; to come back as a new node it needs `duckduckgoose reset`.\n"
              "NODE is an id, the beginning of one that no other node has, or an address.",
          .options = {Opt::node, Opt::timeout, Opt::json, Opt::quiet},
          .examples = {{"duckduckgoose remove localhost:4003", ""},
                       {"duckduckgoose remove 9f3c --node localhost:4002", ""}},
          .timeout = change_timeout,
          .run = run_remove};
}

Command handover() {
  return {.name = "handover",
          .summary = "make another node the goose",
          .details =
              "The goose gives up its office to the node named by --to, or to the likeliest one.\n"
              "NODE is an id, the beginning of one that no other node has, or an address.",
          .options = {Opt::to, Opt::node, Opt::timeout, Opt::json, Opt::quiet},
          .examples = {{"duckduckgoose handover", ""},
                       {"duckduckgoose handover --to localhost:4003", ""}},
          .timeout = change_timeout,
          .run = run_handover};
}

Command leave() {
  return {.name = "leave",
          .summary = "remove the node asked from its cluster",
          .details =
              "As `remove`, of the node that is asked. It goes on answering; stop it afterwards.",
          .options = {Opt::node, Opt::timeout, Opt::json, Opt::quiet},
          .examples = {{"duckduckgoose leave --node localhost:4003", ""}},
          .timeout = change_timeout,
          .run = run_leave};
}

Command set() {
  return {.name = "set",
          .arguments = {{"SETTING", "promise voters replace-after shrink-after"}, {"VALUE"}},
          .summary = "change a setting of the cluster while it runs",
          .details =
              "Any node can be asked. The setting is kept by the cluster, in every node's record:\n"
              "  promise        how long a promise to the goose binds: 50ms to 60s\n"
              "  voters         at most so many nodes vote: an odd number, 1 to 63\n"
              "  replace-after  a voter that is silent so long is replaced: 1s to 720h\n"
              "  shrink-after   and dropped, if nobody can replace it: 1s to 720h",
          .options = {Opt::node, Opt::timeout, Opt::json, Opt::quiet},
          .examples = {{"duckduckgoose set promise 500ms", ""},
                       {"duckduckgoose set voters 3 --node localhost:4002", ""}},
          .timeout = change_timeout,
          .run = run_set};
}

Command reset() {
  return {.name = "reset",
          .summary = "start over: the next start is that of a new node",
          .details =
              "Moves the record in the data directory aside, damaged or not, and says where it is "
              "kept.\n"
              "The node must not run (73). Its old id stays a voter until the others replace or "
              "remove it.",
          .options = {Opt::port, Opt::data},
          .examples = {{"duckduckgoose reset --port 4001", ""},
                       {"duckduckgoose reset --data /var/lib/duckduckgoose", ""}},
          .run = run_reset};
}

Command recover() {
  return {
      .name = "recover",
      .summary = "go on alone when the majority of the voters is lost for ever",
      .details =
          "Makes the node of the data directory a new cluster of the same name, of which it is "
          "the only\n"
          "voter; tokens go on above all old ones. Nothing else can bring back a cluster without "
          "a\n"
          "majority. The node must not run (73). It asks the other voters first, and refuses (78) "
          "if\n"
          "enough of them answer, or one knows a goose; then it asks for the cluster's name.\n"
          "The other nodes must be reset before they join again.",
      .options = {Opt::port, Opt::data, Opt::confirm},
      .examples = {{"duckduckgoose recover --port 4001", ""},
                   {"duckduckgoose recover --data /var/lib/duckduckgoose --confirm default",
                    "without a question"}},
      .run = run_recover};
}

Command record() {
  return {
      .name = "record",
      .summary = "print the durable record",
      .details =
          "Prints what the node has on disk: its id, term, vote and configuration, checked. It may "
          "be\n"
          "asked while the node runs. --json prints one line of JSON, durations in microseconds.",
      .options = {Opt::port, Opt::data, Opt::json},
      .examples = {{"duckduckgoose record --port 4001", ""}},
      .run = run_record};
}

Command demo() {
  return {.name = "demo",
          .summary = "show a cluster in this terminal",
          .details =
              "Starts nodes as processes of their own, in a temporary folder and on free loopback "
              "ports,\n"
              "and shows who is goose, why, and who hears whom. Keys kill, stop, cut off and bring "
              "back\n"
              "a node. Without a terminal it prints what happens, line by line, and reads the same "
              "keys\n"
              "from its input. It leaves nothing behind.",
          .options = {Opt::nodes, Opt::show_once},
          .examples = {{"duckduckgoose demo", ""},
                       {"duckduckgoose demo -n 5", ""},
                       {"duckduckgoose demo --once",
                        "kills the goose, and says how long there was none"}},
          .run = run_demo};
}

Command version() {
  return {.name = "version",
          .summary = "print the versions of program, protocol and record",
          .details = "Prints the version of the program and what it speaks and writes.",
          .options = {},
          .examples = {{"duckduckgoose version", ""}},
          .run = run_version};
}

Command completion() {
  return {.name = "completion",
          .arguments = {{"SHELL", "bash zsh fish"}},
          .summary = "print a script that completes these words in bash, zsh or fish",
          .details = "Prints the script for the SHELL bash, zsh or fish.",
          .options = {},
          .examples = {{"source <(duckduckgoose completion bash)", "in ~/.bashrc"},
                       {"source <(duckduckgoose completion zsh)", "in ~/.zshrc, after compinit"},
                       {"duckduckgoose completion fish | source", "in config.fish"}},
          .run = run_completion};
}

/// The number of letters to put in, take out, change or swap to make one word the other.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::vector<std::size_t>> cost(from.size() + 1,
                                             std::vector<std::size_t>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= to.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[from.size()][to.size()];
}

}  // namespace

std::span<const Command> all_commands() {
  static const std::vector<Command> commands{be_a_node(), run(),       only(),    status(), wait(),
                                             members(),   handover(),  remove(),  leave(),  set(),
                                             init(),      reset(),     recover(), record(), demo(),
                                             version(),   completion()};
  return commands;
}

const Command* find_command(std::string_view name) {
  const auto commands = all_commands();
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& words) {
  constexpr std::size_t word_bytes_max = 64;
  constexpr std::size_t distance_max = 2;
  std::string_view best;
  std::size_t best_distance = distance_max + 1;
  if (word.size() > word_bytes_max) return best;
  for (const std::string_view candidate : words) {
    const std::size_t far = distance(word, candidate);
    // Two letters of three say nothing.
    if (far < best_distance && far * 2 < candidate.size()) {
      best_distance = far;
      best = candidate;
    }
  }
  return best;
}

std::string words_of(const Command& command) {
  return command.name.empty() ? "duckduckgoose" : "duckduckgoose " + std::string{command.name};
}

}  // namespace duckduckgoose::cli

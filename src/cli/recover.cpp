#include "cli/recover.hpp"

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

#include "cli/ask.hpp"
#include "cli/local_commands.hpp"
#include "cli/terminal.hpp"
#include "membership/founding.hpp"
#include "membership/words.hpp"
#include "net/loop.hpp"
#include "store/directory.hpp"
#include "store/system_files.hpp"
#include "wire/error.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::cli {
namespace {

constexpr Duration question_time = std::chrono::seconds{1};

/// What the others say of the cluster.
struct Poll {
  std::vector<std::string> voters;  ///< Each voter but this one, and what became of the question.
  std::size_t answering = 0;        ///< Voters that are in the cluster.
  std::optional<std::string> knows_goose;  ///< Who says that there is a goose.
};

Poll ask_others(const Record& record) {
  Poll poll;
  for (const Member& it : record.config.members) {
    if (it.id == record.node.id) continue;
    const auto answer = ask_status({it.address, question_time});
    if (!answer) {
      poll.voters.push_back(it.address + " (does not answer)");
      continue;
    }
    const wire::Status& status = answer->status;
    if (status.cluster_id != record.cluster.id) {
      poll.voters.push_back(it.address + " (is not in this cluster)");
      continue;
    }
    ++poll.answering;
    poll.voters.push_back(it.address + " (answers)");
    if (status.goose) poll.knows_goose = it.address;
  }
  return poll;
}

/// Why nothing is to be recovered here; none: it may be.
std::optional<std::string> why_not(const Record& record, const std::string& path) {
  if (record.is_fresh()) return path + " is in no cluster: there is nothing to recover";
  if (!record.node.may_lead) return path + " is a witness, which never leads: recover another node";
  if (!record.config.has(record.node.id)) {
    return path + " is no voter of cluster " + record.cluster.name +
           ": recover one of its voters, whose word counted";
  }
  if (record.config.is_single()) {
    return "cluster " + record.cluster.name + " has one voter, which is this node: start it";
  }
  return std::nullopt;
}

Expected<void> confirm(const Values& values, const std::string& name) {
  std::string typed;
  if (const auto given = values.find(Opt::confirm)) {
    typed = given->text;
  } else {
    std::cout << "Type the cluster's name to go on: " << std::flush;
    std::getline(std::cin, typed);
  }
  if (typed == name) return {};
  return refuse(Exit::usage, "not recovered: the cluster's name is " + name + ", and " +
                                 wire::quoted(typed) + " was given");
}

std::unexpected<Refusal> no_record(const std::string& path) {
  return refuse(Exit::configuration,
                "there is no record in " + path + ": name another directory with --data");
}

}  // namespace

Expected<Exit> run_recover(const Call& call) {
  const auto data = call.values.data_directory();
  if (!data) return std::unexpected(data.error());
  if (!may_exist(data->text)) return no_record(data->text);
  store::SystemFiles files;
  auto directory = store::Directory::open(files, data->text);
  if (!directory) return refused(directory.error());
  const auto loaded = directory->load();
  if (!loaded) return refused(loaded.error());
  if (!*loaded) return no_record(directory->path());
  const Record& record = **loaded;
  if (const auto why = why_not(record, directory->path())) {
    return refuse(Exit::configuration, *why);
  }
  const Poll poll = ask_others(record);
  const std::string& name = record.cluster.name;
  const std::size_t voters = record.config.members.size();
  if (poll.knows_goose) {
    return refuse(Exit::configuration,
                  "cluster " + name + " is not lost: " + *poll.knows_goose + " knows its goose");
  }
  if (poll.answering + 1 >= majority_of(voters)) {
    return refuse(Exit::configuration, "cluster " + name + " is not lost: with this node " +
                                           std::to_string(poll.answering + 1) + " of " +
                                           std::to_string(voters) + " voters are there; start it");
  }
  print_line("Cluster " + name + " (" + wire::to_text(record.cluster.id) + ") has " +
             std::to_string(voters) + " voters: this one, " + membership::joined(poll.voters) +
             ".");
  print_line("Recovered, this node is a new cluster " + name +
             " alone, with larger tokens. It knows the others no more: `duckduckgoose reset` each");
  print_line(
      "before it joins again. One that still runs where this machine cannot see it may be a "
      "second goose.");
  if (const auto sure = confirm(call.values, name); !sure) return std::unexpected(sure.error());
  const Record alone = membership::recovered(record, net::Loop::unix_ms());
  if (const auto saved = directory->save(alone); !saved) return refused(saved.error());
  print_line("recovered cluster " + name + " (" + wire::to_text(alone.cluster.id) + ") in " +
             directory->path() + ": start this node, and let the others join it");
  return Exit::yes;
}

}  // namespace duckduckgoose::cli

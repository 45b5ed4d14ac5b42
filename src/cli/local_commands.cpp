#include "cli/local_commands.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/completion.hpp"
#include "cli/job.hpp"
#include "cli/node_settings.hpp"
#include "cli/terminal.hpp"
#include "keeper/keeper.hpp"
#include "node/node.hpp"
#include "os/command_line.hpp"
#include "store/directory.hpp"
#include "store/format.hpp"
#include "store/system_files.hpp"
#include "wire/error.hpp"
#include "wire/frame.hpp"
#include "wire/record_json.hpp"

namespace duckduckgoose::cli {
namespace {

Exit exit_for(store::StoreErrorKind kind) {
  switch (kind) {
    case store::StoreErrorKind::in_use:
      return Exit::in_use;
    case store::StoreErrorKind::unknown_format:
      return Exit::configuration;
    case store::StoreErrorKind::disk:
    case store::StoreErrorKind::damaged:
    case store::StoreErrorKind::vanished:
    case store::StoreErrorKind::must_stop:
      return Exit::disk;
  }
  std::unreachable();
}

std::unexpected<Refusal> refused(const node::Failure& failure) {
  return std::unexpected(Refusal{.exit_code = failure.exit_code, .sentence = failure.sentence});
}

void warn_of_unknown_settings(const Values& values) {
  for (const std::string& sentence : values.environment().unknown()) print_error(sentence);
}

}  // namespace

bool may_exist(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) || error;
}

std::unexpected<Refusal> refused(const store::StoreError& error) {
  return refuse(exit_for(error.kind), error.sentence);
}

Expected<Exit> run_node(const Call& call) {
  warn_of_unknown_settings(call.values);
  auto settings = node_settings(call.values);
  if (!settings) return std::unexpected(settings.error());
  const auto is_alone = call.values.is_on(Opt::no_keeper);
  if (!is_alone) return std::unexpected(is_alone.error());
  if (*is_alone && wants_job(call)) return std::unexpected(needs_keeper());
  auto job = job_in(call);
  if (!job) return std::unexpected(job.error());
  settings->job = *std::move(job);
  // A log that nobody reads any more must not end the node, nor a limit for files: a save fails.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const auto be_node = [&](std::optional<int> line) {
    if (line) os::show_as("ddg-node", call.main_words);  // the keeper is called as it was started
    settings->keeper = line;
    const node::Failure end = node::run(*settings);
    if (!end.sentence.empty()) print_error(end.sentence);
    return end.exit_code;
  };
  std::optional<os::Job> kept;
  if (settings->job) kept = settings->job->job;
  const int exit_code = *is_alone ? be_node({}) : keeper::keep(std::move(kept), be_node);
  if (exit_code != 0) return std::unexpected(Refusal{exit_code, {}});  // it has said why
  return Exit::yes;
}

Expected<Exit> run_init(const Call& call) {
  warn_of_unknown_settings(call.values);
  const auto settings = node_settings(call.values);
  if (!settings) return std::unexpected(settings.error());
  const auto done = node::init(*settings);
  if (!done) return refused(done.error());
  print_line(*done);
  return Exit::yes;
}

Expected<Exit> run_reset(const Call& call) {
  const auto data = call.values.data_directory();
  if (!data) return std::unexpected(data.error());
  if (!may_exist(data->text)) {
    print_line("nothing to reset: there is no " + data->text);
    return Exit::yes;
  }
  store::SystemFiles files;
  auto directory = store::Directory::open(files, data->text);
  if (!directory) return refused(directory.error());
  const auto kept = directory->reset();
  if (!kept) return refused(kept.error());
  if (*kept) {
    print_line(directory->path() + " starts over as a new node; its record is kept as " + **kept);
  } else {
    print_line("there is no record in " + directory->path() +
               "; the next start there is that of a new node");
  }
  return Exit::yes;
}

Expected<Exit> run_record(const Call& call) {
  const auto data = call.values.data_directory();
  if (!data) return std::unexpected(data.error());
  store::SystemFiles files;
  const auto text = store::print_record(files, data->text);
  if (!text) return refused(text.error());
  if (!*text) {
    return refuse(Exit::no, "there is no record in " + data->text +
                                ": no node has run there; name another directory with --data");
  }
  if (!call.values.has_flag(Opt::json)) {
    std::fputs((*text)->c_str(), stdout);
    return Exit::yes;
  }
  const auto record = store::from_text(**text);
  if (!record) return refuse(Exit::disk, data->text + ": " + record.error().detail);
  print_line(wire::to_json(*record));
  return Exit::yes;
}

Expected<Exit> run_version(const Call& /*call*/) {
  const wire::ProtocolRange spoken = wire::protocol_spoken();
  print_line("duckduckgoose " DDG_VERSION " (protocol " + std::to_string(spoken.min) + " to " +
             std::to_string(spoken.max) + ", record format " +
             std::to_string(store::record_format) + ")");
  return Exit::yes;
}

Expected<Exit> run_completion(const Call& call) {
  auto script = completion_script(call.arguments.front());
  if (!script) {
    return refuse(Exit::usage, wire::quoted(call.arguments.front()) +
                                   " is no shell with completions here: give bash, zsh or fish");
  }
  std::fputs(script->c_str(), stdout);
  return Exit::yes;
}

}  // namespace duckduckgoose::cli

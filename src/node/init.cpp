#include "node/node.hpp"
#include "node/start.hpp"
#include "raft/raft.hpp"
#include "store/system_files.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::node {

std::expected<std::string, Failure> init(const Settings& settings) {
  if (auto fine = check(settings); !fine) return std::unexpected{fine.error()};
  store::SystemFiles files;
  auto directory = store::Directory::open(files, settings.data);
  if (!directory) return std::unexpected{failure_of(directory.error())};
  auto record = load_or_make(*directory, settings);
  if (!record) return std::unexpected{record.error()};
  const auto address = own_address(settings, settings.port, *record);
  if (!address) return std::unexpected{address.error()};

  const auto decision = membership::decide_start(*record, start_of(settings, true));
  if (const auto* refuse = std::get_if<membership::Refuse>(&decision)) {
    return std::unexpected{Failure{static_cast<int>(refuse->exit), refuse->sentence}};
  }
  const std::string& name = std::get<membership::FoundAlone>(decision).cluster;
  Raft raft{started_again(*record), {}, net::Loop::now()};
  const Effects effects = raft.step(
      net::Loop::now(),
      membership::found_alone(*record, name, *address, settings.promise.value_or(promise_default)));
  if (auto saved = directory->save(*effects.persist); !saved) {
    return std::unexpected{failure_of(saved.error())};
  }
  return "founded cluster " + name + " (" + wire::to_text(raft.record().cluster.id) + ") in " +
         directory->path() + ": start this node without --join, and the others with --join " +
         *address;
}

}  // namespace duckduckgoose::node

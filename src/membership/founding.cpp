#include "membership/founding.hpp"

#include <algorithm>
#include <utility>

#include "raft/chance.hpp"

namespace duckduckgoose::membership {

namespace {

Refuse refuse(Exit exit, std::string sentence) { return {exit, std::move(sentence)}; }

/// Names one founding: another node, or the same one founding anew with another `born`, gets
/// another.
ClusterId cluster_id_of(const Record::Node& node) {
  Chance mixed{node.id.value ^ Chance{node.born}.next()};
  ClusterId id{mixed.next()};
  while (id == ClusterId{}) id = {mixed.next()};
  return id;
}

Decision decide_resume(const Record& record, const Start& start) {
  const std::string& name = record.cluster.name;
  if (start.init) {
    return refuse(Exit::configuration,
                  "init: this node is in cluster " + name +
                      " already; start it without init, or start over with `duckduckgoose reset`");
  }
  if (start.cluster && *start.cluster != name) {
    return refuse(Exit::configuration,
                  "--cluster " + *start.cluster + ": the data here belong to cluster " + name +
                      "; use that name, other data, or start over with `duckduckgoose reset`");
  }
  return Resume{};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

/// What the targets answered, sorted by what it means for a fresh node.
struct Sorted {
  std::vector<const TargetAnswer*> of_our_name;
  std::vector<std::string> foreign;  ///< "localhost:4001 is in cluster prod"
  std::vector<std::string> waits;    ///< Everything that may still change.
};

bool is_joinable(const Record& record, const Configuration& config) {
  return config.stamp.term > Term{} || config.has(record.node.id);
}

Sorted sort(const Record& record, const std::string& cluster, const std::vector<Heard>& heard) {
  Sorted sorted;
  for (const Heard& it : heard) {
    if (const auto* silent = std::get_if<TargetSilent>(&it)) {
      sorted.waits.push_back(silent->target + " (" + silent->why + ")");
      continue;
    }
    const auto& answer = std::get<TargetAnswer>(it);
    if (answer.id == record.node.id) {
      sorted.waits.push_back(answer.target + " (this node itself)");
    } else if (answer.cluster.name != cluster) {
      sorted.foreign.push_back(answer.target + " is of cluster " + answer.cluster.name);
    } else if (answer.cluster.id == ClusterId{}) {
      sorted.waits.push_back(answer.target + " (in no cluster yet)");
    } else if (!is_joinable(record, answer.config)) {
      sorted.waits.push_back(answer.target + " (its cluster was never led)");
    } else {
      sorted.of_our_name.push_back(&answer);
    }
  }
  return sorted;
}

Join join(const TargetAnswer& answer) {
  std::string sentence = "joins cluster " + answer.cluster.name + " through " + answer.target;
  if (!answer.knows_leader) {
    sentence += ", which knows no goose now: it waits for a majority of " +
                std::to_string(answer.config.members.size()) + " voters";
  }
  return {.enrolled = {answer.cluster, answer.config}, .sentence = std::move(sentence)};
}

}  // namespace

Decision decide_start(const Record& record, const Start& start) {
  if (!record.is_fresh()) return decide_resume(record, start);
  const std::string name = start.cluster.value_or(std::string{cluster_name_default});
  if (start.init && !start.join.empty()) {
    return refuse(Exit::usage, "init founds a cluster, and --join " + joined(start.join) +
                                   " joins one: give one of the two");
  }
  if (!start.join.empty()) return AskTargets{name, start.join};
  if (!record.node.may_lead) {
    return refuse(Exit::configuration,
                  "a witness never leads, so it founds no cluster: give --join HOST:PORT of a node "
                  "of its cluster");
  }
  if (!start.init && !start.loopback_only) {
    return refuse(
        Exit::configuration,
        "beyond loopback no cluster is founded unasked: run `duckduckgoose init` once, on "
        "the first node, and start the others with --join HOST:PORT of that one");
  }
  return FoundAlone{name};
}

Enrolled found_alone(const Record& record, std::string cluster, std::string address,
                     Duration promise, Limits limits) {
  const Member founder{record.node.id, std::move(address), record.node.may_lead};
  return {.cluster = {.name = std::move(cluster), .id = cluster_id_of(record.node)},
          .config = {.stamp = {.term = Term{}, .version = 1},
                     .token_base = record.node.born,
                     .promise = promise,
                     .limits = limits,
                     .members = {founder},
                     .removed = {}}};
}

Choice choose(const Record& record, const std::string& cluster, const std::vector<Heard>& heard) {
  Sorted sorted = sort(record, cluster, heard);
  if (!sorted.of_our_name.empty()) {
    const auto id_of = [](const TargetAnswer* it) { return it->cluster.id; };
    const auto stamp_of = [](const TargetAnswer* it) { return it->config.stamp; };
    const TargetAnswer& newest = **std::ranges::max_element(sorted.of_our_name, {}, stamp_of);
    const auto other = std::ranges::find_if(
        sorted.of_our_name, [&](const TargetAnswer* it) { return id_of(it) != newest.cluster.id; });
    if (other == sorted.of_our_name.end()) return join(newest);
    // Which of the two is meant only an operator knows, and nobody merges (F8).
    return AskAgain{newest.target + " and " + (*other)->target +
                    " are of two clusters that both are named " + cluster +
                    ": joins neither until one of them is gone"};
  }
  if (sorted.waits.empty() && !sorted.foreign.empty()) {
    return refuse(Exit::configuration, joined(sorted.foreign) + ", and this node wants cluster " +
                                           cluster + ": give --cluster or --join another value");
  }
  std::string sentence = "waits for a node of cluster " + cluster + ": " + joined(sorted.waits);
  if (!sorted.foreign.empty()) sentence += "; " + joined(sorted.foreign);
  return AskAgain{std::move(sentence)};
}

Duration ask_again_after(unsigned rounds) {
  constexpr Duration shortest = std::chrono::milliseconds{100};
  constexpr Duration longest = std::chrono::seconds{5};
  constexpr unsigned doublings_max = 6;  // 6.4 s: beyond the longest
  return std::min(shortest * (1U << std::min(rounds, doublings_max)), longest);
}

}  // namespace duckduckgoose::membership

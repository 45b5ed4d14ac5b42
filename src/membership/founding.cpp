#include "membership/founding.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "membership/words.hpp"
#include "raft/chance.hpp"

namespace duckduckgoose::membership {

namespace {

Refuse refuse(Exit exit, std::string sentence) { return {exit, std::move(sentence)}; }

/// Names one founding by all that it is made of, in order.
class Mixed {
 public:
  Mixed& with(std::uint64_t value) {
    state_ = Chance{state_ ^ Chance{value}.next()}.next();
    return *this;
  }
  Mixed& with(std::string_view text) {
    for (const char it : text) with(static_cast<unsigned char>(it));
    return with(text.size());
  }
  Mixed& with(Duration duration) { return with(static_cast<std::uint64_t>(duration.count())); }

  [[nodiscard]] ClusterId id() const {
    Chance next{state_};
    ClusterId id{next.next()};
    while (id == ClusterId{}) id = {next.next()};
    return id;
  }

 private:
  std::uint64_t state_ = 0;
};

/// Another node, or the same one founding anew with another `born`, gets another.
ClusterId cluster_id_of(const Record::Node& node) {
  return Mixed{}.with(node.id.value).with(node.born).id();
}

ClusterId cluster_id_of(const Charter& charter, const std::vector<Founder>& founders) {
  Mixed mixed;
  mixed.with(charter.cluster).with(charter.promise);
  const Limits& limits = charter.limits;
  mixed.with(static_cast<std::uint64_t>(limits.voters));
  mixed.with(limits.replace_after).with(limits.shrink_after);
  for (const Founder& it : founders) {
    mixed.with(it.slot).with(it.node.id.value).with(it.node.born).with(it.node.may_lead ? 1U : 0U);
  }
  return mixed.id();
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

/// F3: the slots that --expect speaks of are those of --join, each once.
Decision decide_founding(const std::string& name, const Start& start, std::size_t expect) {
  constexpr std::size_t most = Configuration::founders_max;
  if (expect % 2 == 0 || expect > most) {
    return refuse(Exit::usage, "--expect " + std::to_string(expect) +
                                   ": a cluster is founded by an odd number of nodes, at most " +
                                   std::to_string(most) + "; others join it then");
  }
  std::vector<std::string> slots = start.join;
  std::ranges::sort(slots);
  const auto doubled = std::ranges::adjacent_find(slots);
  if (doubled != slots.end()) {
    return refuse(Exit::usage,
                  "--expect " + std::to_string(expect) + ": --join names " + *doubled + " twice");
  }
  if (slots.size() != expect) {
    return refuse(Exit::usage, "--expect " + std::to_string(expect) +
                                   " needs the addresses of all " + std::to_string(expect) +
                                   " in --join, and it has " + std::to_string(slots.size()) + ": " +
                                   joined(slots));
  }
  return AskTargets{name, start.join, Charter{name, std::move(slots), start.promise, {}}};
}

}  // namespace

Decision decide_start(const Record& record, const Start& start) {
  if (!record.is_fresh()) return decide_resume(record, start);
  const std::string name = start.cluster.value_or(std::string{cluster_name_default});
  if (start.init && !start.join.empty()) {
    return refuse(Exit::usage, "init founds a cluster, and --join " + joined(start.join) +
                                   " joins one: give one of the two");
  }
  if (start.expect && start.init) {
    return refuse(Exit::usage, "init founds a cluster of one, and --expect " +
                                   std::to_string(*start.expect) +
                                   " one of more: give one of the two");
  }
  if (start.expect) return decide_founding(name, start, *start.expect);
  if (!start.join.empty()) return AskTargets{name, start.join, {}};
  if (!record.node.may_lead) {
    return refuse(Exit::configuration,
                  "a witness never leads, so it founds no cluster: give --join HOST:PORT of a node "
                  "of its cluster");
  }
  if (!start.init && !start.loopback_only) {
    return refuse(
        Exit::configuration,
        "beyond loopback no cluster is founded unasked: run `duckduckgoose init` once, on the "
        "first node, and start the others with --join HOST:PORT of that one; or give all the same "
        "--join A,B,C with --expect 3");
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

Enrolled found_together(const Charter& charter, const std::vector<Founder>& founders) {
  Enrolled founded{.cluster = {.name = charter.cluster, .id = cluster_id_of(charter, founders)},
                   .config = {.stamp = {.term = Term{}, .version = 1},
                              .token_base = 0,
                              .promise = charter.promise,
                              .limits = charter.limits,
                              .members = {},
                              .removed = {}}};
  Configuration& config = founded.config;
  for (const Founder& it : founders) {
    config.token_base = std::max(config.token_base, it.node.born);
    config.add({it.node.id, it.slot, it.node.may_lead});
  }
  return founded;
}

Record recovered(Record record, std::uint64_t now) {
  // The old cluster may have had elections that this node has not heard of.
  constexpr std::uint64_t unheard_terms = std::uint64_t{1} << 20U;
  Configuration& config = record.config;
  const std::uint64_t highest = config.token(record.term).value;
  config.token_base = std::max(now, highest + unheard_terms);
  config.stamp = {.term = Term{}, .version = 1};
  std::erase_if(config.members, [&](const Member& it) { return it.id != record.node.id; });
  config.removed.clear();
  record.cluster.id =
      Mixed{}.with(record.cluster.id.value).with(record.node.id.value).with(config.token_base).id();
  record.term = Term{};
  record.voted_for.reset();
  record.seen.clear();
  record.addresses.clear();
  ++record.saves;
  return record;
}

bool is_gone(NodeId voter, ClusterId ours, NodeId met, ClusterId theirs) {
  return met != voter || (theirs != ClusterId{} && theirs != ours);
}

bool is_lost(NodeId voter, ClusterId ours, NodeId met, ClusterId theirs) {
  return theirs != ours && is_gone(voter, ours, met, theirs);
}

bool is_stillborn(const Record& record, const std::vector<NodeId>& lost) {
  const std::vector<Member>& voters = record.config.members;
  const auto is_lost = [&](const Member& it) {
    return std::ranges::find(lost, it.id) != lost.end();
  };
  const auto left =
      voters.size() - static_cast<std::size_t>(std::ranges::count_if(voters, is_lost));
  const bool was_removed = record.config.removed_by(record.node.id) == RemovedBy::operator_;
  if (record.is_fresh() || voters.empty() || was_removed) return false;
  const bool votes = record.config.has(record.node.id);
  if (!votes) return left == 0;
  return record.config.stamp.term == Term{} && left < majority_of(voters.size());
}

}  // namespace duckduckgoose::membership

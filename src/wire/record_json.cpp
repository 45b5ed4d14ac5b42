#include "wire/record_json.hpp"

#include "wire/described_core.hpp"
#include "wire/json_writer.hpp"

namespace duckduckgoose {

BOOST_DESCRIBE_STRUCT(Seen, (), (who, saves))
BOOST_DESCRIBE_STRUCT(Record::Node, (), (id, born, may_lead))
static_assert(wire::json::fully_described<Seen, 2>);
static_assert(wire::json::fully_described<Record::Node, 3>);

namespace wire {

namespace {

struct ClusterText {
  std::string name;
  std::optional<ClusterId> id;
};
BOOST_DESCRIBE_STRUCT(ClusterText, (), (name, id))
static_assert(json::fully_described<ClusterText, 2> && json::arity<Record::Cluster>() == 2);

struct RecordText {
  std::uint64_t saves = 0;
  Record::Node node;
  std::uint64_t starts = 0;
  ClusterText cluster;
  Term term;
  std::optional<NodeId> voted_for;
  Duration promise_max{0};
  std::optional<Configuration> config;
  std::vector<Seen> seen;
  std::optional<std::string> slot;
  std::vector<std::string> addresses;
};
BOOST_DESCRIBE_STRUCT(RecordText, (),
                      (saves, node, starts, cluster, term, voted_for, promise_max, config, seen,
                       slot, addresses))
static_assert(json::fully_described<RecordText, 11> && json::arity<Record>() == 11);

}  // namespace

std::string to_json(const Record& record) {
  RecordText text{.saves = record.saves,
                  .node = record.node,
                  .starts = record.starts,
                  .cluster = {.name = record.cluster.name, .id = {}},
                  .term = record.term,
                  .voted_for = record.voted_for,
                  .promise_max = record.promise_max,
                  .config = {},
                  .seen = record.seen,
                  .slot = record.slot,
                  .addresses = record.addresses};
  if (!record.is_fresh()) {
    text.cluster.id = record.cluster.id;
    text.config = record.config;
  }
  return json::to_text_of(text);
}

}  // namespace wire
}  // namespace duckduckgoose

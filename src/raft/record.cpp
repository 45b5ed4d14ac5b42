#include "raft/record.hpp"

namespace duckduckgoose {

Vitals vitals_of(const Record& record) {
  return {.starts = record.starts,
          .cluster = record.cluster.id,
          .term = record.term,
          .voted_for = record.voted_for,
          .promise_max = record.promise_max,
          .stamp = record.config.stamp};
}

Record started_again(Record record) {
  ++record.starts;
  ++record.saves;
  return record;
}

}  // namespace duckduckgoose

#pragma once

#include <cstdint>
#include <string>

#include "raft/record.hpp"

namespace duckduckgoose::store {

/// A record with something in every field.
inline Record full_record() {
  using std::chrono::seconds;
  const NodeId a{0x1122334455667788};
  const NodeId b{0x9f3c1a7be204d856};
  const NodeId c{0xb1b2c3d4e5f60718};
  Record record;
  record.saves = 12;
  record.node = {.id = b, .born = 1'795'478'400'116, .may_lead = true};
  record.starts = 3;
  record.cluster = {.name = "Entenküste", .id = ClusterId{0x5b0e4c1d77aa9e20}};
  record.term = Term{7};
  record.voted_for = b;
  record.promise_max = seconds{1};
  record.config.stamp = {.term = Term{7}, .version = 4};
  record.config.token_base = 1'795'478'400'116;
  record.config.promise = seconds{1};
  record.config.limits = {.voters = 3, .replace_after = seconds{30}, .shrink_after = seconds{120}};
  record.config.members = {{.id = a, .address = "localhost:4002", .may_lead = true},
                           {.id = b, .address = "localhost:4001", .may_lead = true},
                           {.id = c, .address = "[::1]:4003", .may_lead = false}};
  record.config.removed = {{.id = NodeId{17}, .by = RemovedBy::operator_},
                           {.id = NodeId{18}, .by = RemovedBy::upkeep}};
  record.seen = {{.who = {.id = a, .starts = 2, .nonce = 0xfedcba9876543210}, .saves = 9}};
  record.addresses = {"localhost:4002", "[::1]:4003"};
  return record;
}

/// The full record after its `saves`-th save, different from all others.
inline Record saved_record(std::uint64_t saves) {
  Record record = full_record();
  record.saves = saves;
  record.term = Term{100 + saves};
  record.voted_for = saves % 2 == 0 ? std::optional(NodeId{saves}) : std::nullopt;
  record.addresses.assign(saves % 3, std::string("localhost:4002"));
  return record;
}

}  // namespace duckduckgoose::store

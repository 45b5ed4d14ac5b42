#pragma once

#include <cstdint>
#include <string>

#include "raft/record.hpp"
#include "store/format.hpp"

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

/// The full record after its `saves`-th save, different from all others: most differ from the one
/// before in what is hot alone, each third in more.
inline Record saved_record(std::uint64_t saves) {
  Record record = full_record();
  record.saves = saves;
  record.term = Term{100 + saves};
  record.voted_for = saves % 2 == 0 ? std::optional(NodeId{saves}) : std::nullopt;
  record.seen[0].saves = 2 * saves;
  record.addresses.assign(saves / 3 % 3, std::string("localhost:4002"));
  return record;
}

/// A text with right checksums, whatever it says: the lines before the first empty one are hot.
inline std::string resealed(std::string_view text) {
  const std::size_t gap = text.find("\n\n");
  if (gap == std::string_view::npos) return sealed(text, "");
  return sealed(text.substr(0, gap + 1), text.substr(gap + 2));
}

/// The full record as resealed() takes it.
inline std::string full_body() {
  const std::string text = to_text(full_record(), "0.1.0");
  return text.substr(0, text.find("....")) + "\n" + text.substr(hot_bytes);
}

/// The full record as format 1 had it.
inline constexpr const char* text_of_format_1 =
    R"(duckduckgoose record format 1
written_by 0.1.0
saves 12
starts 3
node.id 9f3c1a7be204d856
node.born_unix_ms 1795478400116
node.may_lead yes
cluster.name "Entenküste"
cluster.id 5b0e4c1d77aa9e20
term 7
voted_for 9f3c1a7be204d856
promise_max_us 1000000
config.term 7
config.version 4
config.token_base_unix_ms 1795478400116
config.promise_us 1000000
config.limits.voters 3
config.limits.replace_after_us 30000000
config.limits.shrink_after_us 120000000
config.member id=1122334455667788 address="localhost:4002" may_lead=yes
config.member id=9f3c1a7be204d856 address="localhost:4001" may_lead=yes
config.member id=b1b2c3d4e5f60718 address="[::1]:4003" may_lead=no
config.removed id=0000000000000011 by=operator
config.removed id=0000000000000012 by=upkeep
seen id=1122334455667788 starts=2 nonce=18364758544493064720 saves=9
known address="localhost:4002"
known address="[::1]:4003"
end bytes=882 crc64=8cea4a909ad668f9
)";

}  // namespace duckduckgoose::store

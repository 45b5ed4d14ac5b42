#include "store/fresh.hpp"

#include <sys/random.h>

#include <cerrno>
#include <utility>

namespace duckduckgoose::store {

std::expected<std::uint64_t, StoreError> random_bits() {
  std::uint64_t bits = 0;
  // Up to 256 bytes come whole, and no signal interrupts the call once the kernel's pool is ready.
  ssize_t got = 0;
  do {
    got = getrandom(&bits, sizeof bits, 0);
  } while (got < 0 && errno == EINTR);
  if (got != ssize_t{sizeof bits}) {
    return std::unexpected(StoreError{
        .kind = StoreErrorKind::disk,
        .sentence =
            "cannot draw random bits: getrandom failed: " + std::generic_category().message(errno) +
            "; allow the node this system call (Linux 3.17 or newer has it)"});
  }
  return bits;
}

std::expected<Record, StoreError> fresh_record(std::string cluster_name, bool may_lead,
                                               std::uint64_t now_unix_ms) {
  Record record;
  while (record.node.id == NodeId{}) {  // 0 is no id
    const auto bits = random_bits();
    if (!bits) return std::unexpected(bits.error());
    record.node.id = NodeId{*bits};
  }
  record.node.born = now_unix_ms;
  record.node.may_lead = may_lead;
  record.cluster.name = std::move(cluster_name);
  return record;
}

}  // namespace duckduckgoose::store

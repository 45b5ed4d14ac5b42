#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "raft/record.hpp"
#include "store/error.hpp"

namespace duckduckgoose::store {

/// 64 bits that nobody can foresee: for ids, the nonce of an incarnation, seeds.
/// Errors: `disk`, when the kernel gives none. Source: getrandom(2).
[[nodiscard]] std::expected<std::uint64_t, StoreError> random_bits();

/// The record of a node that never ran: a new random id, no cluster yet. It goes through
/// started_again() and Directory::save() before anything else happens.
///
/// `cluster_name` is the cluster to found or join. `now_unix_ms` becomes `born`, the only thing
/// here that knows the wall clock; the id knows neither it nor any address.
/// Errors: as random_bits().
[[nodiscard]] std::expected<Record, StoreError> fresh_record(std::string cluster_name,
                                                             bool may_lead,
                                                             std::uint64_t now_unix_ms);

}  // namespace duckduckgoose::store

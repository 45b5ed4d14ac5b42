#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/ensure.hpp"
#include "wire/duration.hpp"
#include "wire/ids.hpp"

namespace {

/// Any text gives a value or a reason; a value that was read is written so that it is read as the
/// same.
template <class Parse>
void check(Parse parse, std::string_view text) {
  const auto value = parse(text);
  if (value) {
    const auto again = parse(duckduckgoose::wire::to_text(*value));
    duckduckgoose::ensure(again && *again == *value);
  } else {
    duckduckgoose::ensure(!value.error().reason.empty());
  }
}

}  // namespace

/// Words of one value each: durations, times, ids, names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace duckduckgoose;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check(wire::parse_duration, text);
  check(wire::parse_time, text);
  check(wire::parse_node_id, text);
  check(wire::parse_cluster_id, text);
  const auto name = wire::parse_cluster_name(text);
  ensure(name ? *name == text : !name.error().reason.empty());
  if (const auto duration = wire::parse_duration(text)) {
    ensure(*duration >= Duration{0} && *duration <= wire::duration_max);
    ensure(!wire::rough_text(*duration).empty());
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/ensure.hpp"
#include "wire/request.hpp"
#include "wire/status.hpp"

namespace {

/// Any bytes give a value or a reason; a value that was read is written so that it is read as the
/// same.
void check(auto parse, std::string_view text) {
  const auto value = parse(text);
  if (value) {
    const auto again = parse(to_json(*value));
    duckduckgoose::ensure(again && *again == *value);
  } else {
    duckduckgoose::ensure(!value.error().reason.empty());
  }
}

}  // namespace

/// The bodies of requests and answers over HTTP.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace duckduckgoose;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check(wire::parse_invite_request, text);
  check(wire::parse_handover_request, text);
  check(wire::parse_members, text);
  check(wire::parse_done, text);
  check(wire::parse_problem, text);
  return 0;
}

#include <cstddef>
#include <cstdint>

#include "raft/ensure.hpp"
#include "wire/status.hpp"

/// Any bytes give a status or a reason; a status that was read is written so that it is read as the
/// same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace duckduckgoose;
  const auto status = wire::parse_status({reinterpret_cast<const char*>(data), size});
  if (status) {
    const auto again = wire::parse_status(wire::to_json(*status));
    ensure(again && *again == *status);
  } else {
    ensure(!status.error().reason.empty());
  }
  return 0;
}

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "raft/ensure.hpp"
#include "wire/address.hpp"
#include "wire/limits.hpp"

/// Any text gives addresses or a reason; addresses that were read are written so that they are read
/// as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace duckduckgoose;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto address = wire::parse_address(text)) {
    const std::string again = wire::to_text(*address);
    ensure(again == text && again.size() <= wire::address_bytes_max);
  }
  const auto list = wire::parse_addresses(text);
  if (!list) {
    ensure(!list.error().reason.empty());
    return 0;
  }
  std::string again;
  for (const wire::Address& address : *list) {
    again += (again.empty() ? "" : ",") + wire::to_text(address);
  }
  ensure(again == text && !list->empty() && list->size() <= wire::addresses_max);
  return 0;
}

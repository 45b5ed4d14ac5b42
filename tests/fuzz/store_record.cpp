#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/ensure.hpp"
#include "store/format.hpp"

using namespace duckduckgoose;

/// Any text gets an answer, as it stands and behind a right checksum; what is read is written
/// alike.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& record : {store::from_text(text), store::from_text(store::sealed(text))}) {
    if (record) ensure(store::from_text(store::to_text(*record, "0")) == *record);
  }
  return 0;
}

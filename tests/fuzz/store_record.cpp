#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/ensure.hpp"
#include "store/format.hpp"

using namespace duckduckgoose;

/// Any text gets an answer, as it stands and behind right checksums, its lines before the first
/// empty one as the hot part; what is read is written alike.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t head = std::min(text.size(), text.find("\n\n") + 1);
  const std::string_view cold = text.substr(std::min(text.size(), head + 1));
  for (const auto& record :
       {store::from_text(text), store::from_text(store::sealed(text.substr(0, head), cold))}) {
    if (record) ensure(store::from_text(store::to_text(*record, "0")) == *record);
  }
  return 0;
}

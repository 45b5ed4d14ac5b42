#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "raft/ensure.hpp"
#include "wire/frame.hpp"

namespace duckduckgoose::wire {
namespace {

constexpr Binding binding{ClusterId{1}, {NodeId{2}, 3, 4}, NodeId{5}};

std::string encoded(const Unbound& unbound) { return encode(bound(unbound, binding)); }

template <class F>
std::string encoded(const F& frame) {
  return encode(frame);
}

std::string encoded(const Unknown& unknown) { return R"({"type":")" + unknown.type + R"("})"; }

}  // namespace
}  // namespace duckduckgoose::wire

/// Any bytes give a frame or a reason; a frame that was read is written so that it is read as the
/// same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace duckduckgoose;
  const auto frame = wire::decode_frame({reinterpret_cast<const char*>(data), size});
  if (!frame) {
    ensure(!frame.error().reason.empty());
    return 0;
  }
  if (const auto* unknown = std::get_if<wire::Unknown>(&*frame)) {
    if (unknown->type.find_first_of("\"\\") != std::string::npos) return 0;
  }
  const auto text = std::visit([](const auto& it) { return wire::encoded(it); }, *frame);
  const auto again = wire::decode_frame(text);
  ensure(again && *again == *frame);
  return 0;
}

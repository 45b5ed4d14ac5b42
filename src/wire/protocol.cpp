#include "wire/frame.hpp"

namespace duckduckgoose::wire {

// Alone in its file, so that tests/versions can link the node of another release.
ProtocolRange protocol_spoken() { return {.min = 1, .max = 1}; }

}  // namespace duckduckgoose::wire

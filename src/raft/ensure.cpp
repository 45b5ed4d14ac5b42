#include "raft/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace duckduckgoose {

void ensure(bool holds, std::source_location where) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: broken invariant in %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name());
  std::abort();
}

}  // namespace duckduckgoose

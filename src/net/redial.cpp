#include "net/redial.hpp"

#include <algorithm>

namespace duckduckgoose::net {

Duration Redial::next() {
  const Duration longest = wait_;
  wait_ = std::min(2 * wait_, wait_max);
  return longest - chance_.up_to(longest / 2);
}

}  // namespace duckduckgoose::net

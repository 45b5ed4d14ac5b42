#include "raft/promises.hpp"

#include <algorithm>

namespace duckduckgoose {

void Promises::give(Incarnation to, Term term, Instant until, Instant now) {
  std::erase_if(given_, [&](const Promise& it) { return it.until <= now; });
  const auto known = std::ranges::find(given_, to, &Promise::to);
  if (known == given_.end()) {
    given_.push_back({to, term, until});
    return;
  }
  known->term = std::max(known->term, term);
  known->until = std::max(known->until, until);
}

void Promises::release(Incarnation released, Term term) {
  std::erase_if(given_, [&](const Promise& it) { return it.to == released && it.term <= term; });
}

bool Promises::bars(NodeId candidate, Instant now) const {
  return barred_until(candidate, now).has_value();
}

std::optional<Instant> Promises::barred_until(NodeId candidate, Instant now) const {
  std::optional<Instant> last;
  for (const Promise& it : given_) {
    if (it.to.id != candidate && it.until > now) last = std::max(last.value_or(it.until), it.until);
  }
  return last;
}

Duration Promises::longest_left(Instant now) const {
  Duration left{0};
  for (const Promise& it : given_) left = std::max(left, it.until - now);
  return left;
}

}  // namespace duckduckgoose

#include "raft/releases.hpp"

#include <algorithm>

namespace duckduckgoose {

bool Releases::accept(const Release& release) {
  if (covers(release.incarnation, release.term) && !release.is_dead()) return false;
  const auto same_node = [&](const Entry& it) { return it.who.id == release.incarnation.id; };
  const auto known = std::ranges::find_if(entries_, same_node);
  if (known == entries_.end()) {
    if (entries_.size() == kept_max) entries_.erase(entries_.begin());
    entries_.push_back({release.incarnation, release.term, release.is_dead()});
  } else if (known->who == release.incarnation) {
    if (known->dead) return false;
    known->term = std::max(known->term, release.term);
    known->dead = release.is_dead();
  } else if (known->who.starts < release.incarnation.starts) {
    *known = {release.incarnation, release.term, release.is_dead()};
  } else {
    return false;  // an older life than one that has released since: rule 9 refuses its messages
                   // anyway
  }
  last_ = release;
  return true;
}

bool Releases::covers(Incarnation who, Term term) const {
  return std::ranges::any_of(
      entries_, [&](const Entry& it) { return it.who == who && (it.dead || term <= it.term); });
}

}  // namespace duckduckgoose

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
  const auto known = std::ranges::find(entries_, who.id, [](const Entry& it) { return it.who.id; });
  if (known == entries_.end()) return false;
  if (known->who.starts > who.starts) return true;  // a newer life has spoken: this one is over
  return known->who == who && (known->dead || term <= known->term);
}

}  // namespace duckduckgoose

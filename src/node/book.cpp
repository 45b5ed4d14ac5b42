#include "node/book.hpp"

#include <algorithm>

#include "wire/ids.hpp"

namespace duckduckgoose::node {

void Book::note(NodeId id, const std::string& address) {
  if (address.empty()) return;
  if (!entries_.contains(id)) make_room();
  Entry& entry = entries_[id];
  entry.address = address;
  entry.noted = ++notes_;
}

void Book::note(const Configuration& config) {
  voters_ = config.members;
  for (const Member& member : voters_) note(member.id, member.address);
}

void Book::make_room() {
  if (entries_.size() < entries_max) return;
  auto oldest = entries_.end();
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    const bool is_voter = std::ranges::find(voters_, it->first, &Member::id) != voters_.end();
    const bool is_older = oldest == entries_.end() || it->second.noted < oldest->second.noted;
    if (!is_voter && is_older) oldest = it;
  }
  entries_.erase(oldest);
}

void Book::met(NodeId id, const std::string& place) {
  const auto entry = entries_.find(id);
  if (entry != entries_.end()) entry->second.place = place;
}

std::string Book::name_of(NodeId id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? wire::short_text(id) : entry->second.address;
}

std::string Book::address_of(NodeId id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? std::string{} : entry->second.address;
}

std::string Book::place_of(NodeId id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? std::string{} : entry->second.place;
}

}  // namespace duckduckgoose::node

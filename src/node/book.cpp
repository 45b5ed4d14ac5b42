#include "node/book.hpp"

#include "wire/ids.hpp"

namespace duckduckgoose::node {

void Book::note(NodeId id, const std::string& address) {
  if (address.empty()) return;
  if (entries_.size() < entries_max || entries_.contains(id)) entries_[id].address = address;
}

void Book::note(const Configuration& config) {
  for (const Member& member : config.members) entries_[member.id].address = member.address;
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

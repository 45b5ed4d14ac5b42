#include "node/book.hpp"

#include "wire/ids.hpp"

namespace duckduckgoose::node {

void Book::note(NodeId id, const std::string& address) {
  if (address.empty()) return;
  if (entries_.size() < entries_max || entries_.contains(id))
    entries_.insert_or_assign(id, address);
}

void Book::note(const Configuration& config) {
  for (const Member& member : config.members) entries_.insert_or_assign(member.id, member.address);
}

std::string Book::name_of(NodeId id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? wire::short_text(id) : entry->second;
}

std::string Book::address_of(NodeId id) const {
  const auto entry = entries_.find(id);
  return entry == entries_.end() ? std::string{} : entry->second;
}

std::vector<std::string> Book::addresses(NodeId without, std::size_t max) const {
  std::vector<std::string> found;
  for (const auto& [id, address] : entries_) {
    if (id != without && found.size() < max) found.push_back(address);
  }
  return found;
}

}  // namespace duckduckgoose::node

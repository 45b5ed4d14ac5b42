#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "raft/configuration.hpp"
#include "raft/text.hpp"

namespace duckduckgoose::node {

/// Where all nodes that were heard of are: sentences name nodes by their addresses, also those that
/// have left.
class Book final : public Names {
 public:
  void note(NodeId id, const std::string& address);
  void note(const Configuration& config);
  /// Where a node that was noted before was met.
  void met(NodeId id, const std::string& place);

  /// The address, else the short id.
  [[nodiscard]] std::string name_of(NodeId id) const override;
  [[nodiscard]] std::string address_of(NodeId id) const;  ///< Empty: not known.
  /// Numeric: where its address led when it was met last, or where it spoke from. Empty: not known.
  [[nodiscard]] std::string place_of(NodeId id) const;

  /// Beyond it who was noted longest ago is forgotten, but no voter.
  static constexpr std::size_t entries_max = 4096;

 private:
  struct Entry {
    std::string address;
    std::string place;
    std::uint64_t noted = 0;  ///< Counts: the last one has the highest.
  };
  void make_room();

  std::map<NodeId, Entry> entries_;
  std::vector<Member> voters_;
  std::uint64_t notes_ = 0;
};

}  // namespace duckduckgoose::node

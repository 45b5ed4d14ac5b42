#pragma once

#include <map>
#include <string>
#include <vector>

#include "raft/configuration.hpp"
#include "raft/text.hpp"

namespace duckduckgoose::node {

/// The addresses of all nodes that were heard of: sentences name nodes by them, also those that
/// have left.
class Book final : public Names {
 public:
  void note(NodeId id, const std::string& address);
  void note(const Configuration& config);

  /// The address, else the short id.
  [[nodiscard]] std::string name_of(NodeId id) const override;
  [[nodiscard]] std::string address_of(NodeId id) const;  ///< Empty: not known.

  /// The latest addresses, at most so many, without one's own.
  [[nodiscard]] std::vector<std::string> addresses(NodeId without, std::size_t max) const;

  static constexpr std::size_t entries_max = 4096;  ///< Beyond it strangers are not noted.

 private:
  std::map<NodeId, std::string> entries_;
};

}  // namespace duckduckgoose::node

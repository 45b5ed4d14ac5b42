#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "membership/founding.hpp"
#include "node/visit.hpp"
#include "wire/cause.hpp"

namespace duckduckgoose::node {

/// A fresh node asks its targets, round after round, until one of them is in the cluster that it
/// wants (F2, F6).
class Joining {
 public:
  struct Listener {
    std::function<void(membership::Join)> on_join;             ///< It is over.
    std::function<void(const std::string& sentence)> on_wait;  ///< Comes again and again.
    std::function<void(membership::Refuse)> on_refuse;         ///< It is over: the node must end.
  };

  /// `record` is of the fresh node. No callback may destroy this.
  Joining(net::Loop& loop, Record record, wire::Hello hello, membership::AskTargets ask,
          Counts& counts, Listener listener);
  ~Joining();
  Joining(const Joining&) = delete;
  Joining& operator=(const Joining&) = delete;

  /// Asks this one too, at once.
  void invite(const std::string& target);

  /// Who was asked, and why that was in vain.
  [[nodiscard]] const std::vector<wire::Unreachable>& in_vain() const { return in_vain_; }

  static constexpr Duration answer_time = std::chrono::seconds{2};  ///< For each target.
  static constexpr std::size_t targets_max = 64;

 private:
  void ask_all();
  void ask(const std::string& target);
  void hear(membership::Heard heard);
  void decide();

  net::Loop& loop_;
  Record record_;
  wire::Hello hello_;
  membership::AskTargets ask_;
  Counts& counts_;
  Listener listener_;
  std::list<Visit> visits_;
  std::vector<membership::Heard> heard_;
  std::vector<wire::Unreachable> in_vain_;
  std::size_t asked_ = 0;
  unsigned rounds_ = 0;
  net::TimerId timer_;
  bool over_ = false;
};

}  // namespace duckduckgoose::node

#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "membership/search.hpp"
#include "node/visit.hpp"
#include "wire/cause.hpp"

namespace duckduckgoose::node {

/// A fresh node asks its targets, round after round, until one of them is in the cluster that it
/// wants, or all of them found one with it (F2, F3, F6).
class Joining {
 public:
  struct Listener {
    std::function<void(membership::Join)> on_join;             ///< It is over.
    std::function<void(const std::string& sentence)> on_wait;  ///< Comes again and again.
    std::function<void(membership::Refuse)> on_refuse;         ///< It is over: the node must end.
  };

  /// `hello` is of the fresh node. No callback may destroy this.
  Joining(net::Loop& loop, membership::Search search, wire::Hello hello, Counts& counts,
          Listener listener);
  ~Joining();
  Joining(const Joining&) = delete;
  Joining& operator=(const Joining&) = delete;

  /// Asks this one too, at once.
  void invite(const std::string& target);
  /// A fresh node has said hello here: if it is new, all are asked soon.
  void met(NodeId who);

  /// Where this node is reached, as far as it has learnt.
  [[nodiscard]] const std::optional<std::string>& own_slot() const { return search_.own_slot(); }

  /// In one sentence, who was seen and who was not, and why. Empty: nobody has answered yet.
  [[nodiscard]] const std::string& waits_for() const { return waits_for_; }

  static constexpr Duration answer_time = std::chrono::seconds{2};      ///< For each target.
  static constexpr Duration pause_min = std::chrono::milliseconds{10};  ///< Between two rounds.

 private:
  void hurry();
  void ask_all();
  void ask(const std::string& target);
  void ask_all_after(Duration pause);
  void hear(membership::Heard heard);
  void decide();

  net::Loop& loop_;
  membership::Search search_;
  wire::Hello hello_;
  Counts& counts_;
  Listener listener_;
  std::list<Visit> visits_;
  std::string waits_for_;
  std::vector<NodeId> known_;  ///< Who answered in the last round.
  unsigned rounds_ = 0;        ///< In vain.
  bool is_asking_ = false;
  bool has_news_ = false;  ///< Since this round began.
  net::TimerId timer_;
  bool over_ = false;
};

}  // namespace duckduckgoose::node

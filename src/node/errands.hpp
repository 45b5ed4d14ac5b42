#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "node/changes.hpp"

namespace duckduckgoose::node {

/// Takes requests that are for the goose to it: done here where this node is the goose, else passed
/// on over the link.
/// Follows the office where it goes, until `change_time` is over.
class Errands {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::string body;
    /// A change of the goose, whoever it is now, is what was asked for.
    bool wants_another_goose = false;
    /// Not longer than until then, even if change_time is not over.
    std::optional<Instant> until{};
  };

  Errands(const Home& home, Engine& engine, Peers& peers, const Book& book, Changes& changes);
  ~Errands();
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  void run(Request request, OnResult on_result);

  /// The node stops: answers whoever waits.
  void end();

  /// The goose has changed, or a link has come: tries again whoever waits for that.
  void look();

  static constexpr std::size_t errands_max = 256;
  static constexpr Duration retry_time = std::chrono::milliseconds{50};
  /// The goose itself answers within change_time; its answer is on the way for a moment more.
  static constexpr Duration travel_time = std::chrono::milliseconds{500};

 private:
  using Id = std::uint64_t;
  struct Errand {
    Request request;
    OnResult on_result;
    std::optional<NodeId> first_goose;
    std::uint64_t attempt = 0;
    bool is_with_goose = false;
    std::optional<Peers::CallId> call;
    Instant until;
    net::TimerId timer;  ///< Of the end.
    net::TimerId retry;
  };

  void go(Id id);
  void answered(Id id, std::uint64_t attempt, Result result);
  void finish(Id id, Result result);
  void out_of_time(Id id);

  const Home& home_;
  Engine& engine_;
  Peers& peers_;
  const Book& book_;
  Changes& changes_;
  std::map<Id, Errand> errands_;
  Id last_ = 0;
};

}  // namespace duckduckgoose::node

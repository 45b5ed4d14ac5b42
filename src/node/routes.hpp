#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "net/dialer.hpp"
#include "net/loop.hpp"
#include "net/redial.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::node {

/// Somebody to be linked to: a node by its id, or whoever is at an address.
struct Goal {
  std::string address;
  std::optional<NodeId> id;
  bool operator==(const Goal&) const = default;
};

/// Dials those that are to be reached, again and again with growing waits, until they are linked.
class Routes {
 public:
  /// `reached` is called from the loop with each link that was dialled.
  using Reached = std::function<void(net::Link, const Goal&)>;
  Routes(net::Loop& loop, std::uint64_t seed, Reached reached);
  ~Routes();
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  /// Everybody to be reached, and who of them is linked, by any link. Who is neither linked nor
  /// being dialled is
  /// dialled; nobody else is any more. Of new goals those that are addresses alone wait first, for
  /// `patience` less a random part of up to a half.
  void set(const std::vector<Goal>& goals, const std::function<bool(NodeId)>& is_linked,
           Duration patience);

  /// What became of a link that reached a goal. `who`: it is bound to that node.
  void bound(const Goal& goal, NodeId who);
  void failed(const Goal& goal, const std::string& why);

  /// The link to this node has ended, after it had lasted so long. A short one counts as a failure.
  /// Else it is dialled again at once, or after `patience` less a random part of up to a half.
  void lost(NodeId id, Duration lasted, const std::string& why, Duration patience);

  /// No dial is under way any more. The waits begin anew.
  void stop();

  /// Why this node is not reached: "refused", "no answer". Empty: not known yet.
  [[nodiscard]] std::string why_not(NodeId id) const;

  static constexpr Duration settled_after = std::chrono::seconds{2};

 private:
  enum class Phase { idle, dialling, reached, waiting, linked };
  struct Route {
    Goal goal;
    net::Redial redial;
    Phase phase = Phase::idle;
    net::Dial dial;
    net::TimerId timer;
    std::optional<NodeId> leads_to;  ///< Whom it last was bound to.
    std::string why;
  };

  void dial(Route& route);
  void wait(Route& route, const std::string& why);
  void rest(Route& route, Phase phase);
  [[nodiscard]] Route* find(const Goal& goal);
  [[nodiscard]] static bool is_same(const Goal& a, const Goal& b);

  net::Loop& loop_;
  Chance seeds_;
  Reached reached_;
  std::list<Route> routes_;
};

}  // namespace duckduckgoose::node

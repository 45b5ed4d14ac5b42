#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/book.hpp"
#include "node/engine.hpp"
#include "node/home.hpp"
#include "node/peers.hpp"
#include "node/result.hpp"
#include "node/visit.hpp"
#include "wire/request.hpp"

namespace duckduckgoose::node {

/// What operators ask of the goose: removals, handovers, invitations, proofs that it still is the
/// goose. Everything
/// here is for the node that is the goose; where it is none, or not any more, the answer is
/// not_goose().
class Changes {
 public:
  /// What this node says when it dials somebody to invite it.
  using MakeHello = std::function<wire::Hello()>;
  Changes(const Home& home, Engine& engine, Peers& peers, const Book& book, MakeHello hello,
          std::function<std::string()> status);
  ~Changes();
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

  /// One request, from HTTP or from a duck that passes it on: DELETE /members/ID, POST /members,
  /// POST /handover, POST /settings,
  /// GET /status?confirm=quorum. Anything else is 404.
  void perform(std::string_view method, std::string_view target, std::string_view body,
               OnResult on_result);

  /// Something has happened: answers what can be answered now.
  void look();

  static constexpr std::size_t wishes_max = 256;

  /// A removal that upkeep cannot begin for so long is refused: a voter that it needs does not
  /// answer.
  [[nodiscard]] static constexpr Duration patience(Duration promise) {
    return std::min<Duration>(2 * promise, change_time);
  }

 private:
  /// Somebody waits for something to be in force.
  struct Wish {
    enum class Kind { removal, handover, invitation };
    Kind kind = Kind::removal;
    NodeId id;  ///< Who is removed, invited, or to take over; none: whoever does.
    Term term;  ///< Of the office that is given up.
    Instant since;
    std::string name;
    OnResult on_result;
    net::TimerId timer;
  };
  using WishId = std::uint64_t;

  void remove(std::string_view who, OnResult on_result);
  void hand_over(std::string_view body, OnResult on_result);
  void hand_over_when_ready(NodeId to, OnResult on_result);
  void hand_over_to(std::optional<NodeId> to, OnResult on_result);
  void later(Instant at, std::move_only_function<void()> what);
  void set(std::string_view body, OnResult on_result);
  void set_when_free(const wire::SettingsRequest& request, Instant until, OnResult on_result);
  void invite(std::string_view body, OnResult on_result);
  void visit(const std::string& address, OnResult on_result);
  void confirm(OnResult on_result);
  void wait(Wish wish);
  [[nodiscard]] std::optional<Result> outcome(const Wish& wish) const;
  [[nodiscard]] std::optional<Result> outcome_of_removal(const Wish& wish) const;
  [[nodiscard]] std::optional<Result> outcome_of_handover(const Wish& wish) const;
  [[nodiscard]] Result too_late(const Wish& wish);
  [[nodiscard]] Result refusal(const Answer& answer, const std::string& what) const;
  [[nodiscard]] std::string silent_text(const std::vector<NodeId>& silent) const;
  [[nodiscard]] std::expected<NodeId, Result> find_node(const std::string& word) const;

  const Home& home_;
  Engine& engine_;
  Peers& peers_;
  const Book& book_;
  MakeHello hello_;
  std::function<std::string()> status_;  ///< The confirmed status as JSON.
  std::map<WishId, Wish> wishes_;
  std::map<WishId, std::unique_ptr<Visit>> visits_;
  std::map<WishId, net::TimerId> delays_;  ///< Of what cannot be done yet, and is tried again.
  WishId last_ = 0;
};

}  // namespace duckduckgoose::node

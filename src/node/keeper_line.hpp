#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/letter.hpp"
#include "net/loop.hpp"
#include "net/packets.hpp"
#include "raft/configuration.hpp"
#include "wire/frame.hpp"

namespace duckduckgoose::node {

class Book;

/// The node's end of the line to its keeper (DESIGN section 9). Without a keeper it is mute.
class KeeperLine {
 public:
  struct Listener {
    std::function<guard::Beat()> beat;                 ///< What the node is at this instant.
    std::function<void()> on_stop;                     ///< An operator wants the node to stop.
    std::function<void(const guard::Reply&)> on_work;  ///< News of what it has started.
    std::function<void()> on_silent;                   ///< The keeper does not answer, but lives.
    std::function<void()> on_dead;                     ///< The keeper is dead.
  };

  /// `fd`: of a socketpair (SOCK_SEQPACKET), taken over; none: there is no keeper.
  KeeperLine(net::Loop& loop, std::optional<int> fd, Listener listener);
  ~KeeperLine();
  KeeperLine(const KeeperLine&) = delete;
  KeeperLine& operator=(const KeeperLine&) = delete;

  /// A keeper watches, and answers: it will release what this node has promised when this node
  /// dies.
  [[nodiscard]] bool guards() const { return line_ && !silent_; }

  /// Says now how things stand, and from now on as often as it has to be said.
  void beat();

  /// To be called whenever this node may have become or stopped being goose, before anybody else
  /// learns of it. Of a duck the keeper learns nothing: in an election all cores are needed.
  void seat_changed();

  /// Around each write of the record. Of a duck there is nothing to say: the keeper has patience.
  void saving(std::optional<Instant> lease_end);
  void saved();

  /// How things stand, for a service manager, if there is one.
  void report(const std::string& sentence);

  /// False: the keeper has not got it, or there is none.
  bool tell(const guard::Letter& letter);

  /// Nothing may be released before `until`. False: the keeper does not know of it.
  bool tell_hold(Instant until) { return !line_ || tell(guard::Held{until}); }

  /// Whom the keeper has to tell of this node's death, and how: every other voter, where its
  /// address says that it is, or where it was met. `mine` is the hello of this node.
  void address(const Configuration& config, const Book& book, const wire::Hello& mine);

 private:
  /// What the envelopes are made from.
  struct Reach {
    Incarnation of;
    Stamp stamp;
    std::vector<std::vector<std::string>> places;  ///< Of each other voter.
    bool operator==(const Reach&) const = default;
  };

  void hear(std::string_view packet);
  void notice_silence(Instant now);

  net::Loop& loop_;
  Listener listener_;
  std::unique_ptr<net::Packets> line_;
  net::TimerId timer_;
  Instant timer_at_;
  std::optional<Instant> asked_;  ///< Since when an answer is owed.
  bool silent_ = false;
  bool has_service_manager_;
  bool is_goose_ = false;   ///< As the keeper was told last.
  bool is_saving_ = false;  ///< As the keeper was told last.
  Reach reach_{};
  guard::Envelopes told_;
  bool is_told_ = true;  ///< The keeper has them.
};

}  // namespace duckduckgoose::node

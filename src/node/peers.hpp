#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/greeting.hpp"
#include "node/routes.hpp"
#include "node/session.hpp"
#include "raft/message.hpp"
#include "wire/frame.hpp"

namespace duckduckgoose::node {

/// What the links need to know of this node, and whom they tell.
class PeersOwner {
 public:
  virtual ~PeersOwner() = default;

  [[nodiscard]] virtual NodeId id() const = 0;
  [[nodiscard]] virtual bool is_fresh() const = 0;
  [[nodiscard]] virtual wire::Hello hello() const = 0;
  [[nodiscard]] virtual wire::Welcome welcome() const = 0;

  /// A node of this cluster is there, and can be told something. Refused: why the core wants none
  /// of it (rule 9).
  [[nodiscard]] virtual std::optional<Refusal> link_up(const wire::Hello& theirs) = 0;
  /// What tells it so.
  [[nodiscard]] virtual Message rejection(NodeId to, Refusal why) const = 0;
  /// The numeric end of a link that stands: where the node listens, but for the port, if it was
  /// dialled, else where it speaks from. The former is not followed by the latter while links
  /// stand.
  virtual void met_at(NodeId who, const std::string& remote) = 0;
  virtual void link_down(NodeId who) = 0;
  virtual void received(Message message) = 0;

  /// A duck passes on a request; the answer goes out by Peers::reply().
  virtual void called(NodeId who, const wire::Call& call) = 0;
  virtual void invited(const std::string& address) = 0;
  /// A node of this cluster names the address of another one.
  virtual void introduced(const std::string& address) = 0;
  /// At the address of `looked_for` somebody has answered, perhaps another one.
  virtual void answered(NodeId looked_for, const wire::Hello& theirs) = 0;
  /// A fresh node has dialled this one, which is fresh as well.
  virtual void met_fresh(NodeId who) = 0;

  /// A link was refused here or there, or ended with an error; `who` is an address. Comes again and
  /// again.
  virtual void troubled(const std::string& who, const std::string& what) = 0;
  virtual void met_foreign(const std::string& who, const wire::Hello& theirs) = 0;
};

/// The links to the other nodes of the cluster: one for each pair that is used, whoever dialled it.
///
/// Two nodes that dial each other at the same time have two for a moment. Both use the one that the
/// lower id dialled;
/// the other is read for `retire_time` more, so that nothing sent on it is lost, and then closed.
class Peers {
 public:
  /// `links`: that it bears. Beyond them only its goals are bound.
  Peers(net::Loop& loop, PeersOwner& owner, std::uint64_t seed, std::size_t links = links_max);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  void accept(net::Link link);

  /// Whom to be linked to; everybody else is welcome, but not dialled. `patience`: how long a link
  /// that was lost may be missing before it is dialled again.
  void set_goals(std::vector<Goal> goals, Duration patience);

  void send(NodeId to, const Message& message);
  void send_to_others(const Message& notice, const std::vector<NodeId>& except);

  /// Closes the link to a node that is heard no more: which of two it is nobody knows.
  void reject(NodeId id, Refusal why);

  /// Tells a linked node where another one of the cluster is.
  void introduce(NodeId to, const std::string& address);

  /// Passes a request on. The answer is none if the link ends before; then, or when it comes, the
  /// request is over.
  using OnReply = std::move_only_function<void(std::optional<wire::Reply>)>;
  using CallId = std::uint64_t;
  [[nodiscard]] std::optional<CallId> call(NodeId to, std::string method, std::string target,
                                           std::string body, OnReply on_reply);
  void forget_call(CallId id) { calls_.erase(id); }
  void reply(NodeId to, const wire::Reply& reply);

  /// Says good-bye on every link, after what is queued; `done` comes when all are gone or `limit`
  /// is over.
  void close_all(std::string_view reason, Duration limit, std::function<void()> done);

  /// Cuts every link without a word, and while set dials and takes none.
  void cut_off(bool is_cut);

  struct Peer {
    wire::Hello hello;
    Instant heard;
    Instant since;
  };
  [[nodiscard]] std::optional<Peer> find(NodeId id) const;
  [[nodiscard]] bool has(NodeId id) const { return peers_.contains(id); }
  [[nodiscard]] std::vector<NodeId> ids() const;  ///< Of all, ascending.
  [[nodiscard]] std::size_t size() const { return peers_.size(); }

  /// Why no link to it stands: "refused", "no answer". Empty: not known yet.
  [[nodiscard]] std::string why_not(NodeId id) const { return routes_.why_not(id); }

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] Counts& counts() { return counts_; }

  static constexpr std::size_t links_max = 4096;  ///< One for each peer.
  static constexpr std::size_t strangers_max =
      256;  ///< Links whose hello has not come, or that are fresh.
  static constexpr std::size_t lines_max = links_max + strangers_max;
  static constexpr Duration stranger_time = std::chrono::seconds{20};  ///< For such a link.
  static constexpr Duration retire_time = std::chrono::seconds{2};
  static constexpr std::size_t calls_max = 1024;

 private:
  using Serial = std::uint64_t;
  /// One connection.
  struct Line {
    Serial serial = 0;
    std::optional<Goal> goal;  ///< None: it was accepted.
    std::unique_ptr<Session> session;
    std::optional<NodeId> bound;
    bool is_keeper = false;  ///< Of a node of this cluster, which is dead.
    bool was_fresh = false;  ///< So this node has said on it, whatever it is now.
    net::TimerId timer;      ///< Ends a stranger, or a line that is not used any more.
  };
  struct Known {
    wire::Hello hello;
    Instant since;
    std::vector<Line*> lines;  ///< The last one is used.
  };
  struct Call {
    NodeId to;
    OnReply on_reply;
  };

  void open(net::Link link, std::optional<Goal> goal);
  void greeted(Line& line, const wire::Hello& theirs);
  void bind(Line& line, const wire::Hello& theirs);
  void bound(Line& line, NodeId id);
  void add(Known& known, Line& line);
  void take(Line& line, wire::Frame frame);
  void take_proof(Line& line, wire::Frame frame);
  void take_bound(Line& line, wire::Frame frame);
  void ended(Line& line, net::LinkEnd why, std::string_view text);
  void unbind(Line& line, const std::string& why);
  void lost(NodeId id, const std::string& why);
  void end_calls(NodeId to);
  void refuse(Line& line, const RefuseIt& why);
  void reject(Line& line, Refusal why);
  void end_after(Line& line, Duration time, std::string reason);
  void bury(Line& line);
  void redial();
  void drop_what_was_met_in_search();
  void finish_closing();
  [[nodiscard]] net::Text encoded(const Message& message);
  [[nodiscard]] std::string who(const Line& line) const;
  [[nodiscard]] bool is_welcome(NodeId id) const;
  [[nodiscard]] bool is_preferred(const Line& line, NodeId other) const;
  [[nodiscard]] std::size_t strangers() const;

  net::Loop& loop_;
  PeersOwner& owner_;
  std::size_t links_;
  Counts counts_;
  std::map<Serial, std::unique_ptr<Line>> lines_;
  std::vector<std::unique_ptr<Line>> graveyard_;  ///< Ended, but perhaps still on the stack.
  std::map<NodeId, Known> peers_;
  std::map<CallId, Call> calls_;
  Routes routes_;
  std::vector<Goal> goals_;
  Duration patience_{0};
  Serial last_serial_ = 0;
  CallId last_call_ = 0;
  net::TimerId closing_timer_;
  std::function<void()> on_closed_;
  bool cut_ = false;
  bool closing_ = false;
  net::TimerId burial_timer_;
};

}  // namespace duckduckgoose::node

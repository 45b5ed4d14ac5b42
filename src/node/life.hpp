#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/api.hpp"
#include "node/book.hpp"
#include "node/changes.hpp"
#include "node/engine.hpp"
#include "node/errands.hpp"
#include "node/home.hpp"
#include "node/joining.hpp"
#include "node/node.hpp"
#include "node/peers.hpp"
#include "node/story.hpp"
#include "node/view.hpp"
#include "node/work.hpp"

namespace duckduckgoose::node {

/// One incarnation of a node, from its durable start to its end: ties core, links and people's
/// questions together.
/// A node that must take a new id begins another life.
class Life final : private Surroundings, private PeersOwner {
 public:
  struct Listener {
    std::function<void(Failure)>
        on_failure;  ///< The process must end. Not called from the constructor.
    std::function<void(int exit_code, ReleaseReason why)> on_done;  ///< The work is over: stop.
    /// This id is of no use any more: a new one is needed (section 6); nor is its cluster, unless
    /// it goes on `in_cluster` (F4).
    std::function<void(bool in_cluster, const std::string& why)> on_outlived;
  };

  /// `record` is durable. `start` says what to do about a cluster; a Refuse has been dealt with
  /// before.
  Life(Home& home, const Record& record, const membership::Decision& start, Listener listener);
  ~Life() override;

  void accept(net::Link link) { peers_.accept(std::move(link)); }
  void handle(const net::Request& request, net::Responder responder);
  [[nodiscard]] wire::Status status() const;
  [[nodiscard]] const Record& record() const { return engine_.raft().record(); }

  [[nodiscard]] guard::Beat beat() const;
  /// A firm window: until then nothing is released, neither here nor by the keeper. None: not
  /// given.
  [[nodiscard]] std::optional<Instant> hold(Duration wanted);
  void hear(const guard::Reply& reply) { work_.hear(reply); }
  /// The keeper does not answer, or is dead: ends what it had started, and hands over if somebody
  /// can take the office.
  void go_on_unguarded(bool keeper_is_dead);

  /// Has this node removed from its cluster, within 5 s; then calls `done`. It goes on as a removed
  /// one; where it cannot be removed, as before.
  void leave_cluster(std::function<void()> done);

  /// Gives up the office, if it has it, says good-bye and then calls `done`; `owes`: something that
  /// was promised is not released.
  void stop(ReleaseReason why, std::function<void(bool owes)> done);
  void cut_off(bool is_cut);

  static constexpr Duration farewell_time =
      std::chrono::milliseconds{250};  ///< For the links to close.
  static constexpr std::string_view id_is_useless = "its id is of no use in this cluster any more";
  static constexpr Duration succession_time =
      std::chrono::milliseconds{100};  ///< For a new goose to be heard.
  /// For the others to go by what they have heard of it, before they have good-byes to see to.
  static constexpr Duration news_time = std::chrono::milliseconds{2};
  /// For it to be heard before the observers are told that there is none.
  static constexpr Duration vacancy_time = std::chrono::milliseconds{50};
  /// Of an observer, with a link that was lost.
  static constexpr Duration patience_max = std::chrono::milliseconds{400};

 private:
  // Surroundings
  void withdrawn(const Tenure& tenure) override;
  void send(const Message& message) override;
  void send_to_others(const Message& notice, const std::vector<NodeId>& except) override;
  void learn_addresses() override;
  [[nodiscard]] Record with_addresses(Record record) const override;
  [[nodiscard]] const std::string& address() const override { return home_.address; }
  [[nodiscard]] const std::vector<NodeId>& displaced() const override { return gone_; }
  void saving() override;
  void saved() override;
  void stepped(const Effects& effects) override;
  void keeping_up(const membership::Upkeep& change, const membership::Office& office) override;
  void disk_failed(const store::StoreError& error) override;

  // PeersOwner
  [[nodiscard]] NodeId id() const override { return engine_.id(); }
  [[nodiscard]] bool is_fresh() const override { return record().is_fresh(); }
  [[nodiscard]] wire::Hello hello() const override;
  [[nodiscard]] wire::Welcome welcome() const override;
  [[nodiscard]] std::optional<Refusal> link_up(const wire::Hello& theirs) override;
  [[nodiscard]] Message rejection(NodeId to, Refusal why) const override;
  void met_at(NodeId who, const std::string& remote) override;
  void link_down(NodeId who) override;
  void received(Message message) override;
  void called(NodeId who, const wire::Call& call) override;
  void invited(const std::string& address) override;
  void introduced(const std::string& address) override;
  void answered(NodeId looked_for, const wire::Hello& theirs) override;
  void met_fresh(NodeId who) override;
  void troubled(const std::string& who, const std::string& what) override;
  void met_foreign(const std::string& who, const wire::Hello& theirs) override;

  void begin(const membership::Decision& start);
  void join(const membership::AskTargets& ask);
  [[nodiscard]] bool know_address();
  void enrol(const Enrolled& enrolled);
  void changed() { ++story_.sequence; }
  void goose_changed(const Leadership& leadership);
  void config_changed(const Configuration& before);
  void tell(const Trace& trace);
  void aim();
  void aim_soon();
  void introduce(NodeId newcomer);
  [[nodiscard]] std::string place_of(const Member& voter) const;
  void learn_voters();
  void learn(const std::string& address);
  void tell_vacancy();
  [[nodiscard]] std::optional<Refusal> refusal_of(NodeId who, Event event);
  void hear_no_more(Incarnation who, Refusal why);
  void notice_outgrown(Stamp stamp);
  void notice_end_of_cluster();
  void ask_to_leave(Instant until, std::function<void()> done);
  void leave();
  void leave_after(Duration wait);
  void outlive(bool in_cluster, std::string_view why);
  void fail(Failure failure);
  [[nodiscard]] Facts facts() const;
  [[nodiscard]] std::string why() const;  ///< A sentence: what this node is, or waits for.
  [[nodiscard]] std::vector<std::string> environment_of_work() const;
  [[nodiscard]] std::string why_work_ends(ReleaseReason reason) const;

  Home& home_;
  Listener listener_;
  Book book_;
  Story story_;
  Engine engine_;
  Work work_;
  Peers peers_;
  Changes changes_;
  Errands errands_;
  Api api_;
  std::unique_ptr<Joining> joining_;
  std::optional<membership::Charter> charter_;  ///< Of the cluster that it is to found with others.
  std::optional<std::string> slot_;             ///< Where this node found itself.
  std::vector<std::string> hints_;              ///< Where else the cluster may be found.
  std::vector<std::string> introduced_;         ///< The same, told by others; the latest.
  std::vector<std::string> addresses_;          ///< Where others are: saved with the record.
  std::vector<NodeId> newcomers_;               ///< Linked, and not introduced yet.
  Configuration config_;                        ///< As it last was, to see what changes.
  std::vector<NodeId> gone_;           ///< Voters at whose addresses somebody else answers.
  std::vector<NodeId> lost_;           ///< ... who is not in this cluster.
  std::optional<Instant> gone_since_;  ///< All of them, as a node sees it that does not vote.
  std::optional<Foreigner> foreigner_;
  std::optional<std::pair<NodeId, Refusal>> refused_;  ///< By the core, in the last step.

  /// A goose that speaks with a term below this node's: it can never be followed by a node that has
  /// no vote.
  struct Outgrown {
    Instant first;
    Instant last;
  };
  std::optional<Outgrown> outgrown_;

  std::function<void(bool)> on_stopped_;  ///< Set while it stops and has not said good-bye.
  net::TimerId end_timer_;
  net::TimerId aim_timer_;
  net::TimerId leave_timer_;
  std::optional<Message> vacancy_;  ///< To be told, unless somebody follows before the timer.
  net::TimerId vacancy_timer_;
  bool draining_ = false;
  bool over_ = false;
};

}  // namespace duckduckgoose::node

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/demo/janitor.hpp"
#include "cli/demo/relay.hpp"
#include "wire/status.hpp"

namespace duckduckgoose::cli::demo {

/// What has been done to a node, as far as it was not undone.
enum class Plight : std::uint8_t {
  running,
  stopped,  ///< By SIGSTOP: it lives, and does nothing.
  dead,
};

/// One node of the demo: two processes of this same program.
struct DemoNode {
  int number = 0;
  std::uint16_t port = 0;        ///< Where it listens, for users.
  std::uint16_t relay_port = 0;  ///< Where the other nodes reach it.
  pid_t keeper = 0;
  pid_t process = 0;  ///< The keeper's child.
  Plight plight = Plight::dead;
  bool is_cut = false;
  bool shall_end = false;                ///< It was told to.
  std::optional<wire::Status> status{};  ///< The last answer; none: no answer to the last question.
};

/// How a process ended: "killed (signal 9)", "ended (exit code 0)".
struct Ended {
  int number = 0;
  std::string how;
  bool was_wanted = false;  ///< It was told to by signal().
};

/// The processes of a demo, their network and their folder. All of it is gone with this object; the
/// kernel kills the processes, too, when this one is killed.
class Pond {
 public:
  static constexpr int nodes_max = 9;

  /// Errors: the call that failed and why.
  [[nodiscard]] static std::expected<Pond, std::string> make();

  Pond(Pond&&) noexcept = default;
  Pond& operator=(Pond&&) = delete;
  ~Pond();  ///< Kills every node, and returns when they are dead.

  [[nodiscard]] const std::vector<DemoNode>& nodes() const { return nodes_; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }

  // Each of these takes a number from 1 to nodes().size(). Errors: the call that failed and why.

  /// Starts one more node.
  [[nodiscard]] std::expected<int, std::string> add();
  /// Starts a dead node again, with its old data.
  [[nodiscard]] std::expected<void, std::string> restart(int number);
  /// SIGKILL to the node: a crash, which its keeper sees; SIGSTOP and SIGCONT to both, as if their
  /// machine stood still; anything else to the keeper.
  void signal(int number, int signal);
  void cut(int number, bool is_cut);

  /// The nodes whose processes have ended since the last call.
  [[nodiscard]] std::vector<Ended> reap();

  /// Asks every node that can answer for its status.
  void ask_all(Duration limit);

 private:
  explicit Pond(TemporaryFolder folder);

  [[nodiscard]] DemoNode& at(int number) { return nodes_[static_cast<std::size_t>(number) - 1]; }
  [[nodiscard]] std::vector<std::string> words_for(const DemoNode& node) const;

  TemporaryFolder folder_;  ///< First, so that it goes last.
  std::unique_ptr<Relay> relay_;
  std::vector<DemoNode> nodes_;
};

}  // namespace duckduckgoose::cli::demo

#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "net/loop.hpp"
#include "node/settings.hpp"
#include "wire/status.hpp"

/// One running node: core, upkeep, founding, record, wire and port put together on one event loop.
namespace duckduckgoose::node {

/// Why a node did not start or had to end: what the process should exit with, and one sentence for
/// people.
struct Failure {
  int exit_code = 1;     ///< SURFACE section 4.
  std::string sentence;  ///< What, which, value, what to do. Without a program name and line end.
  bool operator==(const Failure&) const = default;
};

/// A node while it runs. All of it belongs to the thread of the loop. Destroying it is what `kill
/// -9` does to a
/// process: nothing is said to anybody, and what was promised stands.
class Node {
 public:
  /// Listens, locks and loads the record, counts the start durably, decides how to begin, and
  /// begins. The loop
  /// has to run for anything further to happen.
  ///
  /// Errors: 73 the data directory or the port is in use; 74 disk; 75 too few files or the like; 78
  /// settings that
  /// cannot be followed, a record of another format. See SURFACE section 4.
  [[nodiscard]] static std::expected<Node, Failure> start(net::Loop& loop, Settings settings);

  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;
  ~Node();

  /// Called once, from the loop, when the node has ended by itself: exit code 0 after stop(), else
  /// why.
  void on_end(std::function<void(Failure)> f);

  /// SIGTERM: hands over by a Release, if it leads, and ends. It stays a member. In well under a
  /// promise.
  void stop();

  /// Pretends that the network is gone, until called with false: every link is cut without a word,
  /// none is
  /// dialled or taken. For trials and demonstrations of partitions; HTTP goes on.
  void cut_off(bool is_cut);

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const std::string& address() const;  ///< Where it wants to be reached.
  [[nodiscard]] NodeId id() const;
  [[nodiscard]] wire::Status status() const;  ///< What GET /status says at this instant.

  struct Impl;

 private:
  explicit Node(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// A whole process that is a node: starts it, obeys SIGINT and SIGTERM (a second one ends it at
/// once), and returns
/// when it has ended. Exit code 0: it was stopped; the sentence is empty then.
[[nodiscard]] Failure run(const Settings& settings);

/// `duckduckgoose init`: founds a cluster of one in the data directory, wherever the node will
/// listen, without
/// running it. Returns what to tell the user.
///
/// Errors: 73, 74 as start(); 78 if the directory is in a cluster already, or no address to be
/// reached at is known.
[[nodiscard]] std::expected<std::string, Failure> init(const Settings& settings);

}  // namespace duckduckgoose::node

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "os/descriptor.hpp"

namespace duckduckgoose::cli::demo {

/// The network of the demo: each node is reached by the others through an address of the relay, so
/// that its cable can be pulled. Then nothing passes to or from it, and nobody is told: bytes wait,
/// as in a real network, and arrive late when the cable is put back.
///
/// Works in a thread of its own; every member may be called from any thread.
class Relay {
 public:
  Relay();
  ~Relay();  ///< Closes every connection.
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Opens the address at which the others reach node `number`, which listens on `port`; its own
  /// port. Error: the call that failed and why.
  [[nodiscard]] std::expected<std::uint16_t, std::string> add(int number, std::uint16_t port);

  /// Which process is node `number` now: who has dialled is found out by it.
  void runs_as(int number, pid_t process);

  void cut(int number, bool is_cut);

 private:
  struct Node {
    int number = 0;
    std::uint16_t port = 0;
    Descriptor listener;
    pid_t process = 0;
    bool is_cut = false;
  };
  /// One direction of a connection.
  struct Flow {
    std::string waiting;
    bool has_ended = false;
  };
  struct Connection {
    int from = 0;  ///< The node that dialled; 0: nobody of ours.
    int to = 0;
    Descriptor dialler;
    Descriptor target;
    Flow there;
    Flow back;
  };
  /// What poll() is asked about: a listener, or one end of a connection.
  struct Watched {
    Node* node = nullptr;
    Connection* connection = nullptr;
    bool is_dialler = false;
  };

  void work(const std::stop_token& stop);
  void wait_for_events(std::vector<Watched>& watched, std::vector<short>& events);
  void accept_from(Node& node);
  void move_bytes(Connection& connection, bool from_dialler, short events);
  void drop_ended();
  void wake();
  [[nodiscard]] int number_of_dialler(const Node& target, std::uint16_t port) const;
  [[nodiscard]] bool passes(const Connection& connection) const;

  std::mutex mutex_;  ///< Held by the thread save while it waits for events.
  std::map<int, Node> nodes_;
  std::list<Connection> connections_;
  Descriptor wake_up_;
  std::jthread thread_;
};

}  // namespace duckduckgoose::cli::demo

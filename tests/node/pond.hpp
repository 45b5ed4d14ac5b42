#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/client.hpp"
#include "net/loop.hpp"
#include "node/node.hpp"

namespace duckduckgoose::node::testing {

using namespace std::chrono_literals;

/// A directory that is gone with the test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return root_ + "/" + name; }
  void copy(const std::string& from, const std::string& to) const;

 private:
  std::string root_;
};

/// Several nodes in one process, on one loop, each with its own port and data. Named by the tests.
class Pond {
 public:
  Pond() = default;
  ~Pond();
  Pond(const Pond&) = delete;
  Pond& operator=(const Pond&) = delete;

  /// Settings of a node on loopback with a free port and a promise of 500 ms, if it founds.
  [[nodiscard]] Settings settings(const std::string& name,
                                  const std::vector<std::string>& join = {});

  /// Starts it, as `name`; it must start.
  Node& start(const std::string& name, const std::vector<std::string>& join = {});
  Node& start_as(const std::string& name, Settings settings);
  /// Starts it where it was before, on the port that it had, with nobody to join.
  Node& restart(const std::string& name);

  /// Ends it as kill -9 does.
  void kill(const std::string& name);
  /// Stops it as SIGTERM does, and waits until it has ended.
  void stop(const std::string& name);

  /// `first` founds; the others join it. Returns when all agree on the goose and so many vote.
  void found(const std::vector<std::string>& names, std::size_t voters);

  [[nodiscard]] Node& operator[](const std::string& name) { return *nodes_.at(name).node; }
  [[nodiscard]] wire::Status status(const std::string& name) { return (*this)[name].status(); }
  [[nodiscard]] const std::string& log(const std::string& name) { return nodes_.at(name).log; }
  [[nodiscard]] const std::optional<Failure>& ended(const std::string& name) {
    return nodes_.at(name).ended;
  }
  [[nodiscard]] std::string id(const std::string& name);
  [[nodiscard]] std::vector<std::string> names() const;

  /// Who of the running nodes says that it is the goose; empty if nobody, "two: ..." if more than
  /// one does.
  [[nodiscard]] std::string goose();
  /// All running nodes know the same goose, which says so itself.
  [[nodiscard]] bool agree();

  /// Lets the nodes run until `holds`. False: `limit` is over.
  [[nodiscard]] bool until(const std::function<bool()>& holds, Duration limit = 20s);
  /// Lets them run for so long; for what must not happen.
  void run_for(Duration time);

  /// One HTTP request to a node, as a process beside it would make it.
  client::HttpAnswer ask(const std::string& name, const std::string& method,
                         const std::string& target, const std::string& body = {});

  net::Loop loop;
  Folder folder;

 private:
  struct Duck {
    Settings settings;
    std::optional<Node> node;
    std::optional<Failure> ended;
    std::string log;
  };
  std::map<std::string, Duck> nodes_;
};

}  // namespace duckduckgoose::node::testing

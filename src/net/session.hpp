#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_parser.hpp"
#include "net/loop_impl.hpp"
#include "net/server.hpp"

/// Private to src/net: one HTTP connection.
namespace duckduckgoose::net {

/// Where an answer goes.
class Responder::Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void answer(std::uint64_t request, Answer answer) = 0;
};

/// Reads requests, one at a time, and writes their answers. While no byte of a request is there it
/// lies in the server's list of idle sessions, else in the list of busy ones.
class Session final : public Responder::Sink, public std::enable_shared_from_this<Session> {
 public:
  Session(Server::Impl& server, Socket socket, const Endpoint& remote, bool on_loopback);

  void start(std::list<std::shared_ptr<Session>>::iterator place);

  void answer(std::uint64_t request, Answer answer) override;

  [[nodiscard]] bool overdue(Instant now) const { return now >= deadline_; }

  /// Its time is over: 408, 503 or the end.
  void run_out();

  /// Ends after the answer under way, or now if there is none.
  void retire();

  /// Cuts the connection.
  void close();

 private:
  enum class Phase : std::uint8_t { idle, header, body, answering, writing, draining, closed };

  void enter(Phase phase);
  void read();
  void make_room();
  void on_read(std::size_t bytes);
  void advance();
  void dispatch();
  [[nodiscard]] bool admit();
  void upgrade();
  void reject(const Rejection& why, std::vector<std::pair<std::string, std::string>> headers = {});
  void respond(Answer answer);
  void write(std::string_view bytes);
  void written();

  Server::Impl* server_;          ///< None once closed.
  std::optional<Socket> socket_;  ///< None once closed: a Responder may outlive the loop.
  std::list<std::shared_ptr<Session>>::iterator place_;
  std::string remote_;
  bool from_loopback_;
  bool on_loopback_;
  bool reading_ = false;
  bool dispatching_ = false;
  bool keep_alive_ = true;
  bool http_1_1_ = true;
  bool head_only_ = false;
  Phase phase_ = Phase::idle;
  Instant deadline_;
  std::uint64_t request_ = 0;  ///< Counts up: names the one that is being answered.
  std::size_t drained_ = 0;
  RequestParser parser_;
  std::vector<char> in_;  ///< Received and not yet taken: [begin_, end_).
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string out_;  ///< What the socket did not take at once.
};

}  // namespace duckduckgoose::net

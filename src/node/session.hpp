#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/link.hpp"
#include "net/loop.hpp"
#include "wire/frame.hpp"

namespace duckduckgoose::node {

/// The close codes of RFC 6455 (7.4.1) that a node uses.
enum class Close : std::uint16_t {
  normal = 1000,
  going_away = 1001,      ///< The node stops.
  protocol_error = 1002,  ///< No common version, or a frame where it must not be.
  bad_frame = 1007,       ///< What came is no frame.
  refused = 1008,         ///< Another cluster, another node, an old incarnation.
  try_later = 1013,       ///< Too many links.
};

/// What came in over all links and was not as it should be, and what went out.
struct Counts {
  std::uint64_t malformed_frames = 0;
  std::uint64_t unknown_frames = 0;
  std::uint64_t refused_links = 0;
  std::uint64_t encoded_messages = 0;  ///< Of the core: one that goes to many counts once.
};

/// One link on which frames are spoken: says hello at once, takes the other side's hello first, and
/// decodes what
/// follows. A malformed frame costs the link; one of an unknown type is counted and answered.
/// Hellos come once.
class Session {
 public:
  struct Listener {
    std::function<void(const wire::Hello&)> on_hello;
    std::function<void(wire::Frame)> on_frame;  ///< Neither a Hello nor an Unknown.
    /// Once, last. One sentence, without saying who the other side is: "closed by the peer: ...".
    std::function<void(net::LinkEnd, std::string_view)> on_end;
  };

  /// No callback may destroy the session. None is called from inside the constructor, send() or
  /// close().
  Session(net::Loop& loop, net::Link link, const wire::Hello& mine, Counts& counts,
          Listener listener);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool send(std::string frame) { return link_.send(std::move(frame)); }
  bool send(net::Text frame) { return link_.send(std::move(frame)); }
  void close(Close why, std::string_view reason);

  [[nodiscard]] const std::optional<wire::Hello>& theirs() const { return theirs_; }
  [[nodiscard]] Instant heard() const { return heard_; }
  [[nodiscard]] bool dialled() const { return link_.dialled(); }
  [[nodiscard]] const std::string& remote() const { return link_.remote(); }
  [[nodiscard]] bool open() const { return link_.open(); }

  static constexpr Duration hello_time = std::chrono::seconds{5};  ///< For the other side's hello.

 private:
  void take(std::string_view text);
  void take_hello(const wire::Frame& frame);
  void end(net::LinkEnd why, std::string_view text);

  net::Loop& loop_;
  net::Link link_;
  Counts& counts_;
  Listener listener_;
  std::optional<wire::Hello> theirs_;
  std::optional<std::string> why_closed_;  ///< What this side found wrong.
  Instant heard_;
  net::TimerId timer_;
};

}  // namespace duckduckgoose::node

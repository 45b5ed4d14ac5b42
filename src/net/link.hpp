#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "raft/types.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::net {

/// One encoding for many links.
using Text = std::shared_ptr<const std::string>;

/// Every bound of a link.
struct LinkLimits {
  std::size_t frame_bytes_max = wire::frame_bytes_max;  ///< A longer one received ends the link.
  std::size_t queue_bytes_max = 1024U * 1024U;          ///< More waiting to be sent ends the link.
  std::size_t queue_frames_max = 1024;                  ///< The same, in frames.
  Duration handshake_time = std::chrono::seconds{5};    ///< For the upgrade, and for closing.
  Duration idle_time =
      std::chrono::seconds{30};  ///< Silence (pings unanswered) that ends the link.
};

/// Why a link ended.
enum class LinkEnd : std::uint8_t {
  closed_here,     ///< close() was called here.
  closed_by_peer,  ///< A close frame, with its reason.
  lost,        ///< End of stream or reset without a close frame: the process died, or the network.
  idle,        ///< Nothing heard for LinkLimits::idle_time.
  queue_full,  ///< The peer does not read as fast as we send.
  frame_too_large,  ///< Beyond LinkLimits::frame_bytes_max.
  not_text,         ///< A binary message: the protocol has none.
  protocol_error,   ///< Not WebSocket (RFC 6455), or not UTF-8.
};

/// The name of the reason, for logs and counters: "queue_full".
[[nodiscard]] std::string_view to_string(LinkEnd end);

/// One WebSocket connection that carries text frames, whoever dialled it. Owned by one; on the loop
/// only. Destroying it cuts the connection, save that a good-bye begun may still be finished; no
/// callback comes any more.
class Link {
 public:
  struct Impl;
  explicit Link(std::shared_ptr<Impl> impl) noexcept;
  Link() noexcept;  ///< None: only to be assigned to.
  Link(Link&&) noexcept;
  Link& operator=(Link&&) noexcept;
  ~Link();

  /// One whole text message; the view ends with the call.
  using OnFrame = std::function<void(std::string_view)>;
  /// Called once, last, never from inside send() or close(). `text` is one sentence.
  using OnClosed = std::function<void(LinkEnd end, std::string_view text)>;

  /// Begins to read. The callbacks may do anything with the link, destroying it included.
  void start(OnFrame on_frame, OnClosed on_closed);

  /// Queues one frame. False, and the link ends with queue_full, when that breaks the bound; false
  /// as well once it has ended.
  bool send(std::string frame);
  bool send(Text frame);

  /// Says good-bye (RFC 6455 7.4: 1000, 1001, 1002, 1008, ...) after what is queued; `reason` is
  /// cut to 123 bytes. Frames that come meanwhile are dropped.
  void close(std::uint16_t code, std::string_view reason);

  [[nodiscard]] bool open() const;
  [[nodiscard]] const std::string& remote() const;  ///< Numeric address and port of the other side.
  [[nodiscard]] bool dialled() const;               ///< Dialled by us, rather than accepted.
  [[nodiscard]] std::size_t queued_bytes() const;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace duckduckgoose::net

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "net/loop.hpp"

namespace duckduckgoose::net {

/// One end of a socketpair of kind SOCK_SEQPACKET: whole packets, in order, to one other process.
/// Nothing waits: a packet that the kernel cannot take at once is not sent.
class Packets {
 public:
  struct Listener {
    std::function<void(std::string_view)> on_packet;  ///< The view ends with the call.
    std::function<void()> on_end;  ///< Once, last: the other end is closed, or its process dead.
  };

  /// Takes over `fd`. No callback may destroy it; none is called from inside it.
  Packets(Loop& loop, int fd, Listener listener);
  ~Packets();
  Packets(const Packets&) = delete;
  Packets& operator=(const Packets&) = delete;

  /// False: not sent, because the other end does not read, or is gone.
  bool send(std::string_view packet);

  static constexpr std::size_t packet_bytes_max = 64U * 1024U;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duckduckgoose::net

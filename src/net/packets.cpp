#include "net/packets.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "net/loop_impl.hpp"

namespace duckduckgoose::net {

struct Packets::Impl : std::enable_shared_from_this<Packets::Impl> {
  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

  Impl(Loop& loop, int fd, Listener told)
      : descriptor{loop.impl().io.get_executor(), fd}, listener{std::move(told)} {}

  void wait() {
    descriptor.async_wait(Descriptor::wait_read,
                          [self = shared_from_this()](const boost::system::error_code& error) {
                            if (!error && self->read()) self->wait();
                          });
  }

  /// Takes all that is there. False: nothing comes any more.
  bool read() {
    std::array<char, packet_bytes_max> packet;  // NOLINT(*-member-init): recv() fills it
    while (descriptor.is_open()) {
      const ssize_t bytes =
          recv(descriptor.native_handle(), packet.data(), packet.size(), MSG_DONTWAIT);
      if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return true;
      if (bytes <= 0) {
        descriptor.close();
        listener.on_end();
        return false;
      }
      listener.on_packet({packet.data(), static_cast<std::size_t>(bytes)});
    }
    return false;
  }

  Descriptor descriptor;
  Listener listener;
};

Packets::Packets(Loop& loop, int fd, Listener listener)
    : impl_{std::make_shared<Impl>(loop, fd, std::move(listener))} {
  impl_->wait();
}

Packets::~Packets() {
  boost::system::error_code ignored;
  impl_->descriptor.close(ignored);
}

bool Packets::send(std::string_view packet) {
  if (!impl_->descriptor.is_open()) return false;
  const ssize_t sent = ::send(impl_->descriptor.native_handle(), packet.data(), packet.size(),
                              MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(packet.size());
}

}  // namespace duckduckgoose::net

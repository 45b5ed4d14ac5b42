#include "net/link.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/version.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <list>
#include <utility>

#include "net/link_impl.hpp"

namespace duckduckgoose::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Error = boost::system::error_code;

/// Beast, having failed a connection, waits for the other side to close before it says why. We want
/// to know at once, and do the waiting ourselves.
class LinkSocket : public Socket {
 public:
  explicit LinkSocket(Socket socket) : Socket{std::move(socket)} {}
};

template <class Done>
void async_teardown(beast::role_type, LinkSocket& socket, Done&& done) {
  Error error;
  socket.shutdown(asio::socket_base::shutdown_send, error);
  asio::post(socket.get_executor(), beast::bind_front_handler(std::forward<Done>(done), error));
}

using Upgraded = websocket::stream<LinkSocket, false>;  // without compression: frames are short

constexpr std::size_t close_reason_bytes_max = 123;  // RFC 6455 5.5.1
constexpr std::size_t in_bytes_kept = 4096;          // a buffer that grew larger is given back
constexpr std::size_t drain_bytes_max = 1024U * 1024U;
constexpr std::size_t mask_bytes = 1024;  // what a dialled link masks and writes at once

struct End {
  LinkEnd end;
  std::string text;
};

/// `reason`: of the peer's close frame, if there was one; the read may still fail for what came
/// after.
End end_of(const Error& error, const websocket::close_reason& reason) {
  if (error == websocket::error::closed || reason.code != websocket::close_code::none) {
    return {LinkEnd::closed_by_peer,
            fmt::format("closed by the peer: {} {}", reason.code,
                        std::string_view{reason.reason.data(), reason.reason.size()})};
  }
  if (error == beast::error::timeout) return {LinkEnd::idle, "nothing was heard for too long"};
  if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
    return {LinkEnd::frame_too_large, "the peer sent a frame beyond the bound"};
  }
  if (error == websocket::condition::protocol_violation) {
    return {LinkEnd::protocol_error, "the peer broke the WebSocket protocol: " + error.message()};
  }
  return {LinkEnd::lost, "the connection was lost: " + error.message()};
}

}  // namespace

struct Link::Impl : std::enable_shared_from_this<Link::Impl> {
  Impl(Loop& on, Socket socket, std::string from, const LinkLimits& with, bool is_dialled);

  void read();
  void take_frame(std::size_t bytes);
  void write();
  void say_goodbye();
  void end(LinkEnd why, std::string text);
  void drain();
  void cut();

  Loop& loop;
  LinkLimits limits;
  Upgraded stream;
  std::string remote;
  bool dialled;
  bool owned = true;   ///< There is a Link: callbacks may be called.
  bool ended = false;  ///< Nothing is sent or reported any more, save on_closed.
  bool writing = false;
  bool saying_goodbye = false;
  websocket::close_reason goodbye;  ///< Set by close(); code none: not asked for.
  TimerId timer;                    ///< Of the good-bye, or of draining.
  std::size_t drained = 0;
  beast::flat_buffer in;
  std::list<Text> out;
  std::size_t out_bytes = 0;
  OnFrame on_frame;
  OnClosed on_closed;
};

Link::Impl::Impl(Loop& on, Socket socket, std::string from, const LinkLimits& with, bool is_dialled)
    : loop{on},
      limits{with},
      stream{std::move(socket)},
      remote{std::move(from)},
      dialled{is_dialled},
      in{with.frame_bytes_max + in_bytes_kept} {
  stream.set_option(websocket::stream_base::timeout{.handshake_timeout = limits.handshake_time,
                                                    .idle_timeout = limits.idle_time,
                                                    .keep_alive_pings = true});
  stream.read_message_max(limits.frame_bytes_max);
  stream.auto_fragment(false);
  stream.write_buffer_bytes(mask_bytes);
  stream.text(true);
}

void Link::Impl::read() {
  stream.async_read(in, [self = shared_from_this()](const Error& error, std::size_t bytes) {
    if (self->ended) return;
    if (!error) return self->take_frame(bytes);
    if (self->saying_goodbye && error == asio::error::operation_aborted) return;
    auto [why, text] = end_of(error, self->stream.reason());
    if (self->saying_goodbye) why = LinkEnd::closed_here;
    self->end(why, std::move(text));
  });
}

void Link::Impl::take_frame(std::size_t bytes) {
  if (!stream.got_text()) {
    goodbye = {websocket::close_code::unknown_data, "frames are text"};
    say_goodbye();
    return end(LinkEnd::not_text, "the peer sent a binary frame");
  }
  if (goodbye.code == websocket::close_code::none) {
    on_frame({static_cast<const char*>(in.cdata().data()), bytes});
  }
  if (ended) return;
  in.consume(in.size());
  if (in.capacity() > in_bytes_kept) in.shrink_to_fit();
  read();
}

void Link::Impl::write() {
  writing = true;
  stream.async_write(asio::buffer(*out.front()),
                     [self = shared_from_this()](const Error& error, std::size_t) {
                       self->writing = false;
                       if (self->ended) return;
                       // Why it failed is told by the read, which sees the same end.
                       if (error) return;
                       self->out_bytes -= self->out.front()->size();
                       self->out.pop_front();
                       if (!self->out.empty()) return self->write();
                       if (self->goodbye.code != websocket::close_code::none) self->say_goodbye();
                     });
}

void Link::Impl::say_goodbye() {
  if (std::exchange(saying_goodbye, true)) return;
  stream.async_close(goodbye, [self = shared_from_this()](const Error&) {
    self->end(LinkEnd::closed_here, "closed here");
  });
}

void Link::Impl::end(LinkEnd why, std::string text) {
  if (std::exchange(ended, true)) return;
  loop.cancel(timer);
  // The queue stays: a write under way still reads its first frame.
  // A good-bye under way may still finish; the stream's own time limit sees to it.
  if (why == LinkEnd::frame_too_large || why == LinkEnd::protocol_error) {
    timer = loop.wake_at(Loop::now() + limits.handshake_time, [this] { cut(); });
    drain();
  } else if (!saying_goodbye) {
    cut();
  }
  if (!owned || !on_closed) return;
  loop.post([self = shared_from_this(), why, text = std::move(text)] {
    if (self->owned) self->on_closed(why, text);
  });
}

/// Takes what the peer still sends, so that no reset overtakes the close frame that tells it why.
void Link::Impl::drain() {
  in.clear();
  stream.next_layer().async_read_some(
      in.prepare(in_bytes_kept),
      [self = shared_from_this()](const Error& error, std::size_t bytes) {
        self->drained += bytes;
        if (error || self->drained > drain_bytes_max) return self->cut();
        self->drain();
      });
}

void Link::Impl::cut() {
  loop.cancel(timer);
  Error ignored;
  stream.next_layer().close(ignored);
}

std::string_view to_string(LinkEnd end) {
  switch (end) {
    case LinkEnd::closed_here:
      return "closed_here";
    case LinkEnd::closed_by_peer:
      return "closed_by_peer";
    case LinkEnd::lost:
      return "lost";
    case LinkEnd::idle:
      return "idle";
    case LinkEnd::queue_full:
      return "queue_full";
    case LinkEnd::frame_too_large:
      return "frame_too_large";
    case LinkEnd::not_text:
      return "not_text";
    case LinkEnd::protocol_error:
      return "protocol_error";
  }
  std::unreachable();
}

Link::Link(std::shared_ptr<Impl> impl) noexcept : impl_{std::move(impl)} {}
Link::Link() noexcept = default;
Link::Link(Link&&) noexcept = default;

Link& Link::operator=(Link&& other) noexcept {
  Link old{std::exchange(impl_, std::move(other.impl_))};
  return *this;
}

Link::~Link() {
  if (!impl_) return;
  impl_->owned = false;
  impl_->end(LinkEnd::closed_here, {});
}

void Link::start(OnFrame on_frame, OnClosed on_closed) {
  impl_->on_frame = std::move(on_frame);
  impl_->on_closed = std::move(on_closed);
  impl_->read();
}

bool Link::send(std::string frame) {
  return send(std::make_shared<const std::string>(std::move(frame)));
}

bool Link::send(Text frame) {
  if (!open()) return false;
  if (impl_->out.size() == impl_->limits.queue_frames_max ||
      impl_->out_bytes + frame->size() > impl_->limits.queue_bytes_max) {
    impl_->end(LinkEnd::queue_full,
               fmt::format("{} frames of together {} bytes wait to be sent; the peer does not read",
                           impl_->out.size(), impl_->out_bytes));
    return false;
  }
  impl_->out_bytes += frame->size();
  impl_->out.push_back(std::move(frame));
  if (!impl_->writing) impl_->write();
  return true;
}

void Link::close(std::uint16_t code, std::string_view reason) {
  if (!open()) return;
  const auto text = reason.substr(0, close_reason_bytes_max);
  impl_->goodbye = {static_cast<websocket::close_code>(code), {text.data(), text.size()}};
  impl_->timer =
      impl_->loop.wake_at(Loop::now() + impl_->limits.handshake_time, [impl = impl_.get()] {
        impl->end(LinkEnd::closed_here, "closed here; the peer did not answer the good-bye");
        impl->cut();
      });
  if (impl_->out.empty()) impl_->say_goodbye();
}

bool Link::open() const {
  return impl_ && !impl_->ended && impl_->goodbye.code == websocket::close_code::none;
}
const std::string& Link::remote() const { return impl_->remote; }
bool Link::dialled() const { return impl_->dialled; }
std::size_t Link::queued_bytes() const { return impl_->out_bytes; }

void accept_link(Loop& loop, Socket socket, std::string remote, const std::string& request,
                 const LinkLimits& limits, std::function<void(Link)> done) {
  const auto link =
      std::make_shared<Link::Impl>(loop, std::move(socket), std::move(remote), limits, false);
  link->stream.set_option(websocket::stream_base::decorator(
      [](websocket::response_type& answer) { answer.set(http::field::server, "duckduckgoose"); }));
  link->stream.async_accept(asio::buffer(request),
                            [link, done = std::move(done)](const Error& error) {
                              if (!error) done(Link{link});
                            });
}

void dial_link(Loop& loop, Socket socket, std::string remote, const std::string& host,
               const LinkLimits& limits,
               std::function<void(std::expected<Link, std::string>)> done) {
  const auto link =
      std::make_shared<Link::Impl>(loop, std::move(socket), std::move(remote), limits, true);
  link->stream.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
    request.set(http::field::user_agent, "duckduckgoose");
  }));
  const auto answer = std::make_shared<websocket::response_type>();
  link->stream.async_handshake(
      *answer, host, "/peer", [link, answer, done = std::move(done)](const Error& error) {
        if (!error) return done(Link{link});
        if (error == websocket::error::upgrade_declined) {
          return done(
              std::unexpected{fmt::format("answered {} to the upgrade", answer->result_int())});
        }
        if (error == beast::error::timeout) {
          return done(std::unexpected{std::string{"did not answer the upgrade in time"}});
        }
        done(std::unexpected{"does not speak WebSocket: " + error.message()});
      });
}

}  // namespace duckduckgoose::net

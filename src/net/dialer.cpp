#include "net/dialer.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "net/connect.hpp"
#include "net/link_impl.hpp"

namespace duckduckgoose::net {

struct Dial::Impl : std::enable_shared_from_this<Dial::Impl> {
  Impl(Loop& on, std::string_view text, DialLimits with, OnDone then)
      : loop{on}, address{text}, limits{with}, done{std::move(then)} {}

  void connected(std::expected<Connected, DialError> result) {
    if (!result) return finish(std::unexpected{std::move(result.error())});
    dial_link(
        loop, std::move(result->socket), std::move(result->remote), address, limits.link,
        [dial = shared_from_this()](std::expected<Link, std::string> link) {
          if (link) return dial->finish(std::move(*link));
          dial->finish(std::unexpected{DialError{
              DialError::Kind::not_a_peer, fmt::format("{} {}", dial->address, link.error())}});
        });
  }

  void finish(std::expected<Link, DialError> result) {
    const auto call = std::exchange(done, nullptr);
    if (call) call(std::move(result));
  }

  Loop& loop;
  std::string address;
  DialLimits limits;
  OnDone done;  ///< Empty once called or given up.
  std::optional<Connect> connect;
};

Dial::Dial(Loop& loop, std::string_view address, DialLimits limits, OnDone done)
    : impl_{std::make_shared<Impl>(loop, address, limits, std::move(done))} {
  impl_->connect.emplace(loop, address, limits.lookup_time, limits.connect_time,
                         [dial = impl_.get()](std::expected<Connected, DialError> result) {
                           dial->connected(std::move(result));
                         });
}

Dial::Dial() noexcept = default;
Dial::Dial(Dial&&) noexcept = default;

Dial& Dial::operator=(Dial&& other) noexcept {
  Dial old{std::move(*this)};
  impl_ = std::move(other.impl_);
  return *this;
}

Dial::~Dial() {
  if (!impl_) return;
  impl_->done = nullptr;
  impl_->connect.reset();
}

}  // namespace duckduckgoose::net

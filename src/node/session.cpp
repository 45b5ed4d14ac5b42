#include "node/session.hpp"

#include <utility>
#include <variant>

namespace duckduckgoose::node {

Session::Session(net::Loop& loop, net::Link link, const wire::Hello& mine, Counts& counts,
                 Listener listener)
    : loop_{loop},
      link_{std::move(link)},
      counts_{counts},
      listener_{std::move(listener)},
      heard_{net::Loop::now()} {
  link_.start([this](std::string_view text) { take(text); },
              [this](net::LinkEnd why, std::string_view text) { end(why, text); });
  link_.send(wire::encode(mine));
  timer_ = loop_.wake_at(heard_ + hello_time,
                         [this] { close(Close::protocol_error, "no hello within 5 s"); });
}

Session::~Session() { loop_.cancel(timer_); }

void Session::close(Close why, std::string_view reason) {
  if (!why_closed_) why_closed_ = reason;
  loop_.cancel(timer_);
  link_.close(static_cast<std::uint16_t>(why), reason);
}

void Session::take(std::string_view text) {
  heard_ = net::Loop::now();
  auto frame = wire::decode_frame(text);
  if (!frame) {
    ++counts_.malformed_frames;
    return close(Close::bad_frame, frame.error().reason);
  }
  if (!theirs_) return take_hello(*frame);
  if (std::holds_alternative<wire::Hello>(*frame)) {
    return close(Close::protocol_error, "a second hello");
  }
  if (const auto* unknown = std::get_if<wire::Unknown>(&*frame)) {
    ++counts_.unknown_frames;
    link_.send(wire::encode(wire::Unsupported{unknown->type}));
    return;
  }
  listener_.on_frame(std::move(*frame));
}

void Session::take_hello(const wire::Frame& frame) {
  const auto* hello = std::get_if<wire::Hello>(&frame);
  if (hello == nullptr) {
    ++counts_.malformed_frames;
    return close(Close::protocol_error, "the first frame must be a hello");
  }
  loop_.cancel(timer_);
  theirs_ = *hello;
  listener_.on_hello(*hello);
}

void Session::end(net::LinkEnd why, std::string_view text) {
  loop_.cancel(timer_);
  listener_.on_end(why, why_closed_ ? std::string_view{*why_closed_} : text);
}

}  // namespace duckduckgoose::node

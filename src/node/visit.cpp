#include "node/visit.hpp"

#include <utility>

namespace duckduckgoose::node {

std::string short_text(const net::DialError& error) {
  using Kind = net::DialError::Kind;
  switch (error.kind) {
    case Kind::refused:
      return "refused";
    case Kind::no_answer:
      return "no answer";
    case Kind::not_resolved:
      return "name not found";
    case Kind::name_unanswered:
      return "no answer about the name";
    case Kind::bad_address:
    case Kind::not_a_peer:
      return error.text;
  }
  std::unreachable();
}

Visit::Visit(net::Loop& loop, const std::string& address, wire::Hello hello, Counts& counts,
             Duration limit, Listener listener)
    : loop_{loop}, counts_{counts}, hello_{std::move(hello)}, listener_{std::move(listener)} {
  net::DialLimits limits;
  limits.lookup_time = limit * 3 / 4;  // over before the visit: what it says is always the same
  limits.connect_time = limit;
  dial_ = net::Dial{loop_, address, limits, [this](std::expected<net::Link, net::DialError> done) {
                      if (over_) return;
                      if (!done) return fail(short_text(done.error()));
                      reached(std::move(*done));
                    }};
  timer_ = loop_.wake_at(net::Loop::now() + limit, [this] { fail("no answer"); });
}

Visit::~Visit() { loop_.cancel(timer_); }

void Visit::reached(net::Link link) {
  session_ = std::make_unique<Session>(
      loop_, std::move(link), hello_, counts_,
      Session::Listener{
          .on_hello =
              [this](const wire::Hello& theirs) {
                if (!over_) listener_.on_hello(*this, theirs);
              },
          .on_frame =
              [this](wire::Frame frame) {
                if (!over_) listener_.on_frame(*this, std::move(frame));
              },
          .on_end = [this](net::LinkEnd, std::string_view text) { fail(std::string{text}); }});
}

void Visit::finish() {
  if (std::exchange(over_, true)) return;
  loop_.cancel(timer_);
  if (session_) session_->close(Close::normal, "that was all");
}

void Visit::fail(const std::string& why) {
  if (over_) return;
  finish();
  listener_.on_failed(why);
}

}  // namespace duckduckgoose::node

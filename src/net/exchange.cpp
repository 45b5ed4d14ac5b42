#include "net/exchange.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "net/connect.hpp"
#include "net/http_parser.hpp"

namespace duckduckgoose::net {
namespace {

using Error = boost::system::error_code;
using Result = std::expected<Reply, ExchangeError>;

constexpr std::size_t in_bytes_first = 4096;

std::string request_text(const Call& call) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", call.method,
                                 call.target, call.address);
  if (call.method == "POST" || !call.body.empty()) {
    fmt::format_to(std::back_inserter(text),
                   "Content-Type: application/json\r\nContent-Length: {}\r\n", call.body.size());
  }
  text += "\r\n";
  text += call.body;
  return text;
}

ExchangeError::Kind kind_of(DialError::Kind kind) {
  switch (kind) {
    case DialError::Kind::bad_address:
      return ExchangeError::Kind::bad_address;
    case DialError::Kind::not_resolved:
    case DialError::Kind::name_unanswered:
    case DialError::Kind::refused:
    case DialError::Kind::no_answer:
      return ExchangeError::Kind::nobody;
    case DialError::Kind::not_a_peer:
      return ExchangeError::Kind::bad_answer;
  }
  std::unreachable();
}

/// One exchange on a loop of its own; run() returns when it is over.
class Exchange {
 public:
  Exchange(const Call& call, Duration limit, std::size_t body_bytes_max)
      : address_{call.address}, request_{request_text(call)}, parser_{body_bytes_max} {
    const Instant deadline = Loop::now() + limit;
    loop_.wake_at(deadline, [this, limit] {
      fail(ExchangeError::Kind::timeout,
           fmt::format("gave no whole answer within {} ms", limit / std::chrono::milliseconds{1}));
    });
    connect_.emplace(loop_, call.address, limit, limit,
                     [this](std::expected<Connected, DialError> connected) {
                       if (connected) return send(std::move(connected->socket));
                       finish(std::unexpected{
                           ExchangeError{kind_of(connected.error().kind), connected.error().text}});
                     });
  }

  Result run() {
    loop_.run();
    return std::move(*result_);
  }

 private:
  void send(Socket socket) {
    socket_.emplace(std::move(socket));
    asio::async_write(*socket_, asio::buffer(request_), [this](const Error&, std::size_t) {
      // A node that refuses may answer before it has read all; then the answer counts, not the
      // failed write.
      receive();
    });
  }

  void receive() {
    if (in_.size() - end_ < in_bytes_first) in_.resize(in_.size() + in_bytes_first);
    socket_->async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_),
                             [this](const Error& error, std::size_t bytes) {
                               if (!result_) received(error, bytes);
                             });
  }

  void received(const Error& error, std::size_t bytes) {
    end_ += bytes;
    if (error) {
      const auto complete = parser_.put_end();
      if (complete) return succeed();
      return fail(ExchangeError::Kind::cut_off, "gave no whole HTTP answer: " + complete.error());
    }
    const auto taken = parser_.put({in_.data(), end_});
    if (!taken) {
      return fail(ExchangeError::Kind::bad_answer, "gave no HTTP answer: " + taken.error());
    }
    in_.erase(0, *taken);
    end_ -= *taken;
    if (parser_.done()) return succeed();
    receive();
  }

  void succeed() { finish(Reply{parser_.status(), std::move(parser_.body())}); }

  void fail(ExchangeError::Kind kind, std::string_view clause) {
    finish(std::unexpected{ExchangeError{kind, fmt::format("{} {}", address_, clause)}});
  }

  void finish(Result result) {
    if (result_) return;
    result_ = std::move(result);
    loop_.stop();
  }

  Loop loop_;
  std::string address_;
  std::string request_;
  ResponseParser parser_;
  std::optional<Connect> connect_;
  std::optional<Socket> socket_;
  std::string in_;
  std::size_t end_ = 0;  ///< Bytes of in_ that were received.
  std::optional<Result> result_;
};

}  // namespace

std::expected<Reply, ExchangeError> exchange(const Call& call, Duration limit,
                                             std::size_t body_bytes_max) {
  return Exchange{call, limit, body_bytes_max}.run();
}

}  // namespace duckduckgoose::net

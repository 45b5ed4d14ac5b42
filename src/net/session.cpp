#include "net/session.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "net/address.hpp"
#include "net/browser_rules.hpp"
#include "net/http_text.hpp"
#include "net/link_impl.hpp"
#include "net/server_impl.hpp"

namespace duckduckgoose::net {
namespace {

constexpr std::size_t in_bytes_first = 1024;  // an idle session holds no more
/// After a refusal the rest of what the peer sends is read, or the reset would overtake our answer.
constexpr std::size_t drain_bytes_max = 1024U * 1024U;
constexpr Duration drain_time = std::chrono::seconds{2};
constexpr int refreshes_max = 3;

RequestBounds bounds_of(const ServerLimits& limits) {
  return {limits.header_bytes_max, limits.target_bytes_max, limits.body_bytes_max};
}

Rejection rejection_of(BrowserVerdict verdict, const RequestHead& head) {
  switch (verdict) {
    case BrowserVerdict::host_unknown:
      return {421, "host_unknown", "This node does not go by that name",
              "The Host is '" + head.host.value_or("") +
                  "'; on loopback it must be localhost, a numeric address, the advertised name or "
                  "one of DUCK_ALLOWED_HOSTS."};
    case BrowserVerdict::origin_at_peer:
      return {403, "browser_refused", "No browser is a peer",
              "A request for /peer may carry no Origin; this one carries '" +
                  head.origin.value_or("") + "'."};
    case BrowserVerdict::foreign_origin:
      return {403, "browser_refused", "Another site may not change this cluster",
              "The Origin '" + head.origin.value_or("") + "' is not this node's own."};
    case BrowserVerdict::cross_site:
      return {403, "browser_refused", "Another site may not change this cluster",
              "Sec-Fetch-Site is '" + head.sec_fetch_site.value_or("") +
                  "'; a change takes only same-origin or none."};
    case BrowserVerdict::not_json:
      return {415, "not_json", "A POST must be JSON",
              head.content_type
                  ? "The Content-Type is '" + *head.content_type + "'; it must be application/json."
                  : "The Content-Type is missing; it must be application/json."};
    case BrowserVerdict::allowed:
      break;
  }
  std::unreachable();
}

/// "http://host:port/path" names the host in the target (RFC 9112 3.2.2); it then counts instead of
/// Host.
void take_absolute_form(RequestHead& head) {
  constexpr std::string_view scheme = "http://";
  if (!head.target.starts_with(scheme)) return;
  const auto slash = head.target.find('/', scheme.size());
  head.host = head.target.substr(scheme.size(), slash - scheme.size());
  head.target = slash == std::string::npos ? "/" : head.target.substr(slash);
}

}  // namespace

Session::Session(Server::Impl& server, Socket socket, const Endpoint& remote, bool on_loopback)
    : server_{&server},
      socket_{std::move(socket)},
      remote_{to_string(remote)},
      from_loopback_{is_loopback(remote.address().to_string())},
      on_loopback_{on_loopback},
      parser_{bounds_of(server.options.limits)},
      in_(in_bytes_first) {}

void Session::start(std::list<std::shared_ptr<Session>>::iterator place) {
  place_ = place;
  enter(Phase::idle);
  read();
}

void Session::enter(Phase phase) {
  const auto time_for = [this](Phase next) -> Duration {
    const ServerLimits& limits = server_->options.limits;
    switch (next) {
      case Phase::idle:
        return limits.idle_time;
      case Phase::header:
        return limits.header_time;
      case Phase::body:
        return limits.body_time;
      case Phase::answering:
        return limits.answer_time;
      case Phase::writing:
        return limits.write_time;
      case Phase::draining:
        return drain_time;
      case Phase::closed:
        break;
    }
    std::unreachable();
  };
  if (phase == Phase::idle) {
    server_->idle.splice(server_->idle.end(), phase_ == Phase::idle ? server_->idle : server_->busy,
                         place_);
  } else if (phase_ == Phase::idle) {
    server_->busy.splice(server_->busy.end(), server_->idle, place_);
  }
  phase_ = phase;
  deadline_ = server_->coarse_now + server_->sweep_every + time_for(phase);
}

void Session::read() {
  if (reading_) return;
  make_room();
  reading_ = true;
  socket_->async_read_some(
      asio::buffer(in_.data() + end_, in_.size() - end_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
        self->reading_ = false;
        if (self->phase_ == Phase::closed) return;
        if (error) return self->close();
        self->on_read(bytes);
      });
}

void Session::make_room() {
  if (begin_ == end_ || phase_ == Phase::draining) begin_ = end_ = 0;
  if (end_ < in_.size()) return;
  if (begin_ > 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  } else {
    in_.resize(2 *
               in_.size());  // the parser refuses a header beyond its bound, and takes bodies away
  }
}

void Session::on_read(std::size_t bytes) {
  end_ += bytes;
  switch (phase_) {
    case Phase::idle:
    case Phase::header:
    case Phase::body:
      return advance();
    case Phase::draining:
      drained_ += bytes;
      return drained_ > drain_bytes_max ? close() : read();
    case Phase::answering:
    case Phase::writing:
    case Phase::closed:
      return;
  }
}

void Session::advance() {
  while (phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::body) {
    if (begin_ == end_) return read();
    if (phase_ == Phase::idle) enter(Phase::header);
    const auto taken = parser_.put({in_.data() + begin_, end_ - begin_});
    if (!taken) return reject(taken.error());
    begin_ += *taken;
    if (parser_.done()) {
      dispatch();
      continue;
    }
    if (parser_.header_done() && phase_ == Phase::header) {
      enter(Phase::body);
      if (parser_.head().expect_continue && begin_ == end_) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        boost::system::error_code ignored;
        socket_->write_some(asio::buffer(go_on), ignored);
      }
    }
    return read();
  }
}

/// Everything that is decided before the handler is asked. False: answered.
bool Session::admit() {
  RequestHead& head = parser_.head();
  keep_alive_ = head.keep_alive && !server_->stopping;
  http_1_1_ = head.http_1_1;
  head_only_ = head.method == Method::head;
  take_absolute_form(head);
  if (head.http_1_1 && !head.host) {
    reject({400, "bad_request", "The Host is missing", "HTTP/1.1 asks for a Host field."});
    return false;
  }
  const std::string_view target = head.target;
  if (!target.starts_with('/') && !(target == "*" && head.method == Method::options)) {
    reject({400, "bad_request", "This is no request target",
            "The target must begin with '/': '" + head.target + "' does not."});
    return false;
  }
  const BrowserFacts facts{.method = head.method,
                           .path = target.substr(0, target.find('?')),
                           .host = head.host,
                           .origin = head.origin,
                           .sec_fetch_site = head.sec_fetch_site,
                           .content_type = head.content_type};
  const BrowserVerdict verdict = judge(facts, on_loopback_, server_->options.allowed_hosts);
  if (verdict != BrowserVerdict::allowed) {
    reject(rejection_of(verdict, head));
    return false;
  }
  return true;
}

void Session::dispatch() {
  enter(Phase::answering);
  ++request_;
  if (!admit()) return;
  RequestHead& head = parser_.head();
  if (head.target == "/peer" || head.target.starts_with("/peer?")) return upgrade();
  Request request{.method = head.method,
                  .target = std::move(head.target),
                  .body = std::move(parser_.body()),
                  .remote = remote_,
                  .from_loopback = from_loopback_};
  dispatching_ = true;
  server_->handler(std::move(request), Responder{shared_from_this(), request_});
  dispatching_ = false;
}

void Session::upgrade() {
  const RequestHead& head = parser_.head();
  if (head.method != Method::get) {
    return reject({405, "method_not_allowed", "/peer takes only GET",
                   "/peer is a WebSocket: ask for it with GET and an upgrade."},
                  {{"Allow", "GET"}});
  }
  const auto problem = websocket_problem(head);
  if (problem) {
    return reject({426, "upgrade_required", "/peer is a WebSocket", *problem},
                  {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
  }
  std::string request = websocket_request(head);
  request.append(in_.data() + begin_, end_ - begin_);
  if (request.size() > upgrade_bytes_max) {
    return reject({400, "bad_request", "Too much came before the upgrade",
                   "Frames may be sent ahead of the answer to the upgrade only in small number."});
  }
  const auto keep = shared_from_this();  // forget() lets go of it
  Server::Impl& server = *server_;
  phase_ = Phase::closed;
  server_ = nullptr;
  accept_link(server.loop, std::move(*socket_), remote_, std::move(request),
              server.options.link_limits, [weak = server.weak_from_this()](Link link) {
                const auto alive = weak.lock();
                if (alive && alive->on_link) alive->on_link(std::move(link));
              });
  socket_.reset();
  server.forget(place_);
}

void Session::reject(const Rejection& why,
                     std::vector<std::pair<std::string, std::string>> headers) {
  // Before the request is whole nothing is known of where the next one begins.
  if (phase_ != Phase::answering) {
    keep_alive_ = false;
    head_only_ = false;
    enter(Phase::answering);
    ++request_;
  }
  Answer answer = problem_answer(why.status, why.type, why.title, why.detail);
  answer.headers = std::move(headers);
  respond(std::move(answer));
}

void Session::answer(std::uint64_t request, Answer answer) {
  if (phase_ != Phase::answering || request != request_) return;
  respond(std::move(answer));
  if (!dispatching_ && phase_ == Phase::idle) advance();
}

void Session::respond(Answer answer) {
  if (server_->stopping) keep_alive_ = false;
  std::string& bytes = server_->scratch;
  for (int refreshes = 0;; ++refreshes) {
    const AnswerForm form{
        .keep_alive = keep_alive_, .http_1_1 = http_1_1_, .head_only = head_only_};
    write_answer(answer, form, bytes);
    if (!answer.valid_until || Loop::now() < *answer.valid_until) break;
    if (!answer.refresh || refreshes == refreshes_max) {
      answer = problem_answer(503, "too_slow", "The answer was out of date before it was written",
                              "What it claims was over by the clock; ask again.");
    } else {
      // Not in one statement: the function must outlive the assignment to what holds it.
      const auto refresh = std::move(answer.refresh);
      answer = refresh();
    }
  }
  write(bytes);
}

void Session::write(std::string_view bytes) {
  boost::system::error_code error;
  const std::size_t taken = socket_->write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block) return close();
  if (taken == bytes.size()) return written();
  enter(Phase::writing);
  out_ = bytes.substr(taken);
  asio::async_write(
      *socket_, asio::buffer(out_),
      [self = shared_from_this()](const boost::system::error_code& failure, std::size_t) {
        if (self->phase_ == Phase::closed) return;
        if (failure) return self->close();
        self->out_ = std::string{};
        self->written();
        if (self->phase_ == Phase::idle) self->advance();
      });
}

void Session::written() {
  if (keep_alive_ && !server_->stopping) {
    parser_.reset();
    return enter(Phase::idle);
  }
  boost::system::error_code ignored;
  socket_->shutdown(asio::socket_base::shutdown_send, ignored);
  enter(Phase::draining);
  read();
}

void Session::run_out() {
  switch (phase_) {
    case Phase::header:
      return reject(
          {408, "too_slow", "The request took too long",
           fmt::format("The header was not there after {} ms.",
                       server_->options.limits.header_time / std::chrono::milliseconds{1})});
    case Phase::body:
      return reject(
          {408, "too_slow", "The request took too long",
           fmt::format("The body was not there after {} ms.",
                       server_->options.limits.body_time / std::chrono::milliseconds{1})});
    case Phase::answering:
      keep_alive_ = false;
      return respond(problem_answer(503, "no_answer", "This node found no answer in time",
                                    "The request may still be carried out; look at /status."));
    case Phase::idle:
    case Phase::writing:
    case Phase::draining:
      return close();
    case Phase::closed:
      return;
  }
}

void Session::retire() {
  if (phase_ != Phase::answering && phase_ != Phase::writing && phase_ != Phase::draining) close();
}

void Session::close() {
  if (phase_ == Phase::closed) return;
  const auto keep = shared_from_this();  // forget() lets go of it
  Server::Impl& server = *server_;
  // The list that holds it follows from the phase.
  if (phase_ == Phase::idle) server.busy.splice(server.busy.end(), server.idle, place_);
  phase_ = Phase::closed;
  server_ = nullptr;
  socket_.reset();
  server.forget(place_);
}

}  // namespace duckduckgoose::net

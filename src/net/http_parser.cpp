#include "net/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

namespace duckduckgoose::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Error = boost::system::error_code;

constexpr std::uint32_t response_header_bytes_max = 8U * 1024U;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::options:
      return Method::options;
    case http::verb::post:
      return Method::post;
    case http::verb::delete_:
      return Method::delete_;
    case http::verb::put:
      return Method::put;
    case http::verb::patch:
      return Method::patch;
    default:
      return Method::other;
  }
}

/// Beast's parser without Beast's message: no field is kept that nobody looks at, so that a request
/// costs no allocation.
class RequestReader final : public http::basic_parser<true> {
 public:
  RequestReader(const RequestBounds& bounds, RequestHead& head, std::string& body)
      : target_bytes_max_{bounds.target_bytes_max}, head_{head}, body_{body} {
    header_limit(static_cast<std::uint32_t>(bounds.header_bytes_max));
    body_limit(bounds.body_bytes_max);
    eager(true);
  }

  [[nodiscard]] bool has_request_line() const { return has_request_line_; }
  [[nodiscard]] std::optional<Rejection>& rejection() { return rejection_; }

 private:
  void reject(Error& error, Rejection why) {
    rejection_ = std::move(why);
    error = http::make_error_code(http::error::bad_field);
  }

  void on_request_impl(http::verb verb, beast::string_view, beast::string_view target, int version,
                       Error& error) override {
    has_request_line_ = true;
    if (target.size() > target_bytes_max_) {
      return reject(error, {414, "target_too_long", "The request target is too long",
                            "The target has " + std::to_string(target.size()) + " bytes; at most " +
                                std::to_string(target_bytes_max_) + " are taken."});
    }
    head_.method = method_of(verb);
    head_.http_1_1 = version == 11;
    head_.target = view(target);
  }

  void on_field_impl(http::field name, beast::string_view text, beast::string_view value,
                     Error& error) override {
    switch (name) {
      case http::field::host:
        return keep(head_.host, text, value, error);
      case http::field::origin:
        return keep(head_.origin, text, value, error);
      case http::field::content_type:
        return keep(head_.content_type, text, value, error);
      case http::field::upgrade:
        return keep(head_.upgrade_to, text, value, error);
      case http::field::sec_websocket_key:
        return keep(head_.websocket_key, text, value, error);
      case http::field::sec_websocket_version:
        return keep(head_.websocket_version, text, value, error);
      case http::field::expect:
        head_.expect_continue = beast::iequals(value, "100-continue");
        return;
      case http::field::sec_fetch_site:
        return keep(head_.sec_fetch_site, text, value, error);
      case http::field::transfer_encoding:
        return reject(error, {411, "length_required", "The length of the body is not told",
                              "Bodies are taken with Content-Length only, not in the transfer "
                              "coding " +
                                  std::string{view(value)} + "."});
      default:
        return;
    }
  }

  /// A repeated field has two meanings, one for us and one for whoever checked the request before
  /// us.
  void keep(std::optional<std::string>& kept, beast::string_view name, beast::string_view value,
            Error& error) {
    if (kept) {
      return reject(error, {400, "bad_request", "A header field is repeated",
                            "The field " + std::string{view(name)} + " may come only once."});
    }
    kept.emplace(view(value));
  }

  void on_header_impl(Error&) override {
    head_.keep_alive = keep_alive();
    head_.upgrade = upgrade();
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  void on_finish_impl(Error&) override {}
  void on_response_impl(int, beast::string_view, int, Error&) override {}

  std::size_t on_body_impl(beast::string_view part, Error&) override {
    body_.append(part.data(), part.size());
    return part.size();
  }

  // Beast 1.81 asserts where a trailer is cut, so chunks are refused before it sees them.
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, Error&) override { return 0; }

  std::size_t target_bytes_max_;
  RequestHead& head_;
  std::string& body_;
  bool has_request_line_ = false;
  std::optional<Rejection> rejection_;
};

class ResponseReader final : public http::basic_parser<false> {
 public:
  explicit ResponseReader(std::size_t body_bytes_max) {
    header_limit(response_header_bytes_max);
    body_limit(body_bytes_max);
    eager(true);
  }

  unsigned status = 0;
  std::string body;

 private:
  void on_response_impl(int code, beast::string_view, int, Error&) override {
    status = static_cast<unsigned>(code);
  }
  std::size_t on_body_impl(beast::string_view part, Error&) override {
    body.append(part.data(), part.size());
    return part.size();
  }
  /// A node tells the length of all that it answers; see RequestReader for why chunks are refused.
  void on_field_impl(http::field name, beast::string_view, beast::string_view,
                     Error& error) override {
    if (name == http::field::transfer_encoding) {
      error = http::make_error_code(http::error::bad_transfer_encoding);
    }
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, Error&) override { return 0; }
  void on_request_impl(http::verb, beast::string_view, beast::string_view, int, Error&) override {}
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Error&) override {}
  void on_finish_impl(Error&) override {}
};

Rejection rejection_of(const Error& error, RequestReader& reader, const RequestBounds& bounds) {
  if (reader.rejection()) return *std::exchange(reader.rejection(), std::nullopt);
  if (error == http::error::header_limit) {
    if (!reader.has_request_line()) {
      return {
          414, "target_too_long", "The request line is too long",
          "The request line goes on after " + std::to_string(bounds.header_bytes_max) + " bytes."};
    }
    return {431, "header_too_large", "The header is too large",
            "At most " + std::to_string(bounds.header_bytes_max) + " bytes of header are taken."};
  }
  if (error == http::error::body_limit) {
    return {413, "body_too_large", "The body is too large",
            "At most " + std::to_string(bounds.body_bytes_max) + " bytes of body are taken."};
  }
  return {400, "bad_request", "This is not an HTTP/1.1 request",
          "The request breaks RFC 9112: " + error.message() + "."};
}

/// Feeds the reader all that it takes.
template <class Reader>
std::size_t feed(Reader& reader, std::string_view bytes, Error& error) {
  std::size_t taken = 0;
  // One call takes either the header or a part of the body as it lies.
  while (!reader.is_done() && taken < bytes.size()) {
    taken +=
        reader.put(boost::asio::const_buffer{bytes.data() + taken, bytes.size() - taken}, error);
    if (error) break;
  }
  if (error == http::error::need_more) error = {};
  return taken;
}

}  // namespace

struct RequestParser::Impl {
  explicit Impl(const RequestBounds& limits) : bounds{limits} {
    reader.emplace(bounds, head, body);
  }

  RequestBounds bounds;
  RequestHead head;
  std::string body;
  std::optional<RequestReader> reader;  // Beast's parsers serve for one message only
};

RequestParser::RequestParser(const RequestBounds& bounds) : impl_{std::make_unique<Impl>(bounds)} {}
RequestParser::~RequestParser() = default;

std::expected<std::size_t, Rejection> RequestParser::put(std::string_view bytes) {
  Error error;
  const std::size_t taken = feed(*impl_->reader, bytes, error);
  if (error) return std::unexpected{rejection_of(error, *impl_->reader, impl_->bounds)};
  return taken;
}

bool RequestParser::header_done() const { return impl_->reader->is_header_done(); }
bool RequestParser::done() const { return impl_->reader->is_done(); }
RequestHead& RequestParser::head() { return impl_->head; }
std::string& RequestParser::body() { return impl_->body; }

void RequestParser::reset() {
  impl_->head = RequestHead{};
  impl_->body.clear();
  impl_->reader.emplace(impl_->bounds, impl_->head, impl_->body);
}

struct ResponseParser::Impl {
  explicit Impl(std::size_t body_bytes_max) : reader{body_bytes_max} {}
  ResponseReader reader;
};

ResponseParser::ResponseParser(std::size_t body_bytes_max)
    : impl_{std::make_unique<Impl>(body_bytes_max)} {}
ResponseParser::~ResponseParser() = default;

std::expected<std::size_t, std::string> ResponseParser::put(std::string_view bytes) {
  Error error;
  const std::size_t taken = feed(impl_->reader, bytes, error);
  if (error) return std::unexpected{error.message()};
  return taken;
}

std::expected<void, std::string> ResponseParser::put_end() {
  if (!impl_->reader.got_some()) return std::unexpected{"closed without an answer"};
  Error error;
  impl_->reader.put_eof(error);
  if (error) return std::unexpected{error.message()};
  return {};
}

bool ResponseParser::done() const { return impl_->reader.is_done(); }
unsigned ResponseParser::status() const { return impl_->reader.status; }
std::string& ResponseParser::body() { return impl_->reader.body; }

}  // namespace duckduckgoose::net

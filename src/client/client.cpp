#include "client/client.hpp"

#include <utility>

#include "net/exchange.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::client {
namespace {

ClientError::Kind kind_of(net::ExchangeError::Kind kind) {
  switch (kind) {
    case net::ExchangeError::Kind::bad_address:
      return ClientError::Kind::bad_address;
    case net::ExchangeError::Kind::nobody:
      return ClientError::Kind::nobody;
    case net::ExchangeError::Kind::timeout:
      return ClientError::Kind::timeout;
    case net::ExchangeError::Kind::bad_answer:
      return ClientError::Kind::bad_answer;
  }
  std::unreachable();
}

}  // namespace

std::expected<HttpAnswer, ClientError> request(std::string_view address, std::string_view method,
                                               std::string_view target, std::string_view body,
                                               Duration limit) {
  auto reply = net::exchange({.address = address, .method = method, .target = target, .body = body},
                             limit, wire::answer_bytes_max);
  if (!reply) return std::unexpected{ClientError{kind_of(reply.error().kind), reply.error().text}};
  return HttpAnswer{reply->status, std::move(reply->body)};
}

}  // namespace duckduckgoose::client

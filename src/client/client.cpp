#include "client/client.hpp"

#include "wire/limits.hpp"

namespace duckduckgoose::client {

std::expected<HttpAnswer, ClientError> request(std::string_view address, std::string_view method,
                                               std::string_view target, std::string_view body,
                                               Duration limit) {
  return net::exchange({.address = address, .method = method, .target = target, .body = body},
                       limit, wire::answer_bytes_max);
}

}  // namespace duckduckgoose::client

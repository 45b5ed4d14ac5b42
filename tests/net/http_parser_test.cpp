#include "net/http_parser.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::net {
namespace {

constexpr RequestBounds bounds{
    .header_bytes_max = 1024, .target_bytes_max = 256, .body_bytes_max = 256};

constexpr std::string_view get = "GET /status?x HTTP/1.1\r\nHost: localhost:4001\r\n\r\n";

TEST(RequestParser, takes_what_the_node_looks_at) {
  RequestParser parser{bounds};
  constexpr std::string_view bytes =
      "POST /leave HTTP/1.1\r\nHost: localhost\r\nORIGIN: http://a\r\nsec-fetch-site: none\r\n"
      "Content-Type: application/json\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\nContent-Length: 2\r\n\r\n{}";
  EXPECT_EQ(parser.put(bytes).value(), bytes.size());
  ASSERT_TRUE(parser.done());
  const RequestHead& head = parser.head();
  EXPECT_EQ(head.method, Method::post);
  EXPECT_EQ(head.target, "/leave");
  EXPECT_EQ(head.host, "localhost");
  EXPECT_EQ(head.origin, "http://a");
  EXPECT_EQ(head.sec_fetch_site, "none");
  EXPECT_EQ(head.content_type, "application/json");
  EXPECT_TRUE(head.upgrade);
  EXPECT_EQ(head.upgrade_to, "websocket");
  EXPECT_EQ(head.websocket_key, "k");
  EXPECT_EQ(head.websocket_version, "13");
  EXPECT_EQ(parser.body(), "{}");
}

TEST(RequestParser, asks_for_more_at_every_cut) {
  for (std::size_t cut = 0; cut < get.size(); ++cut) {
    RequestParser parser{bounds};
    const std::size_t taken = parser.put(get.substr(0, cut)).value();
    EXPECT_FALSE(parser.done()) << cut;
    EXPECT_EQ(taken + parser.put(get.substr(taken)).value(), get.size());
    ASSERT_TRUE(parser.done()) << cut;
    EXPECT_EQ(parser.head().target, "/status?x");
  }
}

TEST(RequestParser, leaves_the_next_request_alone) {
  RequestParser parser{bounds};
  const std::string both = std::string{get} + "GET /next HTTP/1.1\r\n\r\n";
  EXPECT_EQ(parser.put(both).value(), get.size());
  parser.reset();
  EXPECT_EQ(parser.head().host, std::nullopt);
  EXPECT_EQ(parser.put(std::string_view{both}.substr(get.size())).value(),
            both.size() - get.size());
  EXPECT_EQ(parser.head().target, "/next");
  EXPECT_EQ(parser.head().host, std::nullopt);
}

TEST(RequestParser, knows_when_the_connection_stays) {
  const auto keeps = [](std::string_view bytes) {
    RequestParser parser{bounds};
    EXPECT_TRUE(parser.put(bytes).has_value());
    return parser.head().keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, names_the_limit_that_was_passed) {
  RequestParser parser{bounds};
  const auto taken = parser.put("GET / HTTP/1.1\r\nX: " + std::string(1024, 'x') + "\r\n\r\n");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().status, 431U);
  EXPECT_EQ(taken.error().detail, "At most 1024 bytes of header are taken.");
}

TEST(RequestParser, refuses_an_announced_body_before_it_comes) {
  RequestParser parser{bounds};
  const auto taken = parser.put("POST / HTTP/1.1\r\nContent-Length: 257\r\n\r\n");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().status, 413U);
}

// RFC 9112 6.3 lets a server ask for the length.
TEST(RequestParser, asks_for_the_length_of_a_chunked_body) {
  RequestParser parser{bounds};
  const auto taken = parser.put("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().status, 411U);
  EXPECT_EQ(taken.error().detail,
            "Bodies are taken with Content-Length only, not in the transfer coding chunked.");
}

TEST(ResponseParser, takes_a_response_of_known_length) {
  ResponseParser parser{64};
  EXPECT_TRUE(
      parser.put("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{").has_value());
  EXPECT_FALSE(parser.done());
  EXPECT_TRUE(parser.put("}").has_value());
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.status(), 503U);
  EXPECT_EQ(parser.body(), "{}");
}

TEST(ResponseParser, takes_one_that_ends_with_the_connection) {
  ResponseParser parser{64};
  EXPECT_TRUE(parser.put("HTTP/1.1 200 OK\r\n\r\nabc").has_value());
  EXPECT_FALSE(parser.done());
  EXPECT_TRUE(parser.put_end().has_value());
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.body(), "abc");
}

TEST(ResponseParser, refuses_half_a_response) {
  ResponseParser half{64};
  EXPECT_TRUE(half.put("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab").has_value());
  EXPECT_FALSE(half.put_end().has_value());
  ResponseParser nothing{64};
  EXPECT_FALSE(nothing.put_end().has_value());
}

TEST(ResponseParser, refuses_chunks) {
  ResponseParser parser{64};
  EXPECT_FALSE(
      parser.put("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").has_value());
}

TEST(ResponseParser, refuses_more_than_its_bound) {
  ResponseParser known{4};
  EXPECT_FALSE(known.put("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde").has_value());
  ResponseParser unknown{4};
  EXPECT_FALSE(unknown.put("HTTP/1.1 200 OK\r\n\r\nabcde").has_value());
}

}  // namespace
}  // namespace duckduckgoose::net

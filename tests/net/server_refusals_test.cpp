#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "net/server.hpp"
#include "raw_client.hpp"
#include "running_server.hpp"
#include "wire/status.hpp"

namespace duckduckgoose::net::test {
namespace {

ServerOptions small_limits() {
  ServerOptions options;
  options.limits.header_bytes_max = 1024;
  options.limits.target_bytes_max = 64;
  options.limits.body_bytes_max = 100;
  return options;
}

/// A request that is refused before any handler sees it.
struct Refusal {
  std::string_view name;
  std::string request;
  unsigned status;
  std::string_view type;
  bool goes_on;  ///< The connection serves further requests.
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

std::string post(std::string_view fields, std::string_view body) {
  return "POST /x HTTP/1.1\r\nHost: localhost\r\n" + std::string{fields} +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

std::string get(std::string_view target, std::string_view fields = "Host: localhost\r\n") {
  return "GET " + std::string{target} + " HTTP/1.1\r\n" + std::string{fields} + "\r\n";
}

const std::string json_type = "Content-Type: application/json\r\n";

const Refusal refusals[] = {
    {"no_http", "\x16\x03\x01 hello\r\n\r\n", 400, "bad_request", false},
    {"another_version", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 400, "bad_request", false},
    {"no_colon_in_a_field", get("/", "Host localhost\r\n"), 400, "bad_request", false},
    {"space_before_the_colon", get("/", "Host : localhost\r\n"), 400, "bad_request", false},
    {"no_host", get("/", ""), 400, "bad_request", true},
    {"two_hosts", get("/", "Host: localhost\r\nHost: evil.example\r\n"), 400, "bad_request", false},
    {"no_slash", get("status"), 400, "bad_request", true},
    {"long_target", get("/" + std::string(64, 'x')), 414, "target_too_long", false},
    {"endless_request_line", "GET /" + std::string(2000, 'x'), 414, "target_too_long", false},
    {"large_header", get("/", "Host: localhost\r\nX: " + std::string(2000, 'x') + "\r\n"), 431,
     "header_too_large", false},
    {"large_body", post(json_type, std::string(101, ' ')), 413, "body_too_large", false},
    {"a_body_in_chunks",
     "POST /x HTTP/1.1\r\nHost: localhost\r\n" + json_type +
         "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
     411, "length_required", false},
    {"two_lengths", post(json_type + "Content-Length: 3\r\n", "{}"), 400, "bad_request", false},
    {"length_and_chunks", post(json_type + "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 411,
     "length_required", false},
    {"no_content_type", post("", "{}"), 415, "not_json", true},
    {"a_form", post("Content-Type: application/x-www-form-urlencoded\r\n", "a=1"), 415, "not_json",
     true},
    {"foreign_host", get("/status", "Host: evil.example:4001\r\n"), 421, "host_unknown", true},
    {"foreign_origin", post(json_type + "Origin: http://evil.example\r\n", "{}"), 403,
     "browser_refused", true},
    {"cross_site", post(json_type + "Sec-Fetch-Site: cross-site\r\n", "{}"), 403, "browser_refused",
     true},
    {"origin_at_peer", get("/peer", "Host: localhost\r\nOrigin: http://localhost\r\n"), 403,
     "browser_refused", true},
    {"no_upgrade", get("/peer"), 426, "upgrade_required", true},
    {"another_upgrade", get("/peer", "Host: localhost\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"),
     426, "upgrade_required", true},
    {"an_old_websocket",
     get("/peer",
         "Host: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
     426, "upgrade_required", true},
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, with_the_status_and_a_problem) {
  std::atomic<int> handled = 0;
  RunningServer server{[&](const Request& request, Responder responder) {
                         ++handled;
                         echo(request, std::move(responder));
                       },
                       small_limits()};
  RawClient client{server.port()};
  client.send(GetParam().request);
  const auto answer = client.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, GetParam().status);
  EXPECT_EQ(answer->fields.at("content-type"), "application/problem+json");
  EXPECT_EQ(answer->fields.at("cache-control"), "no-store");
  const auto problem = wire::parse_problem(answer->body);
  ASSERT_TRUE(problem) << problem.error().reason;
  EXPECT_EQ(problem->type, GetParam().type);
  EXPECT_EQ(problem->status, GetParam().status);
  EXPECT_TRUE(problem->detail.ends_with('.')) << problem->detail;
  EXPECT_EQ(handled, 0);
  if (GetParam().goes_on) {
    EXPECT_EQ(client.get("/next").body, "/next");
  } else {
    EXPECT_EQ(answer->fields.at("connection"), "close");
    EXPECT_TRUE(client.ends());
  }
}

INSTANTIATE_TEST_SUITE_P(Server, Refused, testing::ValuesIn(refusals),
                         [](const auto& one) { return std::string{one.param.name}; });

TEST(Server, names_the_method_that_peer_takes) {
  RunningServer server{echo};
  RawClient client{server.port()};
  client.send("DELETE /peer HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto answer = client.answer();
  EXPECT_EQ(answer->status, 405U);
  EXPECT_EQ(answer->fields.at("allow"), "GET");
}

TEST(Server, names_the_protocol_to_upgrade_to) {
  RunningServer server{echo};
  const RawAnswer answer = RawClient{server.port()}.get("/peer");
  EXPECT_EQ(answer.fields.at("upgrade"), "websocket");
  EXPECT_EQ(answer.fields.at("connection"), "Upgrade");
}

TEST(Server, lets_the_answer_reach_one_who_is_still_sending) {
  RunningServer server{echo, small_limits()};
  RawClient client{server.port()};
  client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n" +
              std::string(500'000, 'x'));
  EXPECT_EQ(client.answer()->status, 413U);
}

TEST(Server, takes_a_host_that_it_was_told_of) {
  ServerOptions options;
  options.allowed_hosts = {"node1.lan"};
  RunningServer server{echo, options};
  RawClient client{server.port()};
  client.send("GET /x HTTP/1.1\r\nHost: Node1.LAN:4001\r\n\r\n");
  EXPECT_EQ(client.answer()->status, 200U);
}

}  // namespace
}  // namespace duckduckgoose::net::test

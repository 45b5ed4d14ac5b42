#include "client/client.hpp"

#include <gtest/gtest.h>

#include <string>

#include "../net/running_server.hpp"

namespace duckduckgoose::client {
namespace {

using net::Request;
using net::Responder;
using net::test::RunningServer;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

std::string at(const RunningServer& server, const std::string& host = "localhost") {
  return host + ":" + std::to_string(server.port());
}

TEST(Client, asks_and_gets_the_answer_whatever_the_status) {
  const RunningServer server{[](const Request& request, Responder responder) {
    responder.answer({.status = 503, .body = request.target});
  }};
  for (const std::string host : {"localhost", "127.0.0.1", "[::1]"}) {
    const auto answer = request(at(server, host), "GET", "/status?x=1", "", 10s);
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(answer->status, 503U);
    EXPECT_EQ(answer->body, "/status?x=1");
  }
}

TEST(Client, sends_a_body_as_json) {
  const RunningServer server{[](const Request& request, Responder responder) {
    responder.answer({.body = request.body});
  }};
  EXPECT_EQ(request(at(server), "POST", "/members", R"({"address":"a:1"})", 10s)->body,
            R"({"address":"a:1"})");
  EXPECT_EQ(request(at(server), "POST", "/leave", "", 10s)->status, 200U);
}

TEST(Client, takes_a_large_answer) {
  const std::string large(3'000'000, 'x');
  const RunningServer server{
      [&](const Request&, Responder responder) { responder.answer({.body = large}); }};
  EXPECT_TRUE(request(at(server), "GET", "/members", "", 10s)->body == large);
}

TEST(Client, refuses_an_answer_beyond_its_bound) {
  const std::string large(5'000'000, 'x');
  const RunningServer server{
      [&](const Request&, Responder responder) { responder.answer({.body = large}); }};
  const auto answer = request(at(server), "GET", "/members", "", 10s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ClientError::Kind::bad_answer);
}

TEST(Client, says_that_nobody_is_there) {
  std::uint16_t port = 0;
  {
    const RunningServer gone{net::test::echo};
    port = gone.port();
  }
  const auto answer = request("localhost:" + std::to_string(port), "GET", "/status", "", 10s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ClientError::Kind::nobody);
  EXPECT_EQ(answer.error().text,
            "localhost:" + std::to_string(port) + " refused the connection: nobody listens there");
}

TEST(Client, waits_only_so_long) {
  std::vector<Responder> waiting;
  const RunningServer server{
      [&](const Request&, Responder responder) { waiting.push_back(std::move(responder)); }};
  const auto answer = request(at(server), "GET", "/status", "", 50ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ClientError::Kind::timeout);
  EXPECT_EQ(answer.error().text, at(server) + " gave no whole answer within 50 ms");
}

TEST(Client, says_what_is_wrong_with_an_address) {
  const auto answer = request("localhost", "GET", "/status", "", 10s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ClientError::Kind::bad_address);
  EXPECT_TRUE(answer.error().text.contains("localhost:4001")) << answer.error().text;
}

TEST(Client, says_that_nobody_knows_a_name) {
  const auto answer = request("no-such-name.invalid:4001", "GET", "/status", "", 10s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ClientError::Kind::nobody);
}

}  // namespace
}  // namespace duckduckgoose::client

#include "net/server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>

#include "raw_client.hpp"
#include "running_server.hpp"

namespace duckduckgoose::net::test {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr std::string_view get_first = "GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view get_second = "GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(Server, answers_on_every_loopback_address) {
  RunningServer server{echo};
  EXPECT_EQ(RawClient(server.port(), RawClient::Family::v4).get("/x").body, "/x");
  EXPECT_EQ(RawClient(server.port(), RawClient::Family::v6).get("/x").body, "/x");
}

TEST(Server, tells_the_handler_what_was_asked_and_by_whom) {
  Request seen;
  RunningServer server{[&](Request request, Responder responder) {
    seen = std::move(request);
    responder.answer({.status = 202});
  }};
  RawClient client{server.port(), RawClient::Family::v6};
  client.send(
      "POST /members?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(client.answer()->status, 202U);
  EXPECT_EQ(seen.method, Method::post);
  EXPECT_EQ(seen.path(), "/members");
  EXPECT_EQ(seen.query(), "x=1");
  EXPECT_EQ(seen.body, "{}");
  EXPECT_TRUE(seen.from_loopback);
  EXPECT_TRUE(seen.remote.starts_with("[::1]:")) << seen.remote;
}

TEST(Server, forbids_caching_and_never_allows_other_origins) {
  RunningServer server{echo};
  const RawAnswer answer = RawClient{server.port()}.get("/x");
  EXPECT_EQ(answer.fields.at("cache-control"), "no-store");
  EXPECT_EQ(answer.fields.at("content-type"), "application/json");
  EXPECT_FALSE(answer.fields.contains("access-control-allow-origin"));
}

TEST(Server, answers_head_like_get_without_the_body) {
  RunningServer server{echo};
  RawClient client{server.port()};
  client.send("HEAD /four HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto answer = client.answer(true);
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->fields.at("content-length"), "5");
  EXPECT_EQ(client.get("/next").body, "/next");
}

TEST(Server, sends_no_body_and_no_length_with_204) {
  RunningServer server{[](const Request&, Responder responder) {
    responder.answer({.status = 204, .headers = {{"Allow", "POST"}}});
  }};
  RawClient client{server.port()};
  const RawAnswer answer = client.get("/x");
  EXPECT_EQ(answer.status, 204U);
  EXPECT_EQ(answer.fields.at("allow"), "POST");
  EXPECT_FALSE(answer.fields.contains("content-length"));
  EXPECT_EQ(client.get("/x").status, 204U);
}

TEST(Server, answers_pipelined_requests_in_order) {
  RunningServer server{echo};
  RawClient client{server.port()};
  client.send(std::string{get_first} + std::string{get_second});
  EXPECT_EQ(client.answer()->body, "/first");
  EXPECT_EQ(client.answer()->body, "/second");
}

TEST(Server, keeps_the_order_when_an_answer_comes_later) {
  std::promise<std::shared_ptr<Responder>> waiting;
  RunningServer server{[&](const Request& request, Responder responder) {
    if (request.target != "/first") return echo(request, std::move(responder));
    waiting.set_value(std::make_shared<Responder>(std::move(responder)));
  }};
  RawClient client{server.port()};
  client.send(std::string{get_first} + std::string{get_second});
  const auto responder = waiting.get_future().get();
  server.in_loop([&](Server&) { responder->answer({.body = "late"}); });
  EXPECT_EQ(client.answer()->body, "late");
  EXPECT_EQ(client.answer()->body, "/second");
}

TEST(Server, takes_a_request_in_single_bytes) {
  RunningServer server{echo};
  RawClient client{server.port()};
  for (const char byte : get_first) client.send({&byte, 1});
  EXPECT_EQ(client.answer()->body, "/first");
}

TEST(Server, invites_the_body_that_waits_for_it) {
  RunningServer server{[](const Request& request, Responder responder) {
    responder.answer({.body = request.body});
  }};
  RawClient client{server.port()};
  client.send(
      "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer()->status, 100U);
  client.send("{}");
  EXPECT_EQ(client.answer()->body, "{}");
}

TEST(Server, closes_when_asked_to_and_after_http_1_0) {
  RunningServer server{echo};
  RawClient closing{server.port()};
  closing.send("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(closing.answer()->fields.at("connection"), "close");
  EXPECT_TRUE(closing.ends());
  RawClient old{server.port()};
  old.send("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.answer()->body, "/x");
  EXPECT_TRUE(old.ends());
}

TEST(Server, keeps_http_1_0_open_when_asked_to) {
  RunningServer server{echo};
  RawClient client{server.port()};
  client.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.answer()->fields.at("connection"), "keep-alive");
  EXPECT_EQ(client.get("/y").body, "/y");
}

TEST(Server, answers_one_who_has_ended_his_side) {
  RunningServer server{echo};
  RawClient client{server.port()};
  client.send(get_first);
  client.end();
  EXPECT_EQ(client.answer()->body, "/first");
  EXPECT_TRUE(client.ends());
}

TEST(Server, takes_the_absolute_form_of_a_target) {
  RunningServer server{echo};
  RawClient client{server.port()};
  client.send("GET http://localhost:4001/x?y HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
  EXPECT_EQ(client.answer()->body, "/x?y");
}

TEST(Server, delivers_what_the_reader_takes_slowly) {
  const std::string large(8U * 1024U * 1024U, 'x');
  RunningServer server{
      [&](const Request&, Responder responder) { responder.answer({.body = large}); }};
  RawClient client{server.port()};
  client.send(std::string{get_first} + std::string{get_second});
  EXPECT_TRUE(client.answer()->body == large);
  EXPECT_TRUE(client.answer()->body == large);
}

TEST(Server, answers_503_for_a_responder_that_is_thrown_away) {
  RunningServer server{[](const Request&, const Responder&) {}};
  RawClient client{server.port()};
  EXPECT_EQ(client.get("/x").status, 503U);
  EXPECT_EQ(client.get("/x").fields.at("content-type"), "application/problem+json");
}

TEST(Server, takes_only_the_first_answer) {
  RunningServer server{[](const Request&, Responder responder) {
    responder.answer({.body = "first"});
    responder.answer({.body = "second"});
  }};
  RawClient client{server.port()};
  EXPECT_EQ(client.get("/x").body, "first");
  EXPECT_EQ(client.get("/x").body, "first");
}

// SURFACE 2: mode "goose" is checked against the clock again just before it is written.
TEST(Server, writes_no_claim_whose_time_is_over) {
  RunningServer server{[](const Request& request, Responder responder) {
    const bool holds = request.target == "/holds";
    responder.answer({.body = "goose",
                      .valid_until = Loop::now() + (holds ? 60s : 0s),
                      .refresh = [] { return Answer{.body = "duck"}; }});
  }};
  RawClient client{server.port()};
  EXPECT_EQ(client.get("/holds").body, "goose");
  EXPECT_EQ(client.get("/lapsed").body, "duck");
}

TEST(Server, answers_503_when_a_claim_cannot_be_made_in_time) {
  int refreshes = 0;
  const auto always_late = [&](auto&& self) -> Answer {
    return {.body = "goose", .valid_until = Loop::now(), .refresh = [&, self] {
              ++refreshes;
              return self(self);
            }};
  };
  RunningServer server{[&](const Request& request, Responder responder) {
    Answer answer = always_late(always_late);
    if (request.target == "/no-refresh") answer.refresh = {};
    responder.answer(std::move(answer));
  }};
  RawClient client{server.port()};
  EXPECT_EQ(client.get("/no-refresh").status, 503U);
  EXPECT_EQ(refreshes, 0);
  EXPECT_EQ(client.get("/refresh").status, 503U);
  EXPECT_EQ(refreshes, 3);
}

}  // namespace
}  // namespace duckduckgoose::net::test

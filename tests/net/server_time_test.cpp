#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

#include "net/server.hpp"
#include "raw_client.hpp"
#include "running_server.hpp"

namespace duckduckgoose::net::test {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// Every time limit is long, so that only the one under test can strike.
ServerOptions patient() {
  ServerOptions options;
  options.limits.header_time = 60s;
  options.limits.body_time = 60s;
  options.limits.answer_time = 60s;
  options.limits.write_time = 60s;
  options.limits.idle_time = 60s;
  return options;
}

TEST(Server, gives_a_slow_header_408) {
  ServerOptions options = patient();
  options.limits.header_time = 50ms;
  RunningServer server{echo, options};
  RawClient client{server.port()};
  const Instant begin = Loop::now();
  client.send("GET /x HTTP/1.1\r\nHost: local");
  EXPECT_EQ(client.answer()->status, 408U);
  EXPECT_GE(Loop::now() - begin, 50ms);
  EXPECT_TRUE(client.ends());
}

// A byte now and then must not win time.
TEST(Server, gives_a_dripping_header_408) {
  ServerOptions options = patient();
  options.limits.header_time = 50ms;
  options.limits.header_bytes_max = 64U * 1024U * 1024U;
  std::atomic<bool> refused = false;
  RunningServer server{echo, options};
  RawClient client{server.port()};
  std::thread dripping{[&] {
    client.send("GET /x HTTP/1.1\r\nX: ");
    while (!refused) client.send("x");
  }};
  EXPECT_EQ(client.answer()->status, 408U);
  refused = true;
  dripping.join();
}

TEST(Server, gives_a_slow_body_408) {
  ServerOptions options = patient();
  options.limits.body_time = 50ms;
  RunningServer server{echo, options};
  RawClient client{server.port()};
  client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{");
  EXPECT_EQ(client.answer()->status, 408U);
  EXPECT_TRUE(client.ends());
}

TEST(Server, closes_an_idle_connection_in_silence) {
  ServerOptions options = patient();
  options.limits.idle_time = 50ms;
  RunningServer server{echo, options};
  RawClient never_asked{server.port()};
  EXPECT_TRUE(never_asked.ends());
  RawClient asked_once{server.port()};
  EXPECT_EQ(asked_once.get("/x").status, 200U);
  EXPECT_TRUE(asked_once.ends());
}

TEST(Server, gives_up_on_a_handler_with_503) {
  ServerOptions options = patient();
  options.limits.answer_time = 50ms;
  std::promise<std::shared_ptr<Responder>> waiting;
  RunningServer server{[&](const Request&, Responder responder) {
                         waiting.set_value(std::make_shared<Responder>(std::move(responder)));
                       },
                       options};
  RawClient client{server.port()};
  EXPECT_EQ(client.get("/x").status, 503U);
  const auto responder = waiting.get_future().get();
  server.in_loop([&](Server&) { responder->answer({.body = "too late"}); });
  EXPECT_TRUE(client.ends());
}

TEST(Server, cuts_off_one_who_does_not_take_the_answer) {
  ServerOptions options = patient();
  options.limits.write_time = 50ms;
  const std::string large(16U * 1024U * 1024U, 'x');
  std::promise<void> asked;
  RunningServer server{[&](const Request&, Responder responder) {
                         asked.set_value();
                         responder.answer({.body = large});
                       },
                       options};
  RawClient client{server.port()};
  client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  asked.get_future().wait();
  // Reads nothing until the server has lost patience.
  while (server.in_loop([](Server& inside) { return inside.connections(); }) > 0) {
    std::this_thread::yield();
  }
  EXPECT_LT(client.bytes(large.size() + 1024).size(), large.size());
}

TEST(Server, sleeps_while_nobody_is_connected) {
  ServerOptions options = patient();
  options.limits.idle_time = 20ms;
  RunningServer server{echo, options};
  EXPECT_TRUE(RawClient{server.port()}.ends());
  EXPECT_EQ(server.in_loop([](Server& inside) { return inside.connections(); }), 0U);
}

// Shutting down.

TEST(Server, finishes_answers_under_way_before_it_stops) {
  std::promise<std::shared_ptr<Responder>> waiting;
  std::promise<void> stopped;
  RunningServer server{[&](const Request&, Responder responder) {
                         waiting.set_value(std::make_shared<Responder>(std::move(responder)));
                       },
                       patient()};
  RawClient idle{server.port()};
  RawClient busy{server.port()};
  busy.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto responder = waiting.get_future().get();
  server.in_loop([&](Server& inside) { inside.shutdown(60s, [&] { stopped.set_value(); }); });
  EXPECT_TRUE(idle.ends());
  EXPECT_THROW(RawClient{server.port()}, std::system_error);
  server.in_loop([&](Server&) { responder->answer({.body = "done"}); });
  const auto answer = busy.answer();
  EXPECT_EQ(answer->body, "done");
  EXPECT_EQ(answer->fields.at("connection"), "close");
  EXPECT_TRUE(busy.ends());
  { const RawClient gone = std::move(busy); }
  stopped.get_future().get();
}

TEST(Server, stops_after_the_limit_whoever_is_still_waiting) {
  std::promise<std::shared_ptr<Responder>> waiting;
  std::promise<void> stopped;
  RunningServer server{[&](const Request&, Responder responder) {
                         waiting.set_value(std::make_shared<Responder>(std::move(responder)));
                       },
                       patient()};
  RawClient busy{server.port()};
  busy.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto responder = waiting.get_future().get();
  server.in_loop([&](Server& inside) { inside.shutdown(20ms, [&] { stopped.set_value(); }); });
  stopped.get_future().get();
  EXPECT_TRUE(busy.ends());
}

TEST(Server, stops_at_once_when_nobody_is_connected) {
  RunningServer server{echo};
  std::promise<void> stopped;
  server.in_loop([&](Server& inside) { inside.shutdown(60s, [&] { stopped.set_value(); }); });
  stopped.get_future().get();
}

}  // namespace
}  // namespace duckduckgoose::net::test

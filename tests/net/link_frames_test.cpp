#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/link.hpp"
#include "raw_client.hpp"
#include "running_server.hpp"

namespace duckduckgoose::net::test {
namespace {

constexpr std::uint8_t text_frame = 0x81;
constexpr std::uint8_t text_begins = 0x01;
constexpr std::uint8_t text_goes_on = 0x00;
constexpr std::uint8_t text_ends = 0x80;
constexpr std::uint8_t binary_frame = 0x82;
constexpr std::uint8_t close_frame = 0x88;
constexpr std::uint8_t ping_frame = 0x89;
constexpr std::uint8_t pong_frame = 0x8a;

/// A server whose links echo what they hear; remembers how each ended.
class EchoServer {
 public:
  explicit EchoServer(ServerOptions options = {})
      : server_{echo, std::move(options), [this](Link link) { take(std::move(link)); }} {}
  ~EchoServer() {
    server_.in_loop([this](Server&) { links_.clear(); });
  }
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  LinkEnd end() { return end_.get_future().get(); }

 private:
  void take(Link link) {
    links_.push_back(std::make_unique<Link>(std::move(link)));
    Link* const kept = links_.back().get();
    kept->start([kept](std::string_view frame) { kept->send(std::string{frame}); },
                [this](LinkEnd end, std::string_view) { end_.set_value(end); });
  }

  std::promise<LinkEnd> end_;
  std::vector<std::unique_ptr<Link>> links_;
  RunningServer server_;
};

RawClient upgraded(std::uint16_t port) {
  RawClient client{port};
  client.send(upgrade_request());
  const auto answer = client.answer();
  EXPECT_EQ(answer->status, 101U);
  EXPECT_EQ(answer->fields.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  return client;
}

std::uint16_t close_code(RawClient& client) {
  const std::string header = client.bytes(4);
  EXPECT_EQ(static_cast<std::uint8_t>(header[0]), close_frame);
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(header[2]) << 8U |
                                    static_cast<std::uint8_t>(header[3]));
}

TEST(Frames, are_echoed) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(text_frame, "hello"));
  EXPECT_EQ(client.bytes(7), frame(text_frame, "hello", false));
}

// RFC 6455 5.4: whoever receives must take fragments. To us they are one frame.
TEST(Frames, may_come_in_fragments_with_a_ping_between) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(text_begins, "a"));
  client.send(frame(text_goes_on, "b"));
  client.send(frame(ping_frame, "p"));
  client.send(frame(text_ends, "c"));
  EXPECT_EQ(client.bytes(8), frame(pong_frame, "p", false) + frame(text_frame, "abc", false));
}

TEST(Frames, may_be_sent_before_the_upgrade_is_answered) {
  EchoServer server;
  RawClient client{server.port()};
  client.send(upgrade_request() + frame(text_frame, "early") + frame(text_frame, "bird"));
  EXPECT_EQ(client.answer()->status, 101U);
  EXPECT_EQ(client.bytes(13), frame(text_frame, "early", false) + frame(text_frame, "bird", false));
}

TEST(Frames, sent_early_in_great_number_are_refused) {
  EchoServer server;
  RawClient client{server.port()};
  std::string request = upgrade_request();
  request.insert(request.find("\r\n") + 2, "X: " + std::string(4000, 'x') + "\r\n");
  client.send(request + frame(text_frame, std::string(3000, 'y')));
  EXPECT_EQ(client.answer()->status, 400U);
}

TEST(Frames, in_fragments_are_bounded_as_a_whole) {
  ServerOptions options;
  options.link_limits.frame_bytes_max = 1000;
  EchoServer server{options};
  RawClient client = upgraded(server.port());
  client.send(frame(text_begins, std::string(600, 'x')));
  client.send(frame(text_ends, std::string(401, 'x')));
  EXPECT_EQ(close_code(client), 1009);
  EXPECT_EQ(server.end(), LinkEnd::frame_too_large);
}

TEST(Frames, unmasked_are_refused) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(text_frame, "hello", false));
  EXPECT_EQ(close_code(client), 1002);
  EXPECT_EQ(server.end(), LinkEnd::protocol_error);
}

TEST(Frames, that_go_on_with_nothing_are_refused) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(text_ends, "c"));
  EXPECT_EQ(close_code(client), 1002);
  EXPECT_EQ(server.end(), LinkEnd::protocol_error);
}

TEST(Frames, of_an_unknown_kind_are_refused) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(0x83, "x"));
  EXPECT_EQ(close_code(client), 1002);
  EXPECT_EQ(server.end(), LinkEnd::protocol_error);
}

TEST(Frames, that_are_not_utf_8_are_refused) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(text_frame, "\xff\xfe"));
  EXPECT_EQ(close_code(client), 1007);
  EXPECT_EQ(server.end(), LinkEnd::protocol_error);
}

TEST(Frames, of_bytes_are_refused) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(binary_frame, "hello"));
  EXPECT_EQ(close_code(client), 1003);
  EXPECT_EQ(server.end(), LinkEnd::not_text);
}

TEST(Frames, cut_in_the_middle_end_the_link) {
  EchoServer server;
  {
    const RawClient client = upgraded(server.port());
    client.send(frame(text_frame, "hello").substr(0, 5));
  }
  EXPECT_EQ(server.end(), LinkEnd::lost);
}

TEST(Frames, of_farewell_are_answered) {
  EchoServer server;
  RawClient client = upgraded(server.port());
  client.send(frame(close_frame, std::string_view{"\x03\xe9", 2}));
  EXPECT_EQ(close_code(client), 1001);
  EXPECT_EQ(server.end(), LinkEnd::closed_by_peer);
  EXPECT_TRUE(client.ends());
}

}  // namespace
}  // namespace duckduckgoose::net::test

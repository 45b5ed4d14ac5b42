#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <vector>

#include "net/server.hpp"
#include "raw_client.hpp"
#include "running_server.hpp"

namespace duckduckgoose::net::test {
namespace {

using std::chrono_literals::operator""s;

/// Raises the number of open files as far as is allowed, until the test is over.
class ManyFiles {
 public:
  ManyFiles() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit more = before_;
    more.rlim_cur = more.rlim_max;
    setrlimit(RLIMIT_NOFILE, &more);
    count_ = more.rlim_cur;
  }
  ~ManyFiles() { setrlimit(RLIMIT_NOFILE, &before_); }
  ManyFiles(const ManyFiles&) = delete;
  ManyFiles& operator=(const ManyFiles&) = delete;
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  rlimit before_{};
  std::size_t count_ = 0;
};

/// As many idle connections as the machine allows, up to 10,000; both ends lie in this process.
std::size_t flood_size(const ManyFiles& files) {
  constexpr std::size_t wanted = 10'000;
  return std::min(wanted, (files.count() - files_reserved) / 2 - 200);
}

std::vector<RawClient> connect_many(std::uint16_t port, std::size_t count) {
  std::vector<RawClient> clients;
  clients.reserve(count);
  for (std::size_t i = 0; i < count; ++i) clients.emplace_back(port);
  return clients;
}

TEST(Server, bears_ten_thousand_idle_connections) {
  const ManyFiles files;
  const std::size_t count = flood_size(files);
  ServerOptions options;
  options.limits.connections_max = count + 100;
  RunningServer server{echo, options};
  const auto idle = connect_many(server.port(), count);
  EXPECT_EQ(RawClient{server.port()}.get("/x").status, 200U);
  EXPECT_GE(server.in_loop([](Server& inside) { return inside.connections(); }), count);
}

TEST(Server, lets_the_longest_idle_one_go_when_it_is_full) {
  ServerOptions options;
  options.limits.connections_max = 20;
  RunningServer server{echo, options};
  auto idle = connect_many(server.port(), 20);
  for (RawClient& client : idle) EXPECT_EQ(client.get("/x").status, 200U);
  EXPECT_EQ(idle[0].get("/again").status, 200U);  // now the second one is the longest idle
  RawClient one_more{server.port()};
  EXPECT_EQ(one_more.get("/x").status, 200U);
  EXPECT_TRUE(idle[1].ends());
  EXPECT_EQ(idle[0].get("/x").status, 200U);
  EXPECT_EQ(idle[2].get("/x").status, 200U);
}

TEST(Server, answers_503_when_it_is_full_and_nobody_is_idle) {
  ServerOptions options;
  options.limits.connections_max = 20;
  std::promise<void> all_busy;
  std::vector<Responder> waiting;
  RunningServer server{[&](const Request& request, Responder responder) {
                         if (request.target == "/x") return echo(request, std::move(responder));
                         waiting.push_back(std::move(responder));
                         if (waiting.size() == 20) all_busy.set_value();
                       },
                       options};
  auto busy = connect_many(server.port(), 20);
  for (RawClient& client : busy) client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
  all_busy.get_future().get();
  RawClient refused{server.port()};
  const auto answer = refused.answer();
  EXPECT_EQ(answer->status, 503U);
  EXPECT_EQ(answer->fields.at("connection"), "close");
  server.in_loop([&](Server&) { waiting.clear(); });
  for (RawClient& client : busy) EXPECT_EQ(client.answer()->status, 503U);
  EXPECT_EQ(RawClient{server.port()}.get("/x").status, 200U);
}

// The record, the log and the links need files too.
TEST(Server, keeps_files_back_for_the_rest_of_the_node) {
  const ManyFiles files;
  rlimit few{.rlim_cur = files_reserved + 20, .rlim_max = files.count()};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  RunningServer server{echo};
  few.rlim_cur = few.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  auto idle = connect_many(server.port(), 60);
  EXPECT_EQ(idle.back().get("/x").status, 200U);
  EXPECT_LE(server.in_loop([](Server& inside) { return inside.connections(); }), 20U);
}

// Links are not counted as sessions, and may be thousands.
TEST(Server, keeps_some_files_back_from_links_too) {
  const ManyFiles files;
  const rlimit few{.rlim_cur = 200, .rlim_max = files.count()};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<Link> links;
  bool keeps = true;
  RunningServer server{echo, {}, [&](Link link) {
                         if (keeps) links.push_back(std::move(link));
                       }};
  const rlimit all{.rlim_cur = files.count(), .rlim_max = files.count()};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &all), 0);  // for the other ends, which lie in this process
  std::vector<RawClient> peers;
  const auto dial = [&] {
    peers.emplace_back(server.port()).send(upgrade_request());
    const auto answer = peers.back().answer();
    return answer ? answer->status : 0;
  };
  unsigned status = 0;
  while (peers.size() < 200 && (status = dial()) == 101U) continue;
  EXPECT_EQ(status, 503U);
  const std::size_t before = peers.size();
  EXPECT_GT(before, 20U);
  EXPECT_LE(before, (200 - files_spare) / 2);
  server.in_loop([&](Server&) { links.resize(before / 2); });
  peers.clear();
  EXPECT_EQ(dial(), 101U);
  server.in_loop([&](Server&) {  // the answer may be here before the link is there
    keeps = false;
    links.clear();
  });
}

TEST(Server, accepts_again_once_there_are_files) {
  RunningServer server{echo};
  RawClient early{server.port()};
  EXPECT_EQ(early.get("/x").status, 200U);
  std::vector<int> taken;
  const auto take_all_files = [&] {
    for (int fd = 0; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken.push_back(fd);
  };
  take_all_files();
  ASSERT_FALSE(taken.empty());
  ::close(taken.back());
  taken.pop_back();
  RawClient late{server.port()};  // takes the last file; the server has none to accept it with
  late.send("GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(early.ends()) << "an idle connection is given up for the new one";
  for (const int fd : taken) ::close(fd);
  EXPECT_EQ(late.answer()->body, "/late");
  EXPECT_EQ(RawClient{server.port()}.get("/x").status, 200U);
}

}  // namespace
}  // namespace duckduckgoose::net::test

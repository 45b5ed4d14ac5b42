#include "keeper/post.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "os/clock.hpp"

namespace duckduckgoose::keeper {
namespace {

using namespace std::chrono_literals;

constexpr const char* proof = "it is dead";
constexpr const char* thanks = "taken";

/// Somebody on loopback who may be told.
class Place {
 public:
  Place() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)} {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    auto* const any = reinterpret_cast<sockaddr*>(&here);
    EXPECT_EQ(bind(listener_.get(), any, size), 0);
    EXPECT_EQ(listen(listener_.get(), 8), 0);
    EXPECT_EQ(getsockname(listener_.get(), any, &size), 0);
    address_.assign(reinterpret_cast<const char*>(&here), sizeof here);
  }

  [[nodiscard]] const std::string& address() const { return address_; }
  void leave() { listener_.close(); }

  /// What was said to it by one who came; empty: nobody has come, or said anything.
  [[nodiscard]] std::string heard() {
    if (!caller_.is_open()) caller_ = Descriptor{accept(listener_.get(), nullptr, nullptr)};
    std::array<char, 64> bytes{};
    const ssize_t got = recv(caller_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    return got > 0 ? std::string{bytes.data(), static_cast<std::size_t>(got)} : std::string{};
  }
  void answer(const std::string& text) const {
    EXPECT_EQ(send(caller_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void hang_up() { caller_.close(); }

 private:
  Descriptor listener_;
  Descriptor caller_;
  std::string address_;
};

guard::Envelope to(const std::vector<const Place*>& places) {
  guard::Envelope envelope{.places = {}, .bytes = proof, .answer = thanks};
  for (const Place* it : places) envelope.places.push_back(it->address());
  return envelope;
}

/// Goes on until somebody has something to say, or the next one has its turn; what is new then.
Post::News go_on(Post& post) {
  std::vector<pollfd> waits;
  post.add_to(waits);
  const Duration rest = post.wake_at() ? *post.wake_at() - os::now() : Duration{10s};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(rest, Duration{0}));
  poll(waits.data(), waits.size(), static_cast<int>(ms.count()));
  return post.go_on();
}

TEST(Post, tells_each_voter_once_where_the_first_place_answers) {
  Place first;
  Place other;
  Place second;
  Post post;
  post.set({to({&first, &other}), to({&second})});
  EXPECT_EQ(post.size(), 2U);
  post.send();
  EXPECT_EQ(first.heard(), proof);
  EXPECT_EQ(second.heard(), proof);
  first.answer(thanks);
  Post::News news = go_on(post);
  EXPECT_EQ(news.taken, 1U);
  EXPECT_EQ(news.settled, 1U);
  EXPECT_FALSE(post.wake_at());
  second.answer(thanks);
  news = go_on(post);
  EXPECT_EQ(news.taken, 1U);
  EXPECT_EQ(news.settled, 1U);
  EXPECT_EQ(other.heard(), "");
}

TEST(Post, tries_the_next_place_at_once_where_nobody_is) {
  Place gone;
  Place there;
  Post post;
  post.set({to({&gone, &there})});
  gone.leave();
  post.send();
  while (there.heard().empty()) EXPECT_EQ(go_on(post).settled, 0U);
  there.answer(thanks);
  EXPECT_EQ(go_on(post).taken, 1U);
}

TEST(Post, tries_the_next_place_beside_one_that_does_not_answer) {
  Place slow;
  Place there;
  Post post;
  post.set({to({&slow, &there})});
  const Instant began = os::now();
  post.send();
  EXPECT_EQ(slow.heard(), proof);
  std::string heard;
  while ((heard = there.heard()).empty()) EXPECT_EQ(go_on(post).settled, 0U);
  EXPECT_EQ(heard, proof);
  EXPECT_GE(os::now() - began, Post::patience);
  slow.answer(thanks);  // late is early enough
  const Post::News news = go_on(post);
  EXPECT_EQ(news.taken, 1U);
  EXPECT_EQ(news.settled, 1U);
}

TEST(Post, settles_a_voter_that_is_nowhere) {
  Place gone;
  Place foreign;
  Post post;
  post.set({to({&gone, &foreign}), to({})});
  EXPECT_EQ(post.size(), 1U) << "of whom no place is known";
  gone.leave();
  post.send();
  while (foreign.heard().empty()) EXPECT_EQ(go_on(post).settled, 0U);
  foreign.answer("who is dead?");
  foreign.hang_up();
  Post::News news;
  while (news.settled == 0) news = go_on(post);
  EXPECT_EQ(news.taken, 0U);
  EXPECT_FALSE(post.wake_at());
}

}  // namespace
}  // namespace duckduckgoose::keeper

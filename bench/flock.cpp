#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/loop.hpp"
#include "node/node.hpp"
#include "os/open_files.hpp"

/// Many ducks in one process, for bench/ducks: whole nodes, each with a port, a record and links of
/// its own, on one loop and without keepers.
///
///     duckduckgoose-flock COUNT FOLDER JOIN LINKS
///
/// What becomes of them it hears from their own logs, and prints
///
///     whole NANOSECONDS                whenever all have LINKS links and know one goose again
///     goose TOKEN FIRST LAST           when the last one has heard of a goose, and when the first
///
/// with times of CLOCK_MONOTONIC.
namespace {

namespace net = duckduckgoose::net;
namespace node = duckduckgoose::node;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

class Flock {
 public:
  Flock(net::Loop& loop, std::size_t count, node::Settings settings, std::size_t links)
      : loop_{loop}, count_{count}, settings_{std::move(settings)}, links_{links} {
    start_next();
  }

 private:
  struct Duck {
    std::optional<node::Node> node;
    std::uint64_t token = 0;  ///< Of the goose that it knows; 0: none.
    std::size_t links = 0;
  };

  /// One in each turn of the loop: who has started is not to wait for all the others.
  void start_next() {
    if (ducks_.size() == count_) return;
    Duck& duck = ducks_.emplace_back();
    node::Settings settings = settings_;
    settings.data += "/" + std::to_string(ducks_.size());
    settings.log.sink = [this, &duck](std::string_view line) { hear(duck, line); };
    auto started = node::Node::start(loop_, settings);
    if (!started) return give_up(started.error());
    duck.node.emplace(std::move(*started));
    duck.node->on_end([this](const node::Failure& why) { give_up(why); });
    loop_.post([this] { start_next(); });
  }

  void give_up(const node::Failure& why) {
    std::fprintf(stderr, "a duck has ended: %s\n", why.sentence.c_str());
    loop_.stop();
  }

  void hear(Duck& duck, std::string_view line) {
    constexpr std::string_view token = " token=";
    if (line.contains(" event=goose ")) {
      const auto at = line.rfind(token);
      if (at != std::string_view::npos) know(duck, number_in(line.substr(at + token.size())));
    } else if (line.contains(" event=no_goose ")) {
      know(duck, 0);
    } else if (line.contains(" event=link ")) {
      const std::size_t before = duck.links;
      duck.links += line.contains("\"linked to ") ? 1U : -1U;
      if (before < links_ && duck.links >= links_) ++linked_;
      if (before >= links_ && duck.links < links_) --linked_;
    }
    look();
  }

  void know(Duck& duck, std::uint64_t token) {
    if (duck.token == token) return;
    if (duck.token != 0 && duck.token == newest_) --knowing_;
    duck.token = token;
    if (token > newest_) {
      newest_ = token;
      knowing_ = 0;
      first_ns_ = now_ns();
    }
    if (token != newest_ || ++knowing_ < count_) return;
    std::printf("goose %ju %jd %jd\n", static_cast<std::uintmax_t>(token),
                static_cast<std::intmax_t>(first_ns_), static_cast<std::intmax_t>(now_ns()));
    std::fflush(stdout);
  }

  void look() {
    const bool was_whole = is_whole_;
    is_whole_ = knowing_ == count_ && linked_ == count_;
    if (was_whole || !is_whole_) return;
    std::printf("whole %jd\n", static_cast<std::intmax_t>(now_ns()));
    std::fflush(stdout);
  }

  net::Loop& loop_;
  std::size_t count_;
  node::Settings settings_;
  std::size_t links_;
  std::deque<Duck> ducks_;
  std::uint64_t newest_ = 0;  ///< The newest goose that any of them has heard of ...
  std::size_t knowing_ = 0;   ///< ... and how many have.
  std::int64_t first_ns_ = 0;
  std::size_t linked_ = 0;
  bool is_whole_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  constexpr int words = 5;
  constexpr std::size_t files_of_a_duck = 16;
  if (argc != words) {
    std::fputs("usage: duckduckgoose-flock COUNT FOLDER JOIN LINKS\n", stderr);
    return 2;
  }
  const auto count = static_cast<std::size_t>(number_in(argv[1]));
  duckduckgoose::os::allow_open_files(files_of_a_duck * (count + files_of_a_duck));
  node::Settings settings;
  settings.port = 0;
  settings.data = argv[2];
  settings.join = {argv[3]};
  net::Loop loop;
  loop.on_signal([&loop](int) { loop.stop(); });
  const Flock flock{loop, count, settings, static_cast<std::size_t>(number_in(argv[4]))};
  loop.run();
  return 0;
}

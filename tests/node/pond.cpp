#include "pond.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>
#include <utility>

#include "wire/ids.hpp"

namespace duckduckgoose::node::testing {

Folder::Folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "duckduckgoose-test-XXXXXX";
  EXPECT_NE(mkdtemp(pattern.data()), nullptr);
  root_ = pattern;
}

Folder::~Folder() { std::filesystem::remove_all(root_); }

void Folder::copy(const std::string& from, const std::string& to) const {
  std::filesystem::copy(path(from), path(to), std::filesystem::copy_options::recursive);
}

Pond::~Pond() {
  if (!::testing::Test::HasFailure()) return;
  for (const auto& [name, duck] : nodes_)
    std::fprintf(stderr, "--- %s\n%s", name.c_str(), duck.log.c_str());
}

Settings Pond::settings(const std::string& name, const std::vector<std::string>& join) {
  Settings settings;
  settings.port = 0;
  settings.data = folder.path(name);
  settings.promise = 500ms;
  for (const std::string& it : join) {
    settings.join.push_back(nodes_.contains(it) ? (*this)[it].address() : it);
  }
  return settings;
}

Node& Pond::start(const std::string& name, const std::vector<std::string>& join) {
  return start_as(name, settings(name, join));
}

Node& Pond::start_as(const std::string& name, Settings settings) {
  Duck& duck = nodes_[name];
  duck.ended.reset();
  settings.log.level = LogLevel::debug;
  settings.log.sink = [&duck](std::string_view line) { duck.log += line; };
  auto started = Node::start(loop, settings);
  if (!started) throw std::runtime_error{name + " did not start: " + started.error().sentence};
  duck.node.emplace(std::move(*started));
  duck.settings = std::move(settings);
  duck.settings.port = duck.node->port();
  duck.node->on_end([&duck](Failure failure) { duck.ended = std::move(failure); });
  return *duck.node;
}

Node& Pond::restart(const std::string& name) {
  Settings settings = nodes_.at(name).settings;
  settings.join.clear();
  return start_as(name, std::move(settings));
}

void Pond::kill(const std::string& name) { nodes_.at(name).node.reset(); }

void Pond::stop(const std::string& name) {
  Duck& duck = nodes_.at(name);
  duck.node->stop();
  EXPECT_TRUE(until([&] { return duck.ended.has_value(); })) << name << " does not stop";
  duck.node.reset();
}

void Pond::found(const std::vector<std::string>& names, std::size_t voters) {
  for (const std::string& name : names) {
    start(name, name == names.front() ? std::vector<std::string>{} : std::vector{names.front()});
  }
  const auto is_there = [&] {
    for (const std::string& name : names) {
      if (status(name).voters != voters) return false;
    }
    return agree();
  };
  // A change that is not in force yet is undone by the first fault, or where saves are slow: a
  // round confirms it.
  constexpr int tries = 5;
  for (int i = 0; i < tries; ++i) {
    if (!until(is_there)) break;
    const bool is_confirmed = ask(names.front(), "GET", "/status?confirm=quorum").status == 200;
    if (is_confirmed && is_there()) return;
  }
  throw std::runtime_error{"the cluster did not come about"};
}

std::string Pond::id(const std::string& name) { return wire::to_text((*this)[name].id()); }

std::vector<std::string> Pond::names() const {
  std::vector<std::string> running;
  for (const auto& [name, duck] : nodes_) {
    if (duck.node && !duck.ended) running.push_back(name);
  }
  return running;
}

std::string Pond::goose() {
  std::string found;
  for (const std::string& name : names()) {
    if (status(name).mode != wire::Mode::goose) continue;
    found = found.empty() ? name : "two: " + found + " and " + name;
  }
  return found;
}

bool Pond::agree() {
  const std::string goose_now = goose();
  if (!nodes_.contains(goose_now)) return false;
  const NodeId id = (*this)[goose_now].id();
  for (const std::string& name : names()) {
    const auto known = status(name).goose;
    if (!known || known->id != id) return false;
  }
  return true;
}

bool Pond::until(const std::function<bool()>& holds, Duration limit) {
  const Instant end = net::Loop::now() + limit;
  bool held = false;
  std::function<void()> look = [&] {
    held = holds();
    if (held || net::Loop::now() >= end) return loop.stop();
    loop.wake_at(net::Loop::now() + 1ms, [&look] { look(); });
  };
  loop.wake_at(net::Loop::now(), [&look] { look(); });
  loop.run();
  return held;
}

void Pond::run_for(Duration time) {
  EXPECT_FALSE(until([] { return false; }, time));
}

client::HttpAnswer Pond::ask(const std::string& name, const std::string& method,
                             const std::string& target, const std::string& body) {
  const std::string address = (*this)[name].address();
  std::optional<std::expected<client::HttpAnswer, client::ClientError>> answer;
  bool done = false;
  std::jthread asker{[&] {
    auto result = client::request(address, method, target, body, 15s);
    loop.post([&, result = std::move(result)]() mutable {
      answer = std::move(result);
      done = true;
    });
  }};
  EXPECT_TRUE(until([&] { return done; }, 30s));
  if (!answer || !*answer) {
    ADD_FAILURE() << (answer ? answer->error().text : "no answer");
    return {};
  }
  return **answer;
}

}  // namespace duckduckgoose::node::testing

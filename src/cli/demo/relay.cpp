#include "cli/demo/relay.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "cli/demo/sockets.hpp"

namespace duckduckgoose::cli::demo {
namespace {

constexpr std::size_t waiting_bytes_max = std::size_t{64} * 1024;
constexpr std::size_t connections_max = 512;

/// Reads what is there into `waiting`; false: the other end has closed.
bool read_some(const Descriptor& from, std::string& waiting) {
  std::array<char, 16384> buffer{};
  const ssize_t count = recv(from.get(), buffer.data(), buffer.size(), 0);
  if (count > 0) waiting.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/// Writes what the socket takes; false: nobody is there to take it.
bool write_some(const Descriptor& to, std::string& waiting) {
  if (waiting.empty()) return true;
  const ssize_t count = send(to.get(), waiting.data(), waiting.size(), MSG_NOSIGNAL);
  if (count > 0) waiting.erase(0, static_cast<std::size_t>(count));
  return count >= 0 || errno == EAGAIN || errno == EINTR;
}

short interest(bool may_read, bool may_write) {
  return static_cast<short>((may_read ? POLLIN : 0) | (may_write ? POLLOUT : 0));
}

}  // namespace

Relay::Relay() : wake_up_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  thread_ = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
}

Relay::~Relay() {
  thread_.request_stop();
  wake();
  thread_.join();
}

std::expected<std::uint16_t, std::string> Relay::add(int number, std::uint16_t port) {
  auto listener = listen_anywhere();
  if (!listener) return std::unexpected(std::move(listener.error()));
  const std::uint16_t mine = port_of(*listener);
  {
    const std::scoped_lock lock{mutex_};
    Node& node = nodes_[number];
    node.number = number;
    node.port = port;
    node.listener = *std::move(listener);
  }
  wake();
  return mine;
}

void Relay::runs_as(int number, pid_t process) {
  const std::scoped_lock lock{mutex_};
  nodes_[number].process = process;
}

void Relay::cut(int number, bool is_cut) {
  {
    const std::scoped_lock lock{mutex_};
    nodes_[number].is_cut = is_cut;
  }
  wake();
}

void Relay::wake() { eventfd_write(wake_up_.get(), 1); }

bool Relay::passes(const Connection& connection) const {
  const auto from = nodes_.find(connection.from);
  return !nodes_.at(connection.to).is_cut && (from == nodes_.end() || !from->second.is_cut);
}

void Relay::work(const std::stop_token& stop) {
  std::vector<Watched> watched;
  std::vector<short> events;
  while (!stop.stop_requested()) {
    wait_for_events(watched, events);
    const std::scoped_lock lock{mutex_};
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (events[i] == 0) continue;
      if (watched[i].node != nullptr) {
        accept_from(*watched[i].node);
      } else if (passes(*watched[i].connection)) {
        move_bytes(*watched[i].connection, watched[i].is_dialler, events[i]);
      }
    }
    drop_ended();
  }
}

void Relay::wait_for_events(std::vector<Watched>& watched, std::vector<short>& events) {
  std::vector<pollfd> asked;
  watched.clear();
  const auto watch = [&](const Descriptor& descriptor, short wanted, Watched what) {
    if (wanted == 0 || !descriptor.is_open()) return;
    asked.push_back({.fd = descriptor.get(), .events = wanted, .revents = 0});
    watched.push_back(what);
  };
  {
    const std::scoped_lock lock{mutex_};
    for (auto& [number, node] : nodes_) watch(node.listener, POLLIN, {.node = &node});
    for (Connection& connection : connections_) {
      if (!passes(connection)) continue;
      if (!connection.target.is_open() && !connection.back.has_ended) {
        connection.target = begin_connect(nodes_.at(connection.to).port);
        connection.back.has_ended = !connection.target.is_open();
      }
      Flow& there = connection.there;
      Flow& back = connection.back;
      const auto has_room = [](const Flow& flow) {
        return !flow.has_ended && flow.waiting.size() < waiting_bytes_max;
      };
      watch(connection.dialler, interest(has_room(there), !back.waiting.empty()),
            {.connection = &connection, .is_dialler = true});
      watch(connection.target, interest(has_room(back), !there.waiting.empty()),
            {.connection = &connection, .is_dialler = false});
    }
  }
  asked.push_back({.fd = wake_up_.get(), .events = POLLIN, .revents = 0});
  poll(asked.data(), asked.size(), -1);
  eventfd_t count = 0;
  eventfd_read(wake_up_.get(), &count);
  events.clear();
  for (const pollfd& one : asked) events.push_back(one.revents);
}

void Relay::accept_from(Node& node) {
  Descriptor dialler{accept4(node.listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!dialler.is_open() || connections_.size() >= connections_max) return;
  Connection& connection = connections_.emplace_back();
  connection.from = number_of_dialler(node, peer_port_of(dialler));
  connection.to = node.number;
  connection.dialler = std::move(dialler);
}

int Relay::number_of_dialler(const Node& target, std::uint16_t port) const {
  const std::string socket = socket_between(port, port_of(target.listener));
  for (const auto& [number, node] : nodes_) {
    if (!socket.empty() && node.process != 0 && has_open(node.process, socket)) return number;
  }
  return 0;
}

void Relay::move_bytes(Connection& connection, bool from_dialler, short events) {
  const Descriptor& here = from_dialler ? connection.dialler : connection.target;
  const Descriptor& there = from_dialler ? connection.target : connection.dialler;
  Flow& out = from_dialler ? connection.there : connection.back;
  Flow& in = from_dialler ? connection.back : connection.there;
  if ((events & POLLOUT) != 0 && !write_some(here, in.waiting)) {
    in = {.waiting = {}, .has_ended = true};
  }
  if ((events & ~POLLOUT) == 0 || out.has_ended) return;
  out.has_ended = !read_some(here, out.waiting);
  // A connection that is still being made refuses this with EAGAIN, or ends here.
  if (!write_some(there, out.waiting)) out = {.waiting = {}, .has_ended = true};
}

void Relay::drop_ended() {
  std::erase_if(connections_, [](const Connection& connection) {
    const auto is_over = [](const Flow& flow) { return flow.has_ended && flow.waiting.empty(); };
    return is_over(connection.there) || is_over(connection.back);
  });
}

}  // namespace duckduckgoose::cli::demo

#include "keeper/service.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "os/clock.hpp"

namespace duckduckgoose::keeper {
namespace {

/// Empty: there is nobody, or nowhere that this program can send to.
std::string address_of_service_manager() {
  const char* const path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe)
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path == nullptr || (*path != '/' && *path != '@')) return {};
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path, length);
  if (*path == '@') address.sun_path[0] = '\0';  // the abstract namespace of Linux
  return {reinterpret_cast<const char*>(&address), offsetof(sockaddr_un, sun_path) + length};
}

}  // namespace

ServiceManager::ServiceManager() : address_{address_of_service_manager()} {
  if (address_.empty()) return;
  socket_ = Descriptor{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
}

void ServiceManager::tell_status(std::string sentence) {
  if (is_stopping_) return;
  owes_ready_ = owes_ready_ || !std::exchange(is_ready_, true);
  owed_status_ = std::move(sentence);
  tell();
}

void ServiceManager::tell_stopping() {
  if (std::exchange(is_stopping_, true)) return;
  owes_stopping_ = true;
  owed_status_.reset();
  tell();
}

void ServiceManager::go_on() {
  if (again_at_ && *again_at_ <= os::now()) try_to_tell();
}

void ServiceManager::tell() {
  if (!socket_.is_open()) return;
  tries_ = 0;
  try_to_tell();
}

/// Ready before stopping, and not in one: of the two systemd takes the last alone.
void ServiceManager::try_to_tell() {
  again_at_.reset();
  if (owes_ready_ || owed_status_) {
    std::string lines = owes_ready_ ? "READY=1\n" : "";
    if (owed_status_) lines += "STATUS=" + *owed_status_;
    if (!send(lines)) return try_again_later();
    owes_ready_ = false;
    owed_status_.reset();
  }
  if (owes_stopping_) {
    if (!send("STOPPING=1")) return try_again_later();
    owes_stopping_ = false;
  }
}

void ServiceManager::try_again_later() {
  constexpr int doublings_max = 10;
  const Duration pause = std::min(pause_min * (1 << std::min(tries_, doublings_max)), pause_max);
  if (++tries_ < tries_max) again_at_ = os::now() + pause;
}

/// What fails otherwise would fail again: it counts as said.
bool ServiceManager::send(std::string_view lines) const {
  const ssize_t sent = sendto(socket_.get(), lines.data(), lines.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(address_.data()),
                              static_cast<socklen_t>(address_.size()));
  return sent >= 0 || (errno != EAGAIN && errno != ENOBUFS);
}

}  // namespace duckduckgoose::keeper

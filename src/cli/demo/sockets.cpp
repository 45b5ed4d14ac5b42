#include "cli/demo/sockets.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace duckduckgoose::cli::demo {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// The sockets API takes every family's address through this one type.
const sockaddr* generic(const void* address) { return static_cast<const sockaddr*>(address); }

std::uint16_t port_by(int (*get)(int, sockaddr*, socklen_t*), int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  void* const any = &address;
  if (get(socket, static_cast<sockaddr*>(any), &size) != 0) return 0;
  return ntohs(address.sin_port);
}

Descriptor bound_to(std::uint16_t port) {
  Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const sockaddr_in address = loopback(port);
  if (!socket.is_open() || bind(socket.get(), generic(&address), sizeof address) != 0) return {};
  return socket;
}

/// True too where this machine has no IPv6.
bool is_free_on_v6(std::uint16_t port) {
  const Descriptor socket{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) return true;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  return bind(socket.get(), generic(&address), sizeof address) == 0 || errno == EADDRNOTAVAIL;
}

/// As /proc/net/tcp writes 127.0.0.1:port: the address in the byte order of the machine.
std::string as_proc_writes(std::uint16_t port) {
  char text[16];
  std::snprintf(text, sizeof text, "%08X:%04X", htonl(INADDR_LOOPBACK), port);
  return text;
}

using Inode = std::uint64_t;  ///< 0: there is no such socket.

/// Among the connections of the machine, which may be many thousands. None: this kernel cannot be
/// asked.
std::optional<Inode> asked_of_kernel(std::uint16_t local, std::uint16_t remote) {
  struct {
    nlmsghdr head;
    inet_diag_req_v2 wanted;
  } question{};
  question.head = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST,
                   .nlmsg_seq = 0,
                   .nlmsg_pid = 0};
  question.wanted.sdiag_family = AF_INET;
  question.wanted.sdiag_protocol = IPPROTO_TCP;
  question.wanted.idiag_states = ~0U;
  inet_diag_sockid& ends = question.wanted.id;
  ends.idiag_sport = htons(local);
  ends.idiag_dport = htons(remote);
  ends.idiag_src[0] = htonl(INADDR_LOOPBACK);
  ends.idiag_dst[0] = htonl(INADDR_LOOPBACK);
  ends.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  ends.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  const Descriptor line{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  if (!line.is_open() || send(line.get(), &question, sizeof question, 0) < 0) return {};
  struct {
    nlmsghdr head;
    union {
      nlmsgerr error;
      inet_diag_msg found;
    };
  } answer{};
  const ssize_t length = recv(line.get(), &answer, sizeof answer, MSG_DONTWAIT);  // it is there
  if (length < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(int)))) return {};
  if (answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY) return answer.found.idiag_inode;
  return answer.error.error == -ENOENT ? std::optional<Inode>{0} : std::nullopt;
}

Inode found_in_table(std::uint16_t local, std::uint16_t remote) {
  std::ifstream table{"/proc/net/tcp"};
  const std::string ends = as_proc_writes(local) + " " + as_proc_writes(remote) + " ";
  std::string line;
  while (std::getline(table, line)) {
    const std::size_t found = line.find(ends);
    if (found == std::string::npos) continue;
    std::istringstream fields{line.substr(found + ends.size())};
    std::string state, queues, timer, retransmits, user, timeout;
    Inode inode = 0;
    fields >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    return inode;
  }
  return 0;
}

}  // namespace

std::string last_error(const std::string& call) {
  return call + ": " + std::system_category().message(errno);
}

std::expected<Descriptor, std::string> listen_anywhere() {
  Descriptor socket = bound_to(0);
  if (!socket.is_open()) return std::unexpected(last_error("bind to 127.0.0.1"));
  if (listen(socket.get(), SOMAXCONN) != 0) return std::unexpected(last_error("listen"));
  return socket;
}

std::uint16_t port_of(const Descriptor& socket) { return port_by(getsockname, socket.get()); }
std::uint16_t peer_port_of(const Descriptor& socket) { return port_by(getpeername, socket.get()); }

Descriptor begin_connect(std::uint16_t port) {
  Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const sockaddr_in address = loopback(port);
  if (connect(socket.get(), generic(&address), sizeof address) != 0 && errno != EINPROGRESS) {
    return {};
  }
  return socket;
}

std::expected<std::uint16_t, std::string> free_port() {
  constexpr int attempts = 100;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const Descriptor socket = bound_to(0);
    if (!socket.is_open()) return std::unexpected(last_error("bind to 127.0.0.1"));
    if (is_free_on_v6(port_of(socket))) return port_of(socket);
  }
  return std::unexpected(std::string{"no port is free on both 127.0.0.1 and ::1"});
}

std::string socket_between(std::uint16_t local, std::uint16_t remote) {
  const auto asked = asked_of_kernel(local, remote);
  const std::uint64_t inode = asked ? *asked : found_in_table(local, remote);
  return inode == 0 ? "" : "socket:[" + std::to_string(inode) + "]";
}

bool has_open(pid_t process, const std::string& wanted) {
  std::error_code error;
  const std::filesystem::path folder = "/proc/" + std::to_string(process) + "/fd";
  std::filesystem::directory_iterator entry{folder, error};
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry->path(), gone) == wanted) return true;
  }
  return false;
}

}  // namespace duckduckgoose::cli::demo

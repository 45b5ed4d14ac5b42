#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/http.hpp"
#include "net/link.hpp"
#include "net/loop.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::net {

/// Every bound of the HTTP side of the port. Times are enforced by a sweep: they may last a quarter
/// longer.
struct ServerLimits {
  std::size_t header_bytes_max = 8U * 1024U;              ///< Beyond it 431.
  std::size_t target_bytes_max = wire::target_bytes_max;  ///< Beyond it 414.
  std::size_t body_bytes_max = wire::body_bytes_max;      ///< Beyond it 413.
  std::size_t connections_max = 4096;  ///< Sessions; beyond it the longest idle one goes, else 503.
  Duration header_time = std::chrono::seconds{5};  ///< First byte to last header: 408.
  Duration body_time =
      std::chrono::seconds{10};  ///< Its headers to the last byte of its body: 408.
  Duration answer_time = std::chrono::seconds{40};  ///< The handler to answer: 503.
  Duration write_time = std::chrono::seconds{10};   ///< The peer to take the answer: cut off.
  Duration idle_time = std::chrono::seconds{60};    ///< Between requests: closed.
};

/// Open files kept back from HTTP sessions, for the record, the log and the links to peers.
inline constexpr std::size_t files_reserved = 256;

/// How many files this process may have open beside these.
[[nodiscard]] std::size_t files_for_connections();

/// ... and from the links, too: a node that cannot open its record has to end.
inline constexpr std::size_t files_spare = 32;

/// Where to listen, whom to believe, and how much to bear.
struct ServerOptions {
  /// "localhost" is every loopback address that this machine has (::1, 127.0.0.1). Else an address
  /// or a name.
  std::string host = "localhost";
  std::uint16_t port = 4001;  ///< 0: any free one, the same for all addresses.
  /// Host names that a browser may use besides localhost, IP literals: the advertised one,
  /// DUCK_ALLOWED_HOSTS.
  std::vector<std::string> allowed_hosts{};
  ServerLimits limits{};
  LinkLimits link_limits{};
};

/// Why the port cannot be had.
struct ListenError {
  enum class Kind : std::uint8_t { in_use, not_permitted, no_such_address, other };
  Kind kind = Kind::other;
  std::string text;  ///< One sentence: what, which address, why, what to do.
};

/// The one port: HTTP/1.1 requests go to a handler, WebSockets at /peer become links.
///
/// Not HTTP's business and so answered here, before the handler: malformed or oversized requests,
/// slow ones, the browser rules (browser_rules.hpp), a bad upgrade. All of it with problem JSON.
class Server {
 public:
  /// Binds and listens on all addresses of the host: to be done before anything else is touched, so
  /// that a second process for the same port ends here. In use on any of them is an error; an
  /// address that this machine has not is skipped while another works. Nobody is accepted before
  /// serve().
  [[nodiscard]] static std::expected<Server, ListenError> listen(Loop& loop, ServerOptions options);

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  ~Server();  ///< Ends every session at once. Links live on.

  /// Begins to accept. Each WebSocket at /peer is handed over by `on_link` and has to be start()ed.
  void serve(Handler handler, std::function<void(Link)> on_link);

  [[nodiscard]] std::uint16_t port() const;
  /// What it listens on, numeric: "[::1]:4001", "127.0.0.1:4001".
  [[nodiscard]] std::vector<std::string> addresses() const;
  /// HTTP sessions open now; links are not counted.
  [[nodiscard]] std::size_t connections() const;

  /// Accepts nobody any more, ends idle sessions, lets answers under way finish, but no longer than
  /// `limit`; then calls `done` once.
  void shutdown(Duration limit, std::function<void()> done);

  struct Impl;

 private:
  explicit Server(std::shared_ptr<Impl> impl) noexcept;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duckduckgoose::net

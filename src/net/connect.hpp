#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/dialer.hpp"
#include "net/loop_impl.hpp"
#include "net/resolver.hpp"

/// Private to src/net: TCP connections to host:port.
namespace duckduckgoose::net {

/// A connection, with TCP_NODELAY set.
struct Connected {
  Socket socket;
  std::string remote;  ///< Numeric.
};

/// One attempt. Destroying it gives up; the callback then never comes.
class Connect {
 public:
  using OnDone = std::function<void(std::expected<Connected, DialError>)>;

  /// Tries the addresses of the host one after the other. `done` is called once, from the loop.
  Connect(Loop& loop, std::string_view address, Duration lookup_time, Duration connect_time,
          OnDone done);
  ~Connect();
  Connect(const Connect&) = delete;
  Connect& operator=(const Connect&) = delete;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace duckduckgoose::net

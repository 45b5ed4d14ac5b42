#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/link.hpp"
#include "net/loop.hpp"

namespace duckduckgoose::net {

/// How long one attempt may take, and the bounds of the link that comes out of it.
struct DialLimits {
  Duration lookup_time =
      std::chrono::seconds{2};  ///< For the name; IP literals and localhost need none.
  Duration connect_time = std::chrono::seconds{3};  ///< For all addresses of the name together.
  LinkLimits link;
};

/// Why there is no link.
struct DialError {
  enum class Kind : std::uint8_t {
    bad_address,      ///< Not host:port.
    not_resolved,     ///< Nobody knows the name.
    name_unanswered,  ///< No name server answered in time.
    refused,          ///< The machine is there, but no process listens on that port.
    no_answer,        ///< No way there, or nothing came back in time.
    not_a_peer,       ///< Something else listens there, or it refused the upgrade.
  };
  Kind kind = Kind::no_answer;
  std::string
      text;  ///< One sentence that names the address: "localhost:4002 refused the connection".
};

/// One attempt to reach a peer. Destroying it gives up silently; the callback then never comes.
class Dial {
 public:
  struct Impl;
  using OnDone = std::function<void(std::expected<Link, DialError>)>;

  /// Dials "host:port" and upgrades at /peer. `localhost` means ::1 and 127.0.0.1, the first that
  /// answers. `done` is called once, from the loop, never from inside this call. A name server that
  /// does not answer delays neither other dials nor the exit of the process.
  Dial(Loop& loop, std::string_view address, DialLimits limits, OnDone done);
  Dial() noexcept;
  Dial(Dial&&) noexcept;
  Dial& operator=(Dial&&) noexcept;
  ~Dial();

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace duckduckgoose::net

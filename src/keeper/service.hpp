#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "os/descriptor.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::keeper {

/// The service manager that has started this process; where there is none, or it does not want to
/// know, all of this does nothing.
///
/// Nothing waits: what there was no room for is kept, of each kind the latest, and said by go_on().
/// Source: sd_notify(3), $NOTIFY_SOCKET.
class ServiceManager {
 public:
  ServiceManager();

  /// How things stand, in one sentence. The first time it is ready as well.
  void tell_status(std::string sentence);
  /// The process is going to end: of its status nothing is said any more.
  void tell_stopping();

  /// Says again what is due.
  void go_on();
  /// When go_on() is to be called; none: all has been said, or has failed too often.
  [[nodiscard]] std::optional<Instant> wake_at() const { return again_at_; }

  static constexpr Duration pause_min = std::chrono::milliseconds{10};
  static constexpr Duration pause_max = std::chrono::seconds{1};
  /// Some five minutes. The next news tries as often again, with all that was kept.
  static constexpr int tries_max = 300;

 private:
  void tell();
  void try_to_tell();
  void try_again_later();
  /// False: there is no room now.
  [[nodiscard]] bool send(std::string_view lines) const;

  std::string address_;  ///< A sockaddr_un; empty: there is nobody.
  Descriptor socket_;
  bool is_ready_ = false;
  bool is_stopping_ = false;
  bool owes_ready_ = false;
  bool owes_stopping_ = false;
  std::optional<std::string> owed_status_;
  int tries_ = 0;  ///< In vain, since the last news.
  std::optional<Instant> again_at_;
};

}  // namespace duckduckgoose::keeper

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/job.hpp"
#include "raft/types.hpp"

namespace duckduckgoose::node {

/// How much is logged. INFO is changes of state only: a quiet hour is a silent hour.
enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

/// How a line looks (SURFACE section 7).
enum class LogFormat : std::uint8_t {
  logfmt,    ///< `ts=... level=info node=9f3c1a7b term=7 event=goose msg="..." key=val`
  terminal,  ///< `12:00:01.123 localhost:4001 is the goose ...`: for people.
  systemd,   ///< `<6>` and logfmt without the time, which the journal has itself.
  json,      ///< The fields of logfmt as one JSON object a line.
};

/// What is logged, how and where to.
struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::logfmt;
  bool colour = false;  ///< For `terminal`.
  /// Takes whole lines, each with its line end. None: standard error.
  std::function<void(std::string_view)> sink;
};

/// What follows when the goose's command ends by itself.
enum class OnExit : std::uint8_t { restart, handover, stop };

/// What the node has its keeper run while it is goose (SURFACE section 5).
struct JobSettings {
  os::Job job;
  OnExit on_exit = OnExit::restart;
  bool once = false;                ///< Ends with the command, and with its exit code.
  std::optional<Duration> grace{};  ///< From SIGTERM to SIGKILL; none: a quarter of the promise.
  Duration stop_timeout = std::chrono::seconds{8};  ///< The same where the lease is renewed.

  [[nodiscard]] bool has_command() const { return !job.command.empty(); }
};

/// One setting as the user gave it, for the first log lines.
struct SettingSource {
  std::string name;    ///< "port"
  std::string value;   ///< "4002"; never a secret.
  std::string source;  ///< "--port", "DUCK_PORT", "default"
};

/// What a node is told at its start. Whoever fills this in has read the words: addresses are
/// host:port, the
/// cluster's name is a name, the promise is in range.
struct Settings {
  std::string listen = "localhost";      ///< A host name or a numeric address without brackets.
  std::uint16_t port = 4001;             ///< 0: any free one.
  std::vector<std::string> join;         ///< host:port each; none: found or resume.
  std::optional<std::size_t> expect;     ///< So many found a cluster together: all of `join`.
  std::optional<std::string> cluster;    ///< Its name, if one was given.
  std::optional<std::string> advertise;  ///< host:port. None: from `listen` and `port`.
  std::string data;                      ///< The data directory; made if it is missing.
  std::optional<Duration> promise;       ///< Of a cluster that this node founds. None: 1 s.
  bool witness = false;                  ///< Votes and never leads; kept from the first start.
  std::vector<std::string> allowed_hosts;
  std::optional<int> keeper;  ///< The node's end of a socketpair to its keeper; none: no keeper.
  std::optional<JobSettings> job;
  bool leave_on_stop = false;  ///< A stop removes it from its cluster.
  bool insecure = false;       ///< May listen beyond loopback without secret or certificates.
  LogSettings log;
  std::vector<SettingSource> sources;
};

}  // namespace duckduckgoose::node

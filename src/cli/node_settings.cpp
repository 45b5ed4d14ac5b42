#include "cli/node_settings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "cli/terminal.hpp"
#include "net/address.hpp"
#include "wire/duration.hpp"
#include "wire/error.hpp"
#include "wire/ids.hpp"

namespace duckduckgoose::cli {
namespace {

std::string name_of(Opt opt) { return std::string{spec_of(opt).flag.substr(2)}; }

/// A host as it is typed, without the brackets of an IPv6 address and without a port.
Expected<std::string> listen_host(const Values& values) {
  const auto given = values.find(Opt::listen);
  if (!given) return std::string{spec_of(Opt::listen).default_text};
  std::string host = given->text;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (net::is_ip_literal(host)) return host;
  if (host.find(':') != std::string::npos) {
    return std::unexpected(bad_value(
        *given, wire::quoted(given->text) + " is a host with a port; the port has an option of "
                                            "its own, --port"));
  }
  if (!wire::parse_address(host + ":1")) {
    return std::unexpected(
        bad_value(*given, wire::quoted(given->text) +
                              " is no host: an address, or a name of letters, digits, '.', '_' "
                              "or '-'"));
  }
  return host;
}

Expected<std::vector<std::string>> join_addresses(const Values& values) {
  std::vector<std::string> join;
  const auto given = values.find(Opt::join);
  if (!given) return join;
  const auto addresses = wire::parse_addresses(given->text);
  if (!addresses) return std::unexpected(bad_value(*given, addresses.error().reason));
  for (const wire::Address& address : *addresses) join.push_back(wire::to_text(address));
  return join;
}

Expected<std::optional<std::size_t>> expected_nodes(const Values& values) {
  const auto given = values.find(Opt::expect);
  if (!given) return std::nullopt;
  const auto number = whole_number(given->text, 1, Configuration::founders_max);
  if (number && *number % 2 == 1) return static_cast<std::size_t>(*number);
  return std::unexpected(bad_value(*given, wire::quoted(given->text) +
                                               " is not 1, 3 or 5: an odd number of nodes founds a "
                                               "cluster, and others join it then"));
}

Expected<std::optional<std::string>> cluster_name(const Values& values) {
  const auto given = values.find(Opt::cluster);
  if (!given) return std::nullopt;
  auto name = wire::parse_cluster_name(given->text);
  if (!name) return std::unexpected(bad_value(*given, name.error().reason));
  return *std::move(name);
}

Expected<std::optional<Duration>> promise(const Values& values) {
  const auto given = values.find(Opt::promise);
  const auto promise = values.duration(Opt::promise);
  if (!given || !promise || (**promise >= promise_min && **promise <= promise_max)) return promise;
  return std::unexpected(
      bad_value(*given, wire::quoted(given->text) + " is out of range: a promise is " +
                            wire::to_text(promise_min) + " to " + wire::to_text(promise_max)));
}

/// The journal takes priorities from a stream only if it is the journal's own (systemd.exec(5),
/// JOURNAL_STREAM).
bool is_journal(int file_descriptor, const Environment& environment) {
  const auto stream = environment.find("JOURNAL_STREAM");
  struct stat here {};
  return stream && fstat(file_descriptor, &here) == 0 &&
         *stream == std::to_string(here.st_dev) + ":" + std::to_string(here.st_ino);
}

node::LogFormat log_format(std::string_view word, const Environment& environment) {
  if (word == "logfmt") return node::LogFormat::logfmt;
  if (word == "terminal") return node::LogFormat::terminal;
  if (word == "systemd") return node::LogFormat::systemd;
  if (word == "json") return node::LogFormat::json;
  if (is_journal(STDERR_FILENO, environment)) return node::LogFormat::systemd;
  return is_terminal(STDERR_FILENO) ? node::LogFormat::terminal : node::LogFormat::logfmt;
}

node::LogLevel log_level(std::string_view word) {
  if (word == "debug") return node::LogLevel::debug;
  if (word == "warn") return node::LogLevel::warn;
  if (word == "error") return node::LogLevel::error;
  if (word == "off") return node::LogLevel::off;
  return node::LogLevel::info;
}

Expected<node::LogSettings> log_settings(const Values& values) {
  const auto level = values.word(Opt::log_level);
  if (!level) return std::unexpected(level.error());
  const auto format = values.word(Opt::log_format);
  if (!format) return std::unexpected(format.error());
  node::LogSettings log;
  log.level = log_level(level->value_or("info"));
  log.format = log_format(format->value_or("auto"), values.environment());
  log.colour = Paint::for_output(STDERR_FILENO, values.environment()).in_colour();
  return log;
}

std::vector<node::SettingSource> sources_of(const Values& values, const Sourced& data) {
  std::vector<node::SettingSource> sources;
  const auto note = [&sources](Opt opt, const Sourced& given) {
    const bool is_switched_on = given.text.empty();
    sources.push_back({.name = name_of(opt),
                       .value = is_switched_on ? "yes" : given.text,
                       .source = given.source});
  };
  for (const Opt opt : node_options()) {
    const OptionSpec& spec = spec_of(opt);
    auto given = opt == Opt::data ? std::optional{data} : values.find(opt);
    if (!given && !spec.has_value()) given = {.text = "no", .source = "default"};
    if (!given && !spec.default_text.empty()) {
      given = {.text = std::string{spec.default_text}, .source = "default"};
    }
    if (given) note(opt, *given);
  }
  for (const auto options : {work_options(), run_options()}) {
    for (const Opt opt : options) {
      if (const auto given = values.find(opt)) note(opt, *given);
    }
  }
  return sources;
}

/// Puts what was read in its place, or hands on why it cannot be.
template <class T, class To>
Expected<void> put(Expected<T> read, To& to) {
  if (!read) return std::unexpected(read.error());
  to = *std::move(read);
  return {};
}

}  // namespace

Expected<node::Settings> node_settings(const Values& values) {
  node::Settings settings;
  std::optional<wire::Address> advertise;
  Sourced data;
  for (const auto& done :
       {put(listen_host(values), settings.listen), put(values.port(), settings.port),
        put(join_addresses(values), settings.join), put(expected_nodes(values), settings.expect),
        put(cluster_name(values), settings.cluster), put(values.address(Opt::advertise), advertise),
        put(values.data_directory(), data), put(promise(values), settings.promise),
        put(values.is_on(Opt::witness), settings.witness),
        put(values.list(Opt::allowed_hosts), settings.allowed_hosts),
        put(values.is_on(Opt::leave_on_stop), settings.leave_on_stop),
        put(values.is_on(Opt::insecure), settings.insecure),
        put(log_settings(values), settings.log)}) {
    if (!done) return std::unexpected(done.error());
  }
  if (advertise) settings.advertise = wire::to_text(*advertise);
  settings.data = data.text;
  settings.sources = sources_of(values, data);
  return settings;
}

}  // namespace duckduckgoose::cli

#include "node/start.hpp"

#include <algorithm>
#include <utility>

#include "guard/guard.hpp"
#include "net/address.hpp"
#include "store/fresh.hpp"
#include "wire/address.hpp"
#include "wire/duration.hpp"

namespace duckduckgoose::node {

Failure failure_of(const store::StoreError& error) {
  using Kind = store::StoreErrorKind;
  switch (error.kind) {
    case Kind::in_use:
      return {exit_code::in_use, error.sentence};
    case Kind::unknown_format:
      return {exit_code::configuration, error.sentence};
    case Kind::disk:
    case Kind::damaged:
    case Kind::vanished:
    case Kind::must_stop:
      return {exit_code::disk, error.sentence};
  }
  std::unreachable();
}

Failure failure_of(const net::ListenError& error) {
  using Kind = net::ListenError::Kind;
  switch (error.kind) {
    case Kind::in_use:
      return {exit_code::in_use, error.text};
    case Kind::not_permitted:
    case Kind::no_such_address:
      return {exit_code::configuration, error.text};
    case Kind::other:
      return {exit_code::try_again, error.text};
  }
  std::unreachable();
}

bool is_loopback_only(const Settings& settings) { return net::is_loopback(settings.listen); }

std::expected<void, Failure> check(const Settings& settings) {
  if (is_loopback_only(settings) || settings.insecure) return {};
  return std::unexpected{
      Failure{exit_code::configuration, "--listen " + settings.listen +
                                            " can be reached from other machines, and anybody "
                                            "there could take part: this version has "
                                            "no secrets or certificates, so listen on localhost, "
                                            "or give --insecure in a closed lab"}};
}

bool is_reachable_at(const Settings& settings) {
  return settings.advertise || !net::is_everywhere(settings.listen);
}

Failure unreachable_everywhere(const Settings& settings, std::uint16_t port) {
  return {exit_code::configuration,
          "--listen " + settings.listen +
              " says not where others reach this node: give --advertise HOST:PORT, for example "
              "--advertise duck1.example.org:" +
              std::to_string(port)};
}

std::optional<std::string> slot_of(const Record& record, const Settings& settings) {
  const bool is_one =
      record.slot && std::ranges::find(settings.join, *record.slot) != settings.join.end();
  return is_one ? record.slot : std::nullopt;
}

std::expected<std::string, Failure> own_address(const Settings& settings, std::uint16_t port,
                                                const Record& record) {
  if (settings.advertise) return *settings.advertise;
  std::string listening = wire::to_text(wire::Address{settings.listen, port});
  if (is_reachable_at(settings)) return listening;
  const Member* const member = record.config.find(record.node.id);
  if (member != nullptr) return member->address;
  if (const auto slot = slot_of(record, settings)) return *slot;
  if (record.is_fresh() && settings.expect) return listening;
  return std::unexpected{unreachable_everywhere(settings, port)};
}

std::expected<Record, Failure> load_or_make(store::Directory& directory, const Settings& settings) {
  auto loaded = directory.load();
  if (!loaded) return std::unexpected{failure_of(loaded.error())};
  if (*loaded) return std::move(**loaded);
  auto made =
      store::fresh_record(settings.cluster.value_or(std::string{membership::cluster_name_default}),
                          !settings.witness, net::Loop::unix_ms());
  if (!made) return std::unexpected{failure_of(made.error())};
  return std::move(*made);
}

std::expected<void, Failure> check_grace(const Settings& settings, const Record& record) {
  if (!settings.job || !settings.job->grace) return {};
  const bool founds = record.is_fresh() && settings.join.empty();
  if (!founds) return {};
  const Duration grace = *settings.job->grace;
  const Duration promise = settings.promise.value_or(promise_default);
  if (grace <= guard::grace_max(promise)) return {};
  return std::unexpected{Failure{exit_code::configuration,
                                 "--grace " + wire::to_text(grace) + " needs a promise of " +
                                     wire::to_text(2 * grace) + " or more, and this cluster's is " +
                                     wire::to_text(promise) +
                                     ": what the goose runs must be dead before its lease ends"}};
}

std::optional<std::string> why_grace_is_cut(const Settings& settings, Duration promise) {
  const auto grace = settings.job ? settings.job->grace : std::nullopt;
  if (!grace || *grace <= guard::grace_max(promise)) return std::nullopt;
  return "--grace " + wire::to_text(*grace) + " is more than half of the promise, " +
         wire::to_text(promise) + ": " + wire::to_text(guard::grace_max(promise)) +
         " count, as what the goose runs must be dead before its lease ends";
}

membership::Start start_of(const Settings& settings, bool init) {
  return {.cluster = settings.cluster,
          .join = settings.join,
          .expect = settings.expect,
          .promise = settings.promise.value_or(promise_default),
          .loopback_only = is_loopback_only(settings),
          .init = init};
}

}  // namespace duckduckgoose::node

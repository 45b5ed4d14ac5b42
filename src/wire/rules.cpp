#include "wire/rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "wire/address.hpp"
#include "wire/ids.hpp"
#include "wire/limits.hpp"

namespace duckduckgoose::wire {

namespace {

constexpr std::size_t members_max = Configuration::members_max;
constexpr std::size_t founders_max = Configuration::founders_max;

using Flaw = std::optional<std::string>;

/// The first flaw of several.
Flaw first_of(std::initializer_list<Flaw> flaws) {
  const auto found = std::ranges::find_if(flaws, [](const Flaw& flaw) { return flaw.has_value(); });
  return found == flaws.end() ? Flaw{} : *found;
}

Flaw unless(bool holds, std::string_view rule) { return holds ? Flaw{} : Flaw{std::string{rule}}; }

template <class T>
Flaw flaw_of(const std::expected<T, WireError>& parsed) {
  return parsed ? Flaw{} : Flaw{parsed.error().reason};
}

Flaw flaw_in_address(std::string_view address) { return flaw_of(parse_address(address)); }

Flaw flaw_in_promise(Duration promise) {
  return unless(promise >= promise_min && promise <= promise_max,
                "promise_us: " + std::to_string(promise.count()) + " is not from 50 ms to 60 s");
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Flaw flaw_in_word(std::string_view key, std::string_view text, std::size_t bytes_max) {
  return unless(!text.empty() && text.size() <= bytes_max && is_printable(text),
                std::string{key} + ": " + quoted(text) + " is not 1 to " +
                    std::to_string(bytes_max) + " printable ASCII characters without blanks");
}

Flaw flaw_in_voters(std::int64_t voters) {
  const auto most = static_cast<std::int64_t>(members_max);
  return unless(
      voters % 2 == 1 && voters <= most,
      "voters: " + std::to_string(voters) + " is not an odd number up to " + std::to_string(most));
}

/// The first flaw that `flaw_in_one` finds in any of them.
template <class Items, class Find>
Flaw first_flaw(const Items& items, Find flaw_in_one) {
  Flaw flaw;
  for (const auto& it : items) {
    if (!flaw) flaw = flaw_in_one(it);
  }
  return flaw;
}

Flaw flaw_in_body(std::string_view body) {
  return unless(
      body.size() <= body_bytes_max,
      "body: " + std::to_string(body.size()) + " bytes, at most " + std::to_string(body_bytes_max));
}

}  // namespace

Flaw flaw_in(const Member& member) { return flaw_in_address(member.address); }

Flaw flaw_in(const Limits& limits) { return flaw_in_voters(limits.voters); }

Flaw flaw_in(const Configuration& config) {
  const auto& members = config.members;
  const auto out_of_order =
      std::ranges::adjacent_find(members, std::ranges::greater_equal{}, &Member::id);
  return first_of({unless(!members.empty() && members.size() <= members_max,
                          "members: " + std::to_string(members.size()) + " are not 1 to " +
                              std::to_string(members_max)),
                   unless(out_of_order == members.end(), "members: the ids do not ascend"),
                   unless(config.removed.size() <= Configuration::removed_max,
                          "removed: " + std::to_string(config.removed.size()) + " are more than " +
                              std::to_string(Configuration::removed_max)),
                   unless(config.token_base <= integer_max - config.stamp.term.value,
                          "token_base: a token of this term would not stay below 2^53"),
                   flaw_in_promise(config.promise)});
}

Flaw flaw_in(const Cause& cause) {
  return unless(cause.electors.size() <= members_max,
                "electors: " + std::to_string(cause.electors.size()) + " are more than " +
                    std::to_string(members_max));
}

Flaw flaw_in(const Heartbeat& heartbeat) { return flaw_in_promise(heartbeat.promise); }

Flaw flaw_in(const VoteRequest& request) { return flaw_in_promise(request.promise); }

Flaw flaw_in(const ProtocolRange& protocol) {
  return unless(protocol.min >= 1 && protocol.min <= protocol.max,
                std::to_string(protocol.min) + " to " + std::to_string(protocol.max) +
                    " is no range of protocol versions");
}

Flaw flaw_in(const Founding& founding) {
  const auto& slots = founding.slots;
  const bool ascend =
      std::ranges::adjacent_find(slots, std::ranges::greater_equal{}) == slots.end();
  return first_of({unless(!slots.empty() && slots.size() <= founders_max,
                          "slots: " + std::to_string(slots.size()) + " are not 1 to " +
                              std::to_string(founders_max)),
                   first_flaw(slots, flaw_in_address), unless(ascend, "slots: they do not ascend"),
                   flaw_in_promise(founding.promise)});
}

Flaw flaw_in(const Hello& hello) {
  const auto flaw_in_feature = [](const std::string& name) {
    return flaw_in_word("features", name, feature_bytes_max);
  };
  return first_of({flaw_in(hello.protocol), first_flaw(hello.features, flaw_in_feature),
                   unless(hello.features.size() <= features_max,
                          "features: more than " + std::to_string(features_max)),
                   flaw_in_word("version", hello.version, version_bytes_max),
                   flaw_of(parse_cluster_name(hello.cluster)), flaw_in_address(hello.address),
                   unless(!hello.founding || !hello.cluster_id,
                          "founding: only of a node that is in no cluster yet")});
}

Flaw flaw_in(const Welcome& welcome) {
  return first_of({flaw_of(parse_cluster_name(welcome.cluster)),
                   welcome.goose ? flaw_in_address(welcome.goose->address) : Flaw{},
                   unless(welcome.enrolment || !welcome.goose, "a fresh node knows no goose")});
}

Flaw flaw_in(const Invite& invite) { return flaw_in_address(invite.address); }

Flaw flaw_in(const Call& call) {
  constexpr std::array<std::string_view, 3> methods{"GET", "POST", "DELETE"};
  return first_of({unless(std::ranges::find(methods, call.method) != methods.end(),
                          "method: " + quoted(call.method) + " is not GET, POST or DELETE"),
                   unless(call.target.starts_with('/') && call.target.size() <= target_bytes_max,
                          "target: " + quoted(call.target) + " is not '/' and up to " +
                              std::to_string(target_bytes_max) + " bytes in all"),
                   flaw_in_body(call.body)});
}

Flaw flaw_in(const Reply& reply) {
  constexpr std::uint32_t lowest = 200;
  constexpr std::uint32_t highest = 599;
  return first_of({unless(reply.status >= lowest && reply.status <= highest,
                          "status: " + std::to_string(reply.status) + " is not 200 to 599"),
                   flaw_in_body(reply.body)});
}

Flaw flaw_in(const Unsupported& unsupported) { return flaw_in(Unknown{unsupported.type}); }

Flaw flaw_in(const Unknown& unknown) { return flaw_in_word("type", unknown.type, type_bytes_max); }

Flaw flaw_in(const InviteRequest& request) { return flaw_in_address(request.address); }

Flaw flaw_in(const HandoverRequest& request) {
  return request.to ? flaw_in_word("to", *request.to, address_bytes_max) : Flaw{};
}

Flaw flaw_in(const SettingsRequest& request) {
  using std::chrono::milliseconds;
  const auto in_range = [](std::string_view key, std::optional<std::uint64_t> ms, Duration least,
                           Duration most) {
    const auto from = static_cast<std::uint64_t>(least / milliseconds{1});
    const auto to = static_cast<std::uint64_t>(most / milliseconds{1});
    return unless(!ms || (*ms >= from && *ms <= to),
                  std::string{key} + ": " + std::to_string(ms.value_or(0)) + " is not from " +
                      std::to_string(from) + " to " + std::to_string(to));
  };
  constexpr Duration least = std::chrono::seconds{1};
  constexpr Duration most = std::chrono::days{30};
  return first_of(
      {unless(request != SettingsRequest{},
              "names no setting: promise_ms, voters, replace_after_ms or "
              "shrink_after_ms"),
       in_range("promise_ms", request.promise_ms, promise_min, promise_max),
       in_range("replace_after_ms", request.replace_after_ms, least, most),
       in_range("shrink_after_ms", request.shrink_after_ms, least, most),
       request.voters ? flaw_in_voters(static_cast<std::int64_t>(*request.voters)) : Flaw{}});
}

}  // namespace duckduckgoose::wire

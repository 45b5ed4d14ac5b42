#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace duckduckgoose::net {

/// What of a request tells whether a browser was tricked into sending it.
struct BrowserFacts {
  Method method = Method::get;
  std::string_view path{};
  std::optional<std::string_view> host{};            ///< Absent only in HTTP/1.0.
  std::optional<std::string_view> origin{};          ///< RFC 6454.
  std::optional<std::string_view> sec_fetch_site{};  ///< W3C Fetch Metadata.
  std::optional<std::string_view> content_type{};
};

/// What to do with a request, and the status that says so.
enum class BrowserVerdict : std::uint8_t {
  allowed,
  host_unknown,    ///< 421: a foreign name that resolves to loopback (DNS rebinding).
  origin_at_peer,  ///< 403: no browser is a peer.
  foreign_origin,  ///< 403: another site's page asks for a change.
  cross_site,      ///< 403: the same, told by Sec-Fetch-Site.
  not_json,        ///< 415: a form could have sent it.
};

/// The browser rules of SURFACE section 1. `on_loopback`: the connection came in on a loopback
/// address. `allowed_hosts`: further host names, without port, compared without case.
[[nodiscard]] BrowserVerdict judge(const BrowserFacts& facts, bool on_loopback,
                                   const std::vector<std::string>& allowed_hosts);

}  // namespace duckduckgoose::net

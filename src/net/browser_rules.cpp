#include "net/browser_rules.hpp"

#include <algorithm>

#include "net/address.hpp"

namespace duckduckgoose::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// The host of "localhost:4001", "[::1]:4001" or either without a port (RFC 9110 7.2).
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto bracket = authority.find(']');
    return bracket == std::string_view::npos ? authority : authority.substr(1, bracket - 1);
  }
  return authority.substr(0, authority.find(':'));
}

bool is_ours(std::string_view host, const std::vector<std::string>& allowed_hosts) {
  return same_text(host, "localhost") || is_ip_literal(host) ||
         std::ranges::any_of(allowed_hosts, [host](const std::string& allowed) {
           return same_text(host, allowed);
         });
}

/// The ancestor's call changes the cluster with a GET, which any page can send.
bool acts(const BrowserFacts& facts) {
  const bool reads = facts.method == Method::get || facts.method == Method::head ||
                     facts.method == Method::options;
  return !reads || facts.path.starts_with("/joincluster/");
}

/// Our own pages name the very host that they were loaded from. Not "null", nor another port.
bool is_foreign(std::string_view origin, std::optional<std::string_view> host) {
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos || !host) return true;
  return !same_text(origin.substr(scheme_end + 3), *host);
}

bool is_json(std::optional<std::string_view> content_type) {
  if (!content_type) return false;
  std::string_view type = content_type->substr(0, content_type->find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return same_text(type, "application/json");
}

}  // namespace

BrowserVerdict judge(const BrowserFacts& facts, bool on_loopback,
                     const std::vector<std::string>& allowed_hosts) {
  if (on_loopback && facts.host && !is_ours(host_of(*facts.host), allowed_hosts)) {
    return BrowserVerdict::host_unknown;
  }
  if (facts.path == "/peer" && facts.origin) return BrowserVerdict::origin_at_peer;
  if (acts(facts)) {
    if (facts.origin && is_foreign(*facts.origin, facts.host))
      return BrowserVerdict::foreign_origin;
    // "none" is the user's own doing: the address bar, a bookmark.
    if (facts.sec_fetch_site && *facts.sec_fetch_site != "same-origin" &&
        *facts.sec_fetch_site != "none") {
      return BrowserVerdict::cross_site;
    }
  }
  if (facts.method == Method::post && !is_json(facts.content_type)) return BrowserVerdict::not_json;
  return BrowserVerdict::allowed;
}

}  // namespace duckduckgoose::net

#include "net/browser_rules.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace duckduckgoose::net {
namespace {

using enum BrowserVerdict;

struct Case {
  std::string_view name;
  BrowserFacts facts;
  BrowserVerdict verdict;
  bool on_loopback = true;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

constexpr BrowserFacts reading{.method = Method::get, .path = "/status", .host = "localhost:4001"};
constexpr BrowserFacts posting{.method = Method::post,
                               .path = "/handover",
                               .host = "localhost:4001",
                               .content_type = "application/json"};

constexpr BrowserFacts with(BrowserFacts facts, auto change) {
  change(facts);
  return facts;
}
constexpr BrowserFacts from_host(std::optional<std::string_view> host) {
  return with(reading, [&](BrowserFacts& f) { f.host = host; });
}
constexpr BrowserFacts posted_from(std::string_view origin) {
  return with(posting, [&](BrowserFacts& f) { f.origin = origin; });
}
constexpr BrowserFacts posted_at(std::string_view site) {
  return with(posting, [&](BrowserFacts& f) { f.sec_fetch_site = site; });
}
constexpr BrowserFacts posted_as(std::optional<std::string_view> type) {
  return with(posting, [&](BrowserFacts& f) { f.content_type = type; });
}
constexpr BrowserFacts asked(Method method, std::string_view path, std::string_view origin) {
  return {.method = method, .path = path, .host = "localhost:4001", .origin = origin};
}

const Case cases[] = {
    {"a_program", reading, allowed},
    {"http_1_0_without_host", from_host(std::nullopt), allowed},

    {"host_without_port", from_host("localhost"), allowed},
    {"host_in_capitals", from_host("LocalHost:4001"), allowed},
    {"host_ipv4", from_host("127.0.0.1:4001"), allowed},
    {"host_another_ipv4", from_host("10.0.0.7"), allowed},
    {"host_ipv6", from_host("[::1]:4001"), allowed},
    {"host_ipv6_without_port", from_host("[::1]"), allowed},
    {"host_advertised", from_host("node1.lan:4001"), allowed},
    {"host_advertised_in_capitals", from_host("NODE1.lan"), allowed},
    {"host_foreign", from_host("evil.example:4001"), host_unknown},
    {"host_empty", from_host(""), host_unknown},
    {"host_under_localhost", from_host("localhost.evil.example"), host_unknown},
    {"host_that_begins_like_an_address", from_host("127.0.0.1.evil.example"), host_unknown},
    {"host_in_unclosed_brackets", from_host("[::1"), host_unknown},
    {"host_name_in_brackets", from_host("[evil.example]"), host_unknown},
    {"host_foreign_beyond_loopback", from_host("evil.example"), allowed, false},

    {"post_of_a_program", posting, allowed},
    {"post_from_our_own_page", posted_from("http://localhost:4001"), allowed},
    {"post_from_our_own_page_behind_tls", posted_from("https://LOCALHOST:4001"), allowed},
    {"post_from_another_site", posted_from("http://evil.example"), foreign_origin},
    {"post_from_another_port", posted_from("http://localhost:8080"), foreign_origin},
    {"post_from_another_name_of_ours", posted_from("http://127.0.0.1:4001"), foreign_origin},
    {"post_from_a_file", posted_from("null"), foreign_origin},
    {"post_from_an_empty_origin", posted_from(""), foreign_origin},
    {"delete_from_another_site", asked(Method::delete_, "/members/1", "http://evil.example"),
     foreign_origin},
    {"put_from_another_site", asked(Method::put, "/status", "http://evil.example"), foreign_origin},
    {"unknown_method_from_another_site", asked(Method::other, "/x", "http://evil.example"),
     foreign_origin},
    {"read_from_another_site", asked(Method::get, "/status", "http://evil.example"), allowed},
    {"options_from_another_site", asked(Method::options, "/leave", "http://evil.example"), allowed},
    {"joincluster_from_another_site", asked(Method::get, "/joincluster/h:1", "http://evil.example"),
     foreign_origin},

    {"fetch_same_origin", posted_at("same-origin"), allowed},
    {"fetch_by_the_user", posted_at("none"), allowed},
    {"fetch_same_site", posted_at("same-site"), cross_site},
    {"fetch_cross_site", posted_at("cross-site"), cross_site},
    {"fetch_of_an_unknown_kind", posted_at("anything"), cross_site},
    // An <img> sends no Origin, but says this.
    {"joincluster_as_an_image",
     {.method = Method::get,
      .path = "/joincluster/h:1",
      .host = "localhost:4001",
      .sec_fetch_site = "cross-site"},
     cross_site},
    {"read_cross_site", with(reading, [](BrowserFacts& f) { f.sec_fetch_site = "cross-site"; }),
     allowed},

    {"peer_of_a_program", {.method = Method::get, .path = "/peer", .host = "localhost"}, allowed},
    {"peer_with_our_own_origin", asked(Method::get, "/peer", "http://localhost:4001"),
     origin_at_peer},
    {"peer_with_a_foreign_origin", asked(Method::get, "/peer", "http://evil.example"),
     origin_at_peer},

    {"json_with_charset", posted_as("application/json; charset=utf-8"), allowed},
    {"json_with_space", posted_as("application/json ;charset=utf-8"), allowed},
    {"json_in_capitals", posted_as("Application/JSON"), allowed},
    {"post_without_type", posted_as(std::nullopt), not_json},
    {"post_of_a_form", posted_as("application/x-www-form-urlencoded"), not_json},
    {"post_of_text", posted_as("text/plain"), not_json},
    {"post_of_something_longer", posted_as("application/json5"), not_json},
    {"delete_without_type",
     {.method = Method::delete_, .path = "/members/1", .host = "localhost"},
     allowed},
};

class BrowserRules : public testing::TestWithParam<Case> {};

TEST_P(BrowserRules, judge) {
  const Case& c = GetParam();
  EXPECT_EQ(net::judge(c.facts, c.on_loopback, {"other.lan", "node1.lan"}), c.verdict);
}

INSTANTIATE_TEST_SUITE_P(Table, BrowserRules, testing::ValuesIn(cases),
                         [](const auto& one) { return std::string{one.param.name}; });

}  // namespace
}  // namespace duckduckgoose::net

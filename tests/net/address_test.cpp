#include "net/address.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::net {
namespace {

using std::string_view_literals::operator""sv;

TEST(Address, knows_numeric_ones) {
  for (const auto host :
       {"127.0.0.1"sv, "10.1.2.3"sv, "::1"sv, "2001:db8::7"sv, "::ffff:1.2.3.4"sv}) {
    EXPECT_TRUE(is_ip_literal(host)) << host;
  }
  for (const auto host : {""sv, "localhost"sv, "1.2.3"sv, "256.0.0.1"sv, "[::1]"sv, "127.0.0.1 "sv,
                          "127.0.0.1\0.evil.example"sv}) {
    EXPECT_FALSE(is_ip_literal(host)) << host;
  }
}

TEST(Address, knows_which_ones_only_this_machine_reaches) {
  for (const auto host :
       {"localhost"sv, "127.0.0.1"sv, "127.255.0.9"sv, "::1"sv, "::ffff:127.0.0.1"sv}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const auto host : {""sv, "0.0.0.0"sv, "::"sv, "10.0.0.1"sv, "128.0.0.1"sv,
                          "::ffff:10.0.0.1"sv, "localhost.evil.example"sv, "fe80::1"sv}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace duckduckgoose::net

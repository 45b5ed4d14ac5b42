#include "wire/address.hpp"

#include <gtest/gtest.h>

#include "wire/limits.hpp"

namespace duckduckgoose::wire {
namespace {

std::string reason_for(std::string_view text) {
  const auto address = parse_address(text);
  return address ? "accepted" : address.error().reason;
}

TEST(Addresses, are_host_and_port) {
  EXPECT_EQ(parse_address("localhost:4001"), (Address{"localhost", 4001}));
  EXPECT_EQ(parse_address("10.0.0.7:1"), (Address{"10.0.0.7", 1}));
  EXPECT_EQ(parse_address("duck-1.example_x.org:65535"), (Address{"duck-1.example_x.org", 65535}));
  EXPECT_EQ(parse_address("[::1]:4001"), (Address{"::1", 4001}));
  EXPECT_EQ(parse_address("[fe80::1%eth0]:4001"), (Address{"fe80::1%eth0", 4001}));
  EXPECT_EQ(parse_address("[::ffff:10.0.0.7]:4001"), (Address{"::ffff:10.0.0.7", 4001}));
}

TEST(Addresses, come_back_as_they_went) {
  for (const std::string text : {"localhost:4001", "10.0.0.7:1", "[::1]:4001", "[fe80::1%a]:2"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
  }
}

TEST(Addresses, every_refusal_names_the_text_and_the_rule) {
  const std::string no_port =
      " is no address: it has no port; write HOST:PORT, as in localhost:4001";
  for (const std::string text : {"", "localhost", "10.0.0.7", "[::1]"}) {
    EXPECT_EQ(reason_for(text), "\"" + text + "\"" + no_port);
  }
  EXPECT_EQ(reason_for("::1:4001"),
            "\"::1:4001\" is no address: an IPv6 address stands in brackets, as in [::1]:4001");
  EXPECT_EQ(reason_for("[::1:4001"), "\"[::1:4001\" is no address: ']' is missing before the port");
  for (const std::string text : {"[]:1", "[localhost]:1", "[10.0.0.7]:1", "[::1%]:1", "[::g]:1",
                                 "[::1%a b]:1", "[1:2:3:4:5:6:7:8:9]:1"}) {
    EXPECT_EQ(reason_for(text),
              "\"" + text + "\" is no address: between '[' and ']' stands an IPv6 address");
  }
  for (const std::string text : {":4001", "local host:1", "a/b:1", "http//a:1", "\xc3\xa4:1"}) {
    EXPECT_EQ(
        reason_for(text),
        "\"" + text + "\" is no address: a host is 1 to 253 letters, digits, '.', '_' or '-'");
  }
  for (const std::string port : {"", "0", "65536", "99999999999", "-1", "+1", "1 ", "01", "http"}) {
    EXPECT_EQ(reason_for("a:" + port), "\"a:" + port + "\" is no address: \"" + port +
                                           "\" is no port: a whole number from 1 to 65535");
  }
}

TEST(Addresses, a_nul_byte_ends_no_address) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(parse_address("[::1\0]:1"sv));
  EXPECT_FALSE(parse_address("a\0b:1"sv));
}

TEST(Addresses, hosts_are_bounded) {
  EXPECT_TRUE(parse_address(std::string(host_bytes_max, 'x') + ":65535"));
  EXPECT_FALSE(parse_address(std::string(host_bytes_max + 1, 'x') + ":65535"));
  EXPECT_FALSE(parse_address("[::1%" + std::string(host_bytes_max, 'x') + "]:1"));
}

TEST(AddressLists, are_separated_by_commas) {
  EXPECT_EQ(parse_addresses("a:1"), (std::vector<Address>{{"a", 1}}));
  EXPECT_EQ(parse_addresses("a:1,[::1]:2,a:3"),
            (std::vector<Address>{{"a", 1}, {"::1", 2}, {"a", 3}}));
}

TEST(AddressLists, every_refusal_names_the_item) {
  for (const std::string_view text : {"", ",", "a:1,", ",a:1", "a:1,,b:2"}) {
    EXPECT_NE(parse_addresses(text).error().reason.find("\"\" is no address"), std::string::npos)
        << text;
  }
  EXPECT_NE(parse_addresses("a:1, b:2").error().reason.find("\" b:2\" is no address"),
            std::string::npos);
  EXPECT_EQ(parse_addresses("a:1,b:2,a:1").error().reason,
            "\"a:1\" stands twice in the list of addresses");
}

TEST(AddressLists, are_bounded) {
  std::string text = "a:1";
  for (std::size_t i = 2; i <= addresses_max; ++i) text += ",a:" + std::to_string(i);
  EXPECT_TRUE(parse_addresses(text));
  EXPECT_EQ(parse_addresses(text + ",b:1").error().reason,
            "a list of addresses has at most 64 of them");
}

}  // namespace
}  // namespace duckduckgoose::wire

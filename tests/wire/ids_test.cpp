#include "wire/ids.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::wire {
namespace {

TEST(Ids, are_sixteen_lower_case_hex_digits) {
  EXPECT_EQ(to_text(NodeId{0x9f3c1a7be204d856}), "9f3c1a7be204d856");
  EXPECT_EQ(to_text(ClusterId{1}), "0000000000000001");
  EXPECT_EQ(hex_text(~std::uint64_t{0}), "ffffffffffffffff");
  EXPECT_EQ(short_text(NodeId{0x9f3c1a7be204d856}), "9f3c1a7b");
}

TEST(Ids, come_back_as_they_went) {
  for (const std::uint64_t bits : {std::uint64_t{1}, std::uint64_t{0x0123456789abcdef},
                                   std::uint64_t{0xfedcba9876543210}, ~std::uint64_t{0}}) {
    EXPECT_EQ(parse_node_id(to_text(NodeId{bits})), NodeId{bits});
    EXPECT_EQ(parse_cluster_id(to_text(ClusterId{bits})), ClusterId{bits});
  }
  EXPECT_EQ(parse_hex("0000000000000000"), 0U);
}

TEST(Ids, anything_else_is_refused) {
  for (const std::string_view text :
       {"", "9f3c1a7be204d85", "9f3c1a7be204d8567", "9F3C1A7BE204D856", "9f3c1a7be204d85g",
        "0x3c1a7be204d856", " f3c1a7be204d856", "-f3c1a7be204d856"}) {
    ASSERT_FALSE(parse_node_id(text)) << text;
    EXPECT_EQ(parse_node_id(text).error().reason,
              "\"" + std::string{text} + "\" is not 16 lower-case hex digits");
  }
  const std::string_view none = "0000000000000000";
  ASSERT_FALSE(parse_node_id(none));
  EXPECT_EQ(parse_node_id(none).error().reason, "an id is not all zeros");
  ASSERT_FALSE(parse_cluster_id(none));
  EXPECT_EQ(parse_cluster_id(none).error().reason, "an id is not all zeros");
}

TEST(ClusterName, is_short_and_plain) {
  EXPECT_EQ(parse_cluster_name("default"), "default");
  EXPECT_EQ(parse_cluster_name("Blue-2.test_x"), "Blue-2.test_x");
  EXPECT_TRUE(parse_cluster_name(std::string(64, 'x')));
  for (const std::string_view text : {"", "a b", "a/b", "gans\xc3\xa4", "a\n"}) {
    EXPECT_FALSE(parse_cluster_name(text)) << text;
  }
  EXPECT_EQ(parse_cluster_name("a b").error().reason,
            "\"a b\" is no cluster name: 1 to 64 letters, digits, '.', '_' or '-'");
  EXPECT_FALSE(parse_cluster_name(std::string(65, 'x')));
}

TEST(Quoted, shows_a_refused_value_in_one_short_line) {
  EXPECT_EQ(wire::quoted("a\n\x1b[31mb\x7f"), "\"a??[31mb?\"");
  EXPECT_EQ(wire::quoted(std::string(81, 'x')), "\"" + std::string(80, 'x') + "...\"");
}

}  // namespace
}  // namespace duckduckgoose::wire

#include "node/book.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::node {
namespace {

TEST(Book, forgets_whom_it_has_not_heard_of_for_longest_but_no_voter) {
  constexpr NodeId voter{1};
  constexpr NodeId first{2};
  constexpr NodeId second{3};
  Book book;
  Configuration config;
  config.members = {{voter, "voter:1", true}};
  book.note(config);
  book.note(first, "first:1");
  book.note(second, "second:1");
  book.note(first, "first:2");
  for (std::uint64_t id = 4; id <= Book::entries_max + 1; ++id) book.note(NodeId{id}, "other:1");
  EXPECT_EQ(book.address_of(voter), "voter:1");
  EXPECT_EQ(book.address_of(first), "first:2");
  EXPECT_EQ(book.address_of(second), "");
  EXPECT_EQ(book.address_of(NodeId{Book::entries_max + 1}), "other:1");
}

}  // namespace
}  // namespace duckduckgoose::node

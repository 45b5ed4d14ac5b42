#include "sim/graphs.hpp"

#include <gtest/gtest.h>

namespace duckduckgoose::sim {
namespace {

TEST(Graph, numbers_all_of_them) {
  EXPECT_EQ(Graph::count(5, false), 1024U);
  EXPECT_EQ(Graph::count(4, true), 4096U);
}

TEST(Graph, has_an_edge_for_each_bit) {
  for (const bool directed : {false, true}) {
    const std::size_t nodes = directed ? 4 : 5;
    const Graph none{nodes, directed, 0};
    const Graph all{nodes, directed, Graph::count(nodes, directed) - 1};
    for (std::size_t from = 0; from < nodes; ++from) {
      for (std::size_t to = 0; to < nodes; ++to) {
        EXPECT_EQ(none.has_edge(from, to), from == to);
        EXPECT_TRUE(all.has_edge(from, to));
      }
    }
  }
}

TEST(Graph, of_one_bit_has_one_edge) {
  for (std::uint32_t bit = 0; bit < 12; ++bit) {
    const Graph graph{4, true, std::uint32_t{1} << bit};
    int edges = 0;
    for (std::size_t from = 0; from < 4; ++from) {
      for (std::size_t to = 0; to < 4; ++to) edges += from != to && graph.has_edge(from, to);
    }
    EXPECT_EQ(edges, 1);
  }
}

TEST(Graph, reaches_a_majority_only_both_ways) {
  Graph star{5, false, 0};
  while (!star.reaches_majority(0)) ++star.number;
  EXPECT_TRUE(star.can_have_goose());
  EXPECT_FALSE((Graph{4, true, 1}).can_have_goose());
  EXPECT_TRUE((Graph{4, true, 4095}).can_have_goose());
}

// A few of the many that the program plays: the complete graph, the empty one, and some between.
TEST(Graphs, are_safe_and_lively) {
  const Graphs prepared{5};
  for (const std::uint32_t number : {0U, 1U, 77U, 341U, 682U, 1000U, 1023U}) {
    for (std::size_t goose = 0; goose < 5; ++goose) {
      const GraphResult result = prepared.run({{5, false, number}, goose});
      EXPECT_FALSE(result.violation) << number << ":" << goose << ": " << result.violation->what;
    }
  }
}

}  // namespace
}  // namespace duckduckgoose::sim

#include "prenorm/batched/graph.h"

#include <gtest/gtest.h>

#include "prenorm/base/error.h"

namespace prenorm::batched {
namespace {

TEST(Graph, RefusesShapesThatDoNotFit) {
  Graph g;
  const Matrix a = g.input(2, 3), b = g.input(2, 3);
  EXPECT_THROW(g.product(a, b), Error);
  EXPECT_THROW(g.product_plus(a, g.transposed(b), a), Error);
  EXPECT_THROW(g.sum(a, g.transposed(b)), Error);
  EXPECT_THROW(g.scaled_by(a, b), Error);
  EXPECT_THROW(g.part(a, 1, 2, 0, 1), Error);
  EXPECT_THROW(g.part(a, 0, 1, 2, 2), Error);
  EXPECT_THROW(g.part(a, 0, 0, 0, 1), Error);
  EXPECT_THROW(g.constant(2, 2, std::vector<double>(3)), Error);
  EXPECT_THROW(g.add_squared_error(a, g.transposed(b), 1), Error);
}

TEST(Graph, ComputesWhatParametersDecideOnce) {
  Graph g;
  const Matrix w = g.parameter(4, 4), x = g.input(4, 6);
  const Matrix square = g.product(w, w), y = g.product(square, x);
  EXPECT_EQ(g.layout(square).region, Region::kShared);
  EXPECT_EQ(g.layout(y).region, Region::kResults);
  // y alone is counted, and of its two gradients that of the square.
  EXPECT_EQ(g.forward_flops(), 2.0 * 4 * 4 * 6);
  EXPECT_EQ(g.gradient_flops(), 2 * g.forward_flops());
}

}  // namespace
}  // namespace prenorm::batched

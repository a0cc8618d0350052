#include "prenorm/updates/point_recorder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace prenorm::updates {
namespace {

TEST(PointRecorder, KeepsNormsAndVariancesOfRows) {
  const updates::PointRecorder recorder(1);
  const at::Tensor x = at::tensor({3.0, 4.0, 1.0, 1.0}).view({2, 2});
  recorder.observers()[0]("a", x);
  recorder.observers()[0]("a", 2 * x);
  const auto points = recorder.points();
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].name, "a");
  EXPECT_EQ(points[0].d_model, 2);
  EXPECT_EQ(points[0].squared_norms, (std::vector<double>{25, 2, 100, 8}));
  EXPECT_EQ(points[0].variances, (std::vector<double>{0.25, 0, 1, 0}));
  EXPECT_NEAR(points[0].rms(), std::sqrt(135.0 / 8), 1e-12);
}

// Rows of the first worker come before those of the second, whichever is faster.
TEST(PointRecorder, PutsWorkersTogetherInTheirOrder) {
  const updates::PointRecorder recorder(2);
  recorder.observers()[1]("b", at::full({1, 1}, 2.0));
  recorder.observers()[1]("a", at::full({1, 1}, 3.0));
  recorder.observers()[0]("a", at::full({1, 1}, 1.0));
  const auto points = recorder.points();
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].name, "a");
  EXPECT_EQ(points[0].squared_norms, (std::vector<double>{1, 9}));
  EXPECT_EQ(points[1].name, "b");
}

TEST(PointRecorder, LeavesOutWhatIsNotWanted) {
  const updates::PointRecorder recorder(1, [](std::string_view point) { return point.ends_with(".branch"); });
  recorder.observers()[0]("x.branch", at::zeros({2, 3}));
  recorder.observers()[0]("x.output", at::zeros({2, 3}));
  ASSERT_EQ(recorder.points().size(), 1U);
  EXPECT_EQ(recorder.points()[0].name, "x.branch");
}

// One head and two queries under a causal mask: the first attends to one key.
TEST(PointRecorder, TakesTheEntropyOfAttention) {
  const updates::PointRecorder recorder(1);
  recorder.observers()[0]("p", at::tensor({1.0, 0.0, 0.25, 0.75}).view({1, 2, 2}));
  const auto points = recorder.points();
  ASSERT_EQ(points.size(), 1U);
  EXPECT_TRUE(points[0].squared_norms.empty());
  EXPECT_NEAR(points[0].attention_entropies[0], 0, 1e-12);
  EXPECT_NEAR(points[0].attention_entropies[1], -0.25 * std::log(0.25) - 0.75 * std::log(0.75), 1e-12);
  EXPECT_NEAR(points[0].uniform_entropies[1], std::log(2), 1e-12);
}

}  // namespace
}  // namespace prenorm::updates

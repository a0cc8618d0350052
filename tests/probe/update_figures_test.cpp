#include "prenorm/probe/update_figures.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <numeric>

#include "random_tensor.h"

namespace prenorm::probe {
namespace {

using prenorm::testing::random_tensor;

at::Tensor diagonal(const std::vector<double>& values) { return at::diag(at::tensor(values, at::kDouble)); }

TEST(UpdateFigures, AreThoseOfTheSingularValueDecomposition) {
  const at::Tensor update = random_tensor({40, 50}, 1);
  const UpdateFigures figures = update_figures(update);
  const at::Tensor values = std::get<1>(at::linalg_svd(update, /*full_matrices=*/false)), energy = values.square();
  EXPECT_EQ(figures.rows, 40);
  EXPECT_EQ(figures.columns, 50);
  EXPECT_NEAR(figures.norm, update.norm().item<double>(), 1e-12);
  EXPECT_NEAR(figures.stable_rank, (energy.sum() / energy[0]).item<double>(), 1e-12);
  ASSERT_EQ(figures.singular_values.size(), 40U);
  EXPECT_NEAR(figures.singular_values[39], values[39].item<double>(), 1e-12);
  ASSERT_EQ(figures.energy_in_top.size(), kTops.size());
  for (const TopEnergy& top : figures.energy_in_top)
    EXPECT_NEAR(top.share, (energy.narrow(0, 0, top.directions).sum() / energy.sum()).item<double>(), 1e-12);
  const at::Tensor shares = energy.cumsum(0) / energy.sum();
  EXPECT_EQ(figures.rank_of_90_percent, (shares < 0.9).sum().item<std::int64_t>() + 1);
}

TEST(UpdateFigures, CountDirectionsByHand) {
  const UpdateFigures figures = update_figures(diagonal({2, 0, 1, 0}));
  EXPECT_DOUBLE_EQ(figures.stable_rank, 1.25);
  EXPECT_EQ(figures.rank_of_90_percent, 2);
  EXPECT_DOUBLE_EQ(figures.energy_in_top[0].share, 0.8);
  EXPECT_DOUBLE_EQ(figures.energy_in_top[5].share, 1) << "more directions than there are";
}

TEST(UpdateFigures, FindTheGapBetweenSmallAndLargeRows) {
  const RowNorms rows = update_figures(diagonal({0, 8, 1, 2, 9, 0})).row_norms;
  EXPECT_EQ(rows.zero, 2);
  EXPECT_EQ(rows.smallest, 0);
  EXPECT_EQ(rows.median, 1.5);
  EXPECT_EQ(rows.largest, 9);
  EXPECT_EQ(rows.gap_ratio, 4) << "8 over 2";
  EXPECT_EQ(rows.below_gap, 2) << "1 and 2";
  EXPECT_EQ(std::accumulate(rows.histogram.begin(), rows.histogram.end(), 0.0), 6);
  EXPECT_EQ(rows.histogram.front(), 2);
  EXPECT_EQ(rows.histogram.back(), 1) << "9 is in the last interval, 8 in the eighteenth";
  EXPECT_EQ(rows.histogram[17], 1);
}

TEST(UpdateFigures, OfNoUpdateAreZero) {
  const UpdateFigures figures = update_figures(at::zeros({3, 4}));
  EXPECT_EQ(figures.norm, 0);
  EXPECT_EQ(figures.stable_rank, 0);
  EXPECT_EQ(figures.rank_of_90_percent, 0);
  EXPECT_EQ(figures.energy_in_top[3].share, 0);
  EXPECT_EQ(figures.row_norms.zero, 3);
  EXPECT_EQ(figures.row_norms.gap_ratio, 1);
}

}  // namespace
}  // namespace prenorm::probe

// Spectra and rows of matrices that are known by construction.
#include "prenorm/ops/spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "golden_file.h"
#include "prenorm/base/error.h"
#include "random_tensor.h"

namespace prenorm::ops {
namespace {

using prenorm::testing::random_tensor;
using prenorm::testing::relative_difference;

// [rows, columns] with the singular values `s`
at::Tensor matrix_with(const std::vector<double>& s, std::int64_t rows, std::int64_t columns) {
  const auto count = static_cast<std::int64_t>(s.size());
  const auto u = std::get<0>(at::linalg_svd(random_tensor({rows, count}, 1), false));
  const auto v = std::get<0>(at::linalg_svd(random_tensor({columns, count}, 2), false));
  return at::matmul(u * at::tensor(s, at::kDouble), v.t());
}

TEST(Spectrum, FindsTheSingularValues) {
  for (const auto& [rows, columns] : {std::pair{5, 9}, std::pair{9, 5}}) {
    const std::vector<double> s = singular_values(matrix_with({3, 2, 0.5}, rows, columns));
    ASSERT_EQ(s.size(), 5U);
    const double expected[] = {3, 2, 0.5, 0, 0};
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(s[i], expected[i], 1e-12);
  }
}

TEST(Spectrum, HasTheFiguresOfItsDefinitions) {
  const double s[] = {4, 2, 1, 0};
  EXPECT_DOUBLE_EQ(energy_in_top(s, 0), 0);
  EXPECT_DOUBLE_EQ(energy_in_top(s, 1), 16.0 / 21);
  EXPECT_DOUBLE_EQ(energy_in_top(s, 2), 20.0 / 21);
  EXPECT_DOUBLE_EQ(energy_in_top(s, 9), 1);
  EXPECT_DOUBLE_EQ(stable_rank(s), 21.0 / 16);
  EXPECT_EQ(values_above(s, 0.1), 3);
  EXPECT_EQ(values_above(s, 0.5), 1);
  const double none[] = {0, 0};
  EXPECT_TRUE(std::isnan(energy_in_top(none, 1)));
  EXPECT_TRUE(std::isnan(stable_rank(none)));
  EXPECT_EQ(values_above(none, 0.1), 0);
}

TEST(Spectrum, TruncatesToTheNearestMatrix) {
  const at::Tensor full = matrix_with({3, 2, 0.5}, 6, 4);
  const at::Tensor nearest = truncated_to_rank(full, 2);
  const std::vector<double> left = singular_values(full - nearest), kept = singular_values(nearest);
  EXPECT_NEAR(left[0], 0.5, 1e-12);
  EXPECT_NEAR(left[1], 0, 1e-12);
  EXPECT_NEAR(kept[1], 2, 1e-12);
  EXPECT_NEAR(kept[2], 0, 1e-12);
  EXPECT_LT(relative_difference(truncated_to_rank(full, 7), full), 1e-12);
  EXPECT_EQ(truncated_to_rank(full, 0).abs().max().item<double>(), 0);
  EXPECT_EQ(truncated_to_rank(full.to(at::kFloat), 1).scalar_type(), at::kFloat);
}

TEST(Spectrum, RefusesWhatHasNone) {
  at::Tensor broken = at::zeros({2, 2});
  broken.data_ptr<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(singular_values(broken), UsageError);
  EXPECT_THROW(truncated_to_rank(broken, 1), UsageError);
  EXPECT_THROW(singular_values(at::zeros({3})), UsageError);
  EXPECT_THROW(row_norms(at::zeros({3})), UsageError);
}

TEST(RowNorms, AreThoseOfTheRows) {
  const at::Tensor matrix = at::tensor({3.0, 4.0, 0.0, 0.0, 5.0, 12.0}, at::kDouble).view({3, 2});
  EXPECT_EQ(row_norms(matrix), (std::vector<double>{5, 0, 13}));
}

TEST(WidestGap, IsBetweenTheGroups) {
  const Gap gap = widest_gap({0.4, 0.05, 0.5, 0.04, 0.3});
  EXPECT_DOUBLE_EQ(gap.ratio, 6);
  EXPECT_EQ(gap.below, 2);
  EXPECT_EQ(gap.low, 0.05);
  EXPECT_EQ(gap.high, 0.3);
  EXPECT_EQ(widest_gap({2, 2, 2}).below, 0);
  EXPECT_EQ(widest_gap({}).ratio, 1);
  EXPECT_EQ(widest_gap({1, 0, 0}).below, 2);
  EXPECT_TRUE(std::isinf(widest_gap({1, 0, 0}).ratio));
}

}  // namespace
}  // namespace prenorm::ops

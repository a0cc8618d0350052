// The attention matrices of u_spa and e_spa keep their kernels, and their closed forms equal Cholesky factors.
#include "prenorm/nn/attention_shape.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/linalg_inv.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "prenorm/base/error.h"

namespace prenorm::nn {
namespace {

// Σ_l by its definition.
at::Tensor kernel_of(const AttentionShape& s, std::int64_t layer, std::int64_t length) {
  if (s.kind == AttentionShaping::kUSpa) {
    const double rho = u_spa_correlation(layer, s.layers, s.last);
    return (1 - rho) * at::eye(length, at::kDouble) + at::full({length, length}, rho, at::kDouble);
  }
  const double decay = e_spa_decay(layer, s.layers, s.last);
  const at::Tensor i = at::arange(length, at::kDouble), distance = (i.unsqueeze(0) - i.unsqueeze(1)).abs();
  return std::isinf(decay) ? at::eye(length, at::kDouble) : (-decay * distance).exp();
}

// A_l, from the logarithms.
at::Tensor matrix_of(const AttentionShape& s, std::int64_t length) {
  const LogAttention a = log_attention(s, length);
  const at::Tensor mixed = a.scores.exp();
  return a.row_sums.unsqueeze(1) * (s.causal ? mixed.tril() : mixed);
}

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

std::vector<AttentionShape> shapes(bool causal, std::int64_t layers) {
  std::vector<AttentionShape> list;
  for (const std::int64_t layer : {std::int64_t{1}, layers / 2 + 1, layers}) {
    for (const double decay : {0.005, 0.3, 2.0})
      list.push_back({AttentionShaping::kESpa, layer, layers, decay, causal});
    for (const double rho : {0.1, 0.8}) list.push_back({AttentionShaping::kUSpa, layer, layers, rho, causal});
  }
  return list;
}

std::string name_of(const AttentionShape& s, std::int64_t length) {
  return fmt::format("{} {} layer {} of {}, {} tokens", enum_name(s.kind), s.last, s.layer, s.layers, length);
}

TEST(AttentionShape, CausalMatricesAreThoseOfCholeskyFactors) {
  for (const std::int64_t layers : {1, 2, 12, 36})
    for (const AttentionShape& s : shapes(true, layers))
      for (const std::int64_t length : {1, 2, 3, 17, 96}) {
        SCOPED_TRACE(name_of(s, length));
        const at::Tensor after = at::linalg_cholesky(kernel_of(s, s.layer, length));
        const at::Tensor before = at::linalg_cholesky(kernel_of(s, s.layer - 1, length));
        EXPECT_LT(largest(matrix_of(s, length) - after.matmul(at::linalg_inv(before))), 1e-10);
      }
}

TEST(AttentionShape, MatricesTakeEachKernelToTheNext) {
  for (const bool causal : {true, false})
    for (const std::int64_t layers : {1, 6, 24})
      for (const AttentionShape& s : shapes(causal, layers))
        for (const std::int64_t length : {1, 2, 5, 64}) {
          SCOPED_TRACE(name_of(s, length));
          const at::Tensor a = matrix_of(s, length);
          EXPECT_LT(largest(a.matmul(kernel_of(s, s.layer - 1, length)).matmul(a.t()) - kernel_of(s, s.layer, length)),
                    1e-10);
          const LogAttention logs = log_attention(s, length);
          EXPECT_TRUE(logs.scores.isfinite().all().item<bool>());
          const at::Tensor p = causal ? logs.scores.exp().tril() : logs.scores.exp();
          EXPECT_LT(largest(p.sum(1) - 1), 1e-12);
        }
}

// e^{-γ} of 36 layers is about 1e-236 at this distance in layer 1; its logarithm is finite.
TEST(AttentionShape, IsFiniteForFarTokens) {
  for (const std::int64_t layer : {1, 18, 36}) {
    const LogAttention e = log_attention({AttentionShaping::kESpa, layer, 36, 0.005, true}, 1024);
    EXPECT_TRUE(e.scores.isfinite().all().item<bool>());
    EXPECT_EQ(e.row_sums[0].item<double>(), 1);
    const LogAttention u = log_attention({AttentionShaping::kUSpa, layer, 36, 0.8, true}, 1024);
    EXPECT_TRUE(u.scores.isfinite().all().item<bool>());
    EXPECT_GT(u.scores.min().item<double>(), std::log(1e-17)) << "no element is the smallest one";
  }
}

// The constants of the schedule: the diagonal of A_l is a(γ_L)^{1/L} in every layer, and row sums at l = 1.
TEST(AttentionShape, HasTheDiagonalOfItsSchedule) {
  for (const auto& [layers, diagonal, sum] : {std::tuple{12, 0.8252, 1.896}, std::tuple{36, 0.9380, 1.436}}) {
    for (std::int64_t layer = 1; layer <= layers; ++layer) {
      const auto row = log_attention_row({AttentionShaping::kESpa, layer, layers, 0.005, true}, 9);
      EXPECT_NEAR(std::exp(row.back()), diagonal, 5e-5);
    }
    const LogAttention first = log_attention({AttentionShaping::kESpa, 1, layers, 0.005, true}, 512);
    EXPECT_NEAR(first.row_sums.max().item<double>(), sum, 1e-3);
  }
  EXPECT_TRUE(std::isinf(e_spa_decay(0, 12, 0.005)));
  EXPECT_EQ(e_spa_decay(12, 12, 0.005), 0.005);
  EXPECT_EQ(u_spa_correlation(0, 12, 0.8), 0);
}

TEST(AttentionShape, RowsDependOnTheLengthUnlessCausal) {
  const AttentionShape causal{AttentionShaping::kESpa, 2, 4, 0.1, true};
  EXPECT_LT(largest(log_attention(causal, 40).scores.narrow(0, 0, 7).narrow(1, 0, 7) - log_attention(causal, 7).scores),
            1e-14);
  EXPECT_THROW(log_attention_row({AttentionShaping::kESpa, 2, 4, 0.1, false}, 3), Error);
}

}  // namespace
}  // namespace prenorm::nn

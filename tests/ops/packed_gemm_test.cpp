// The product for wide vectors: against ATen in double precision, for every order of the operands and every edge.
#include "prenorm/ops/cpu/packed_gemm.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/mm.h>
#include <gtest/gtest.h>

#include <cmath>

#include "golden_file.h"
#include "prenorm/ops/gemm.h"
#include "random_tensor.h"

namespace prenorm::ops {
namespace {

using namespace prenorm::testing;

struct Sizes {
  std::int64_t rows, columns, inner;
};
// Around tiles of 12 rows and 32 columns, and blocks of 540 rows and 256 of the sum.
constexpr Sizes kSizes[] = {{1, 1, 1},     {12, 32, 16},  {11, 31, 15},   {13, 33, 17},   {59, 65, 255},
                            {48, 64, 256}, {97, 96, 257}, {541, 40, 272}, {1093, 70, 520}};

// A matrix, or the transpose of one, as in memory.
at::Tensor matrix(std::int64_t rows, std::int64_t columns, bool transposed, std::uint64_t key) {
  return transposed ? random_tensor({columns, rows}, key, at::kFloat).t()
                    : random_tensor({rows, columns}, key, at::kFloat);
}

at::Tensor product(const at::Tensor& left, const at::Tensor& right, at::Tensor out, float scale, bool accumulate,
                   double* row_squares = nullptr) {
  cpu::PackedProduct p{out.data_ptr<float>(),
                       out.stride(0),
                       left.data_ptr<float>(),
                       left.stride(0),
                       left.stride(1),
                       right.data_ptr<float>(),
                       right.stride(0),
                       right.stride(1),
                       left.size(0),
                       right.size(1),
                       left.size(1),
                       scale,
                       accumulate};
  p.row_squares = row_squares;
  cpu::packed_gemm(p);
  return out;
}

class PackedGemm : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cpu::packed_gemm_runs()) GTEST_SKIP() << "this processor has no vectors of 64 bytes";
  }
};

TEST_F(PackedGemm, EqualsATen) {
  for (const Sizes& n : kSizes)
    for (const bool left_transposed : {false, true})
      for (const bool right_transposed : {false, true})
        for (const bool accumulate : {false, true}) {
          SCOPED_TRACE(::testing::Message() << n.rows << " x " << n.columns << " x " << n.inner << ", "
                                            << left_transposed << right_transposed << accumulate);
          const at::Tensor left = matrix(n.rows, n.inner, left_transposed, 1),
                           right = matrix(n.inner, n.columns, right_transposed, 2),
                           start = random_tensor({n.rows, n.columns}, 3, at::kFloat);
          at::Tensor expected = 0.75 * at::mm(left.to(at::kDouble), right.to(at::kDouble));
          if (accumulate) expected = expected + start;
          // What is overwritten is never read: it may be anything.
          const at::Tensor out = accumulate ? start.clone() : at::full_like(start, NAN);
          EXPECT_LT(relative_difference(product(left, right, out, 0.75F, accumulate).to(at::kDouble), expected), 2e-6);
        }
}

TEST_F(PackedGemm, WritesNothingBesideTheResult) {
  const at::Tensor wide = at::full({30, 50}, 7, at::kFloat);
  product(matrix(30, 20, false, 1), matrix(20, 40, true, 2), wide.narrow(1, 5, 40), 1, false);
  EXPECT_TRUE((wide.narrow(1, 0, 5) == 7).all().item<bool>());
  EXPECT_TRUE((wide.narrow(1, 45, 5) == 7).all().item<bool>());
}

// Squares of what is added, not of the result, which has the same bits as without them.
TEST_F(PackedGemm, SquaresOfRowsAreThoseOfTheProduct) {
  for (const Sizes& n : kSizes) {
    if (n.inner > cpu::kOneBlockInner) continue;
    for (const bool left_transposed : {false, true})
      for (const bool right_transposed : {false, true}) {
        SCOPED_TRACE(::testing::Message() << n.rows << " x " << n.columns << " x " << n.inner << ", " << left_transposed
                                          << right_transposed);
        const at::Tensor left = matrix(n.rows, n.inner, left_transposed, 1),
                         right = matrix(n.inner, n.columns, right_transposed, 2),
                         start = random_tensor({n.rows, n.columns}, 3, at::kFloat);
        const at::Tensor squares = at::full({n.rows}, 2, at::kDouble);
        const at::Tensor out = product(left, right, start.clone(), 0.75F, true, squares.data_ptr<double>());
        EXPECT_TRUE(out.equal(product(left, right, start.clone(), 0.75F, true)));
        const at::Tensor exact = 0.75 * at::mm(left.to(at::kDouble), right.to(at::kDouble));
        EXPECT_LT(relative_difference(squares, 2 + exact.square().sum(1)), 1e-5);
      }
  }
}

// A row's bits depend neither on the threads nor on the rows beside it.
TEST_F(PackedGemm, SameBitsForAnyThreadsAndRows) {
  const int threads = at::get_num_threads();
  const at::Tensor right = matrix(300, 77, false, 2);
  for (const bool transposed : {false, true}) {
    const at::Tensor left = matrix(700, 300, transposed, 1), out = at::full({700, 77}, 1, at::kFloat);
    at::set_num_threads(1);
    const at::Tensor alone = product(left, right, out.clone(), 0.3F, true);
    const at::Tensor few = product(left.narrow(0, 5, 31), right, out.narrow(0, 5, 31).clone(), 0.3F, true);
    at::set_num_threads(2);
    EXPECT_TRUE(product(left, right, out.clone(), 0.3F, true).equal(alone));
    EXPECT_TRUE(few.equal(alone.narrow(0, 5, 31)));
  }
  at::set_num_threads(threads);
}

// The three products of a linear map take this road or the BLAS's, with the same results.
TEST(Gemm, EqualsATen) {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const std::int64_t rows : {0, 1, 95, 96, 200}) {
      const at::Tensor x = random_tensor({rows, 100}, 1, type), weight = random_tensor({120, 100}, 2, type),
                       grad_y = random_tensor({rows, 120}, 3, type);
      at::Tensor y = at::full({rows, 120}, NAN, type), grad_x = at::full({rows, 100}, NAN, type),
                 grad_weight = at::full({120, 100}, 2, type);
      gemm_forward(y, x, weight);
      gemm_input_gradient(grad_x, grad_y, weight);
      gemm_weight_gradient(grad_weight, grad_y, x, 0.5);
      EXPECT_TRUE(y.allclose(at::mm(x, weight.t()), 1e-4, 1e-4)) << rows;
      EXPECT_TRUE(grad_x.allclose(at::mm(grad_y, weight), 1e-4, 1e-4)) << rows;
      EXPECT_TRUE(grad_weight.allclose(2 + 0.5 * at::mm(grad_y.t(), x), 1e-4, 1e-4)) << rows;
    }
}

}  // namespace
}  // namespace prenorm::ops

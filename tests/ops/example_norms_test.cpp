// Squared norms by example against a loop over examples, each alone, for every operator with weights.
#include "prenorm/ops/example_norms.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <functional>

#include "enum_values.h"
#include "ops/fused.h"
#include "prenorm/base/error.h"
#include "prenorm/ops/cpu/packed_gemm.h"
#include "prenorm/ops/cross_entropy.h"
#include "prenorm/ops/embedding.h"
#include "prenorm/ops/example_linear.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/layer_norm.h"
#include "prenorm/ops/linear.h"

namespace prenorm::ops {
namespace {

using namespace prenorm::testing;
using TokenCounts = std::vector<std::int64_t>;
using Weights = std::vector<at::Tensor>;

struct Rows {
  std::int64_t begin, end;
  at::Tensor of(const at::Tensor& x) const { return x.narrow(0, begin, end - begin); }
  DropoutMask mask(std::int64_t columns) const { return {0.3, mix_key({5}), begin * columns}; }
};
// The loss of rows of a batch.
using LossOfRows = std::function<at::Tensor(const Weights&, const Rows&)>;

double squared_norm(const at::Tensor& x) { return x.to(at::kDouble).square().sum().item<double>(); }

// With a buffer for gradients, as nn::Parameters gives every weight.
Weights with_buffers(const Weights& weights) {
  Weights leaves = fresh_leaves(weights);
  for (at::Tensor& w : leaves) w.mutable_grad() = at::zeros_like(w);
  return leaves;
}

struct Measured {
  std::vector<double> squares;
  Weights gradients;
  double flops;
};
Measured measured(const Weights& weights, const std::vector<std::int64_t>& offsets, const LossOfRows& loss) {
  const Weights leaves = with_buffers(weights);
  ExampleNorms norms(leaves);
  {
    const RecordExamples recording(norms);
    const RowsAreExamples rows(offsets);
    loss(leaves, {0, offsets.back()}).backward();
    norms.end_share();
  }
  Measured result{norms.squares(), {}, norms.flops()};
  for (const at::Tensor& w : leaves) result.gradients.push_back(w.grad());
  return result;
}

// Each example alone; also that the gradients of the examples add up to that of the batch.
void expect_norms_of_single_examples(const Weights& weights, const TokenCounts& lengths, const LossOfRows& loss) {
  const double tolerance = weights.front().scalar_type() == at::kDouble ? 1e-10 : 1e-4;
  const std::vector<std::int64_t> offsets = offsets_of(lengths);
  std::vector<double> squares(weights.size());
  Weights sums;
  for (const at::Tensor& w : weights) sums.push_back(at::zeros_like(w));
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    const Weights leaves = with_buffers(weights);
    loss(leaves, {offsets[b], offsets[b + 1]}).backward();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      squares[i] += squared_norm(leaves[i].grad());
      sums[i] += leaves[i].grad();
    }
  }
  const Weights plain = with_buffers(weights);
  loss(plain, {0, offsets.back()}).backward();
  for (const bool kernels : {true, false}) {
    SCOPED_TRACE(kernels ? "kernels" : "composite");
    const KernelsGuard guard(kernels);
    const Measured result = measured(weights, offsets, loss);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      SCOPED_TRACE(fmt::format("weight {}", i));
      EXPECT_NEAR(result.squares[i], squares[i], tolerance * squares[i]);
      EXPECT_LT(relative_difference(result.gradients[i], sums[i]), tolerance);
      EXPECT_LT(relative_difference(result.gradients[i], plain[i].grad()), tolerance);
    }
  }
}

const TokenCounts kLengths[] = {{1}, {1, 1, 1}, {3, 1, 5, 2}, {0, 4, 0, 7}, {64, 64}, {70, 3, 130, 1}, {300, 20}};

at::Tensor rows_tensor(const TokenCounts& lengths, std::int64_t columns, std::uint64_t key, at::ScalarType type) {
  return random_tensor({offsets_of(lengths).back(), columns}, key, type);
}
std::string trace(const TokenCounts& lengths, at::ScalarType type) {
  return fmt::format("{} examples, the first of {}, {}", lengths.size(), lengths[0], at::toString(type));
}

TEST(ExampleNorms, OfLinearMaps) {
  for (const auto type : {at::kDouble, at::kFloat})
    for (const TokenCounts& lengths : kLengths)
      for (const auto& [in, out] : std::vector<std::pair<std::int64_t, std::int64_t>>{{5, 3}, {48, 100}, {200, 129}}) {
        SCOPED_TRACE(fmt::format("{}, {} to {}", trace(lengths, type), in, out));
        const at::Tensor x = rows_tensor(lengths, in, 1, type), weigh = rows_tensor(lengths, out, 4, type);
        expect_norms_of_single_examples({random_tensor({out, in}, 2, type), random_tensor({out}, 3, type)}, lengths,
                                        [&](const Weights& w, const Rows& rows) {
                                          const at::Tensor y = linear(rows.of(x), w[0], w[1], Activation::kGelu);
                                          return (y * rows.of(weigh)).sum();
                                        });
      }
}

TEST(ExampleNorms, OfAdapters) {
  for (const auto type : {at::kDouble, at::kFloat})
    for (const TokenCounts& lengths : kLengths) {
      SCOPED_TRACE(trace(lengths, type));
      const at::Tensor x = rows_tensor(lengths, 40, 1, type), weigh = rows_tensor(lengths, 33, 4, type);
      expect_norms_of_single_examples(
          {random_tensor({33, 40}, 2, type), random_tensor({33}, 3, type), random_tensor({4, 40}, 5, type),
           random_tensor({33, 4}, 6, type)},
          lengths, [&](const Weights& w, const Rows& rows) {
            const at::Tensor y = linear(rows.of(x), w[0], w[1], Activation::kRelu, {w[2], w[3], 0.7});
            return (y * rows.of(weigh)).sum();
          });
    }
}

TEST(ExampleNorms, OfABiasWhoseMatrixIsFrozen) {
  const TokenCounts lengths{3, 70, 2};
  const at::Tensor x = rows_tensor(lengths, 40, 1, at::kFloat), matrix = random_tensor({33, 40}, 2, at::kFloat);
  expect_norms_of_single_examples({random_tensor({33}, 3, at::kFloat)}, lengths,
                                  [&](const Weights& w, const Rows& rows) {
                                    return linear(rows.of(x), matrix, w[0], Activation::kGelu).square().sum();
                                  });
}

TEST(ExampleNorms, OfNorms) {
  for (const auto type : {at::kDouble, at::kFloat})
    for (const TokenCounts& lengths : kLengths)
      for (const NormKind kind : all_values<NormKind>())
        for (const bool branch : {true, false}) {
          SCOPED_TRACE(fmt::format("{}, {}, {}", trace(lengths, type), enum_name(kind), branch));
          constexpr std::int64_t kColumns = 24;
          const at::Tensor x = rows_tensor(lengths, kColumns, 1, type), more = rows_tensor(lengths, kColumns, 2, type),
                           weigh = rows_tensor(lengths, kColumns, 3, type);
          Weights weights{random_tensor({kColumns}, 4, type)};
          if (kind == NormKind::kLayerNorm) weights.push_back(random_tensor({kColumns}, 5, type));
          expect_norms_of_single_examples(weights, lengths, [&](const Weights& w, const Rows& rows) {
            const NormWeights norm{w[0], w.size() > 1 ? w[1] : at::Tensor(), 1e-5, kind};
            if (!branch) return (layer_norm(rows.of(x), norm) * rows.of(weigh)).sum();
            const NormedSum sum = add_layer_norm(rows.of(x), rows.of(more), rows.mask(kColumns), norm);
            return (sum.normed * rows.of(weigh)).sum() + sum.sum.square().sum();
          });
        }
}

// Few different ids, so that most occur several times in an example.
at::Tensor few_ids(std::int64_t count, std::int64_t different, std::uint64_t key) {
  RandomStream random(mix_key({test::test_seed(key)}));
  std::vector<std::int64_t> ids;
  for (std::int64_t i = 0; i < count; ++i)
    ids.push_back(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(different))));
  return integer_tensor(ids);
}

TEST(ExampleNorms, OfTablesWithRepeatedIds) {
  for (const auto type : {at::kDouble, at::kFloat})
    for (const TokenCounts& lengths : kLengths) {
      SCOPED_TRACE(trace(lengths, type));
      const std::int64_t count = offsets_of(lengths).back();
      const at::Tensor ids = few_ids(count, 4, 1), places = few_ids(count, 9, 2),
                       weigh = random_tensor({count, 6}, 3, type);
      expect_norms_of_single_examples(
          {random_tensor({4, 6}, 4, type), random_tensor({9, 6}, 5, type)}, lengths,
          [&](const Weights& w, const Rows& rows) {
            return (embedding(rows.of(ids), rows.of(places), {w[0], w[1], 1.5}, rows.mask(6)) * rows.of(weigh)).sum();
          });
    }
}

// The table is read twice and is the matrix of the projection: the sum over its uses is squared.
TEST(ExampleNorms, OfATableThatIsAlsoTheProjection) {
  for (const auto type : {at::kDouble, at::kFloat})
    for (const TokenCounts& lengths : kLengths) {
      SCOPED_TRACE(trace(lengths, type));
      const std::int64_t count = offsets_of(lengths).back();
      const at::Tensor ids = few_ids(count, 5, 1), others = few_ids(count, 5, 6), targets = few_ids(count, 5, 3);
      const at::Tensor places = random_tensor({1, 8}, 5, type), none = at::zeros_like(ids);
      expect_norms_of_single_examples(
          {random_tensor({5, 8}, 4, type), random_tensor({5}, 7, type)}, lengths,
          [&](const Weights& w, const Rows& rows) {
            const at::Tensor x = embedding(rows.of(ids), rows.of(none), {w[0], places, 1.5}, rows.mask(8)),
                             y = embedding(rows.of(others), rows.of(none), {w[0], places, 1}, {});
            return 0.6 * projected_cross_entropy((x + y).sin(), w[0], rows.of(targets), 0.1, w[1]).loss_sum;
          });
    }
}

// 64 MiB are the logits of 419 rows: a chunk ends with an example, and one example is longer than a chunk.
TEST(ExampleNorms, OfAProjectionInSeveralChunks) {
  constexpr std::int64_t kManyWords = 40'000;
  const TokenCounts lengths{200, 30, 0, 430, 40};
  const std::int64_t count = offsets_of(lengths).back();
  const at::Tensor hidden = random_tensor({count, 4}, 1, at::kFloat), targets = few_ids(count, kManyWords, 2);
  expect_norms_of_single_examples(
      {random_tensor({kManyWords, 4}, 3, at::kFloat), random_tensor({kManyWords}, 4, at::kFloat)}, lengths,
      [&](const Weights& w, const Rows& rows) {
        return 1.3 * projected_cross_entropy(rows.of(hidden), w[0], rows.of(targets), 0.1, w[1]).loss_sum;
      });
}

// Gray et al. 2024, Table 1, as the fact of its formulas: for B examples of T rows, the norms of the simultaneous form
// cost 2 B K L - B more than the plain gradient, those of the other 2 B T² (K + L) - B.
TEST(ExampleNorms, CountTheArithmeticOfTheFormulas) {
  constexpr std::int64_t kIn = 64, kOut = 96, kExamples = 3;  // break-even at √(64 · 96 / 160) = 6.2 rows
  for (const std::int64_t rows : {1, 5, 6, 7, 40}) {
    const TokenCounts lengths(kExamples, rows);
    const at::Tensor x = rows_tensor(lengths, kIn, 1, at::kFloat);
    const Measured result =
        measured({random_tensor({kOut, kIn}, 2, at::kFloat)}, offsets_of(lengths), [&](const Weights& w, const Rows&) {
          return linear(x, w[0], at::zeros_like(w[0].select(1, 0).detach())).square().sum();
        });
    const double simultaneous = 2.0 * kExamples * kIn * kOut - kExamples,
                 gram = 2.0 * kExamples * static_cast<double>(rows * rows) * (kIn + kOut) - kExamples;
    EXPECT_EQ(result.flops, std::min(simultaneous, gram)) << rows;
    EXPECT_EQ(example_form(rows, kIn, kOut), rows <= 6 ? ExampleForm::kGram : ExampleForm::kSimultaneous) << rows;
  }
}

TEST(ExampleNorms, SameBitsForAnyThreads) {
  if (!cpu::packed_gemm_runs()) GTEST_SKIP() << "skipped: this processor's matrix products are the BLAS's";
  const TokenCounts lengths{70, 3, 130, 1, 40};
  const at::Tensor x = rows_tensor(lengths, 96, 1, at::kFloat);
  const auto loss = [&](const Weights& w, const Rows&) {
    return linear(layer_norm(x, {w[2], w[3]}), w[0], w[1], Activation::kGelu).square().sum();
  };
  const int threads = at::get_num_threads();
  std::vector<std::vector<double>> all;
  for (const int n : {1, 2, 3}) {
    at::set_num_threads(n);
    all.push_back(measured({random_tensor({200, 96}, 2, at::kFloat), random_tensor({200}, 3, at::kFloat),
                            random_tensor({96}, 4, at::kFloat), random_tensor({96}, 5, at::kFloat)},
                           offsets_of(lengths), loss)
                      .squares);
  }
  at::set_num_threads(threads);
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[0], all[2]);
}

TEST(ExampleNorms, NothingIsMeasuredUnlessItIsInstalledAndWanted) {
  const TokenCounts lengths{3, 4};
  const std::vector<std::int64_t> offsets = offsets_of(lengths);
  const at::Tensor x = rows_tensor(lengths, 6, 1, at::kFloat);
  const Weights w = with_buffers({random_tensor({5, 6}, 2, at::kFloat), random_tensor({5}, 3, at::kFloat)});
  ExampleNorms norms({&w[0], 1});
  const auto compute = [&] { linear(x, w[0], w[1]).square().sum().backward(); };
  {
    const RowsAreExamples rows(offsets);
    compute();
  }
  EXPECT_EQ(norms.squares(), std::vector<double>{0});
  EXPECT_EQ(norms.measured(), std::vector<bool>{false});
  const RecordExamples recording(norms);
  EXPECT_THROW(compute(), Error) << "nothing says whose the rows are";
  const RowsAreExamples rows(offsets);
  compute();
  EXPECT_GT(norms.squares()[0], 0);
  EXPECT_EQ(norms.measured(), std::vector<bool>{true});
  const RowsAreExamples others(offsets_of(TokenCounts{3, 5}));
  EXPECT_THROW(compute(), Error) << "rows of something else";
}

}  // namespace
}  // namespace prenorm::ops

// Embedding with scale, positions and dropout: against ATen's operators and against differences.
#include "prenorm/ops/embedding.h"

#include <ATen/TensorOperators.h>

#include "ops/fused.h"
#include "prenorm/base/random.h"
#include "test_seed.h"

namespace prenorm::ops {
namespace {

using namespace prenorm::testing;

constexpr std::int64_t kVocabulary = 11, kLength = 7;
const DropoutMask kMask{0.3, mix_key({5})}, kNone{};

at::Tensor random_rows(std::int64_t count, std::int64_t bound, std::uint64_t key) {
  RandomStream random(test::test_seed(key));
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < count; ++i)
    rows.push_back(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound))));
  return integer_tensor(rows);
}
// Tables of tokens and of learned positions.
std::vector<at::Tensor> tables(std::int64_t columns, at::ScalarType type) {
  return {random_tensor({kVocabulary, columns}, 1, type), random_tensor({kLength, columns}, 2, type)};
}
auto loss(auto op, std::int64_t tokens, const DropoutMask& mask) {
  return [=](const std::vector<at::Tensor>& x) {
    return weighed(op(random_rows(tokens, kVocabulary, 3), random_rows(tokens, kLength, 4), {x[0], x[1], 2.5}, mask));
  };
}

TEST(EmbeddingOperator, EqualsComposite) {
  for (const auto type : {at::kFloat, at::kDouble})
    for (const std::int64_t tokens : {1, 2, 63, 64, 65, 300})
      for (const std::int64_t columns : {1, 5, 64, 65, 200})
        for (const DropoutMask& mask : {kNone, kMask})
          expect_same(tables(columns, type), loss(embedding, tokens, mask), loss(embedding_composite, tokens, mask),
                      type == at::kFloat ? 2e-5 : 1e-13);
}

TEST(EmbeddingOperator, OfNothingIsEmpty) {
  const auto x = fresh_leaves(tables(4, at::kFloat));
  const at::Tensor none = integer_tensor({}), y = embedding(none, none, {x[0], x[1], 1}, kMask);
  EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{0, 4}));
  y.sum().backward();
  EXPECT_EQ(x[0].grad().count_nonzero().item<std::int64_t>(), 0);
}

TEST(EmbeddingOperator, GradientByDifferences) {
  expect_gradients_by_differences(tables(3, at::kDouble), loss(embedding, 20, kMask));
}

TEST(EmbeddingOperator, SameBitsForAnyThreads) {
  expect_same_bits_for_any_threads(tables(200, at::kFloat), loss(embedding, 130, kMask));
}

TEST(EmbeddingOperator, FixedPositionsGetNoGradient) {
  const auto x = tables(4, at::kDouble);
  const at::Tensor tokens = x[0].clone().requires_grad_(true);
  embedding(random_rows(9, kVocabulary, 3), random_rows(9, kLength, 4), {tokens, x[1], 1}, kNone).sum().backward();
  EXPECT_FALSE(x[1].grad().defined());
  EXPECT_NEAR(tokens.grad().sum().item<double>(), 36, 1e-12);
}

}  // namespace
}  // namespace prenorm::ops

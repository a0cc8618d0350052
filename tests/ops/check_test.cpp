// Arguments that do not fit are refused with the operator's name before memory is reached through them.
#include "prenorm/ops/check.h"

#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prenorm/base/error.h"
#include "prenorm/ops/attention.h"
#include "prenorm/ops/cross_entropy.h"
#include "prenorm/ops/embedding.h"
#include "prenorm/ops/kernels.h"
#include "prenorm/ops/layer_norm.h"
#include "prenorm/ops/linear.h"
#include "random_tensor.h"

namespace prenorm::ops {
namespace {

using ::testing::HasSubstr;

at::Tensor matrix(std::int64_t rows, std::int64_t columns) { return at::zeros({rows, columns}, at::kFloat); }
at::Tensor vector(std::int64_t size) { return at::zeros({size}, at::kFloat); }
at::Tensor list(const std::vector<std::int64_t>& numbers) { return prenorm::testing::integer_tensor(numbers); }

// By kernels and by composites.
template <class Call>
void expect_refused(const Call& call, const std::string& message) {
  for (const bool kernels : {true, false}) {
    const KernelsGuard guard(kernels);
    try {
      call();
      ADD_FAILURE() << "accepted, expected: " << message;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  }
}

TEST(Arguments, OfSelfAttention) {
  const auto attend = [](const at::Tensor& qkv, const at::Tensor& offsets, AttentionOptions options) {
    return [=] { self_attention(qkv, offsets, options); };
  };
  const at::Tensor qkv = matrix(5, 24), offsets = list({0, 2, 5});
  EXPECT_NO_THROW(attend(qkv, offsets, {.num_heads = 2})());
  expect_refused(attend(vector(24), offsets, {}), "self_attention: qkv must be [any, any], it is [24]");
  expect_refused(attend(matrix(5, 25), offsets, {}), "qkv has 25 columns");
  expect_refused(attend(qkv, offsets, {.num_heads = 3}), "8 columns cannot be divided among 3 heads");
  expect_refused(attend(qkv, offsets, {.num_heads = 0}), "among 0 heads");
  expect_refused(attend(qkv, offsets, {.num_heads = 2, .dropout = 1}), "dropout must be in [0, 1), it is 1");
  expect_refused(attend(qkv, list({0, 2, 6}), {}), "must ascend from 0 to the 5 rows, they go from 0 to 6");
  expect_refused(attend(qkv, list({1, 5}), {}), "they go from 1 to 5");
  expect_refused(attend(qkv, list({0, 9, 5}), {}), "must ascend, but 5 comes after 9");
  expect_refused(attend(qkv, list({0, -3, 5}), {}), "must ascend, but -3 comes after 0");
  expect_refused(attend(qkv, list({}), {}), "must be [sequences + 1] and contiguous, it is [0]");
  expect_refused(attend(qkv, list({0, 1, 5, 2}).slice(0, 0, 4, 2), {}), "contiguous");
  expect_refused(attend(qkv, offsets.to(at::kInt), {}), "offsets must be int64 on the CPU, it is Int on cpu");
}

TEST(Arguments, OfCrossAttention) {
  const auto attend = [](const at::Tensor& query, const at::Tensor& query_offsets, const at::Tensor& key_value,
                         const at::Tensor& key_offsets) {
    return [=] { cross_attention(query, query_offsets, key_value, key_offsets, {.num_heads = 2}); };
  };
  const at::Tensor query = matrix(3, 8), key_value = matrix(4, 16);
  EXPECT_NO_THROW(attend(query, list({0, 3}), key_value, list({0, 4}))());
  expect_refused(attend(query, list({0, 3}), matrix(4, 8), list({0, 4})), "key_value must be [any, 16], it is [4, 8]");
  expect_refused(attend(query, list({0, 3}), key_value, list({0, 3})), "key_offsets must ascend from 0 to the 4 rows");
  expect_refused(attend(query, list({0, 3}), key_value, list({0, 1, 4})), "they are 1 and 2");
  expect_refused(attend(query, list({0, 3}), key_value.to(at::kDouble), list({0, 4})), "Double");
}

TEST(Arguments, OfPickedAttention) {
  const auto attend = [](const at::Tensor& picks, const at::Tensor& offsets, std::int64_t num_heads) {
    return [=] { picked_attention(matrix(2, 8), matrix(4, 16), picks, offsets, num_heads); };
  };
  EXPECT_NO_THROW(attend(list({0, 3, 1}), list({0, 1, 3}), 2)());
  expect_refused(attend(list({0, 4, 1}), list({0, 1, 3}), 2), "pick 4 is not in [0, 4)");
  expect_refused(attend(list({0, -1, 1}), list({0, 1, 3}), 2), "pick -1 is not in [0, 4)");
  expect_refused(attend(list({0, 3, 1}), list({0, 1, 4}), 2), "pick_offsets must ascend from 0 to the 3 rows");
  expect_refused(attend(list({0, 3, 1}), list({0, 3}), 2), "they are 1 and 2");
  expect_refused(attend(list({0, 3, 1}), list({0, 1, 3}), 5), "8 columns cannot be divided among 5 heads");
}

TEST(Arguments, OfTheOthers) {
  expect_refused([] { linear(matrix(3, 4), matrix(5, 6), vector(5)); },
                 "linear: weight must be [any, 4], it is [5, 6]");
  expect_refused([] { linear(matrix(3, 4), matrix(5, 4), vector(4)); }, "linear: bias must be [5], it is [4]");
  const NormWeights norm{vector(4), vector(4), 1e-5, NormKind::kLayerNorm};
  expect_refused([&] { layer_norm(matrix(3, 5), norm); }, "layer_norm: weight must be [5], it is [4]");
  expect_refused([&] { layer_norm(matrix(3, 4), {norm.weight, {}, 1e-5, NormKind::kLayerNorm}); }, "or neither");
  expect_refused([&] { layer_norm(matrix(3, 4), {norm.weight, norm.bias, 1e-5, NormKind::kRmsNorm}); }, "never a bias");
  expect_refused([&] { add_layer_norm(matrix(3, 4), matrix(2, 4), {}, norm); }, "branch must be [3, 4], it is [2, 4]");
  expect_refused([] { dropout(matrix(3, 4), {1.5, 1}); }, "dropout: p must be in [0, 1), it is 1.5");
  const auto loss = [](const at::Tensor& targets, double smoothing) {
    return [=] { projected_cross_entropy(matrix(2, 4), matrix(6, 4), targets, smoothing); };
  };
  expect_refused(loss(list({1}), 0), "they are 1 and 2");
  expect_refused(loss(list({1, 2}), 1), "label_smoothing must be in [0, 1), it is 1");
  const auto embed = [](const at::Tensor& ids, const at::Tensor& positions, std::int64_t columns) {
    return [=] { embedding(ids, positions, {matrix(6, 4), matrix(3, columns), 1}, {}); };
  };
  expect_refused(embed(list({1, 2}), list({0}), 4), "ids and positions must be as many, they are 2 and 1");
  expect_refused(embed(list({1, 2}), list({0, 1}), 5), "positions must be [any, 4], it is [3, 5]");
}

// LibTorch's operators check numbers of rows themselves.
TEST(Arguments, NumbersOfRows) {
  EXPECT_THROW(projected_cross_entropy(matrix(2, 4), matrix(6, 4), list({1, 6}), 0), UsageError);
  EXPECT_THROW(embedding(list({1, 6}), list({0, 1}), {matrix(6, 4), matrix(3, 4), 1}, {}), UsageError);
  EXPECT_THROW(embedding(list({1, 2}), list({0, 3}), {matrix(6, 4), matrix(3, 4), 1}, {}), UsageError);
}

}  // namespace
}  // namespace prenorm::ops

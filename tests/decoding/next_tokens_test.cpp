#include "prenorm/decoding/next_tokens.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <limits>

#include "prenorm/base/error.h"

namespace prenorm::decoding {
namespace {

TEST(NextTokens, EqualTopKOfLogSoftmax) {
  const auto generator = at::detail::createCPUGenerator(3);
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble})
    for (const std::int64_t vocabulary : {1, 7, 1000})
      for (const std::int64_t count : {1, 2, 10, 2000}) {
        const at::Tensor logits = at::randn({5, vocabulary}, generator, at::device(at::kCPU).dtype(dtype)) * 10;
        const NextTokens next(logits, count);
        const std::int64_t expected_count = std::min(count, vocabulary);
        const at::Tensor log_probabilities = at::log_softmax(logits.to(at::kDouble), 1);
        const auto [values, ids] = at::topk(log_probabilities, expected_count, 1);
        for (std::int64_t row = 0; row < 5; ++row) {
          ASSERT_EQ(std::ssize(next.best(row)), expected_count);
          for (std::int64_t i = 0; i < expected_count; ++i) {
            const TokenChoice& choice = next.best(row)[i];
            EXPECT_EQ(choice.id, ids[row][i].item<std::int64_t>());
            EXPECT_NEAR(choice.log_probability, values[row][i].item<double>(), dtype == at::kFloat ? 1e-4 : 1e-12);
            EXPECT_EQ(choice.log_probability, next.log_probability(row, choice.id));
          }
        }
      }
}

TEST(NextTokens, OfEqualLogitsTheLowerIdsComeFirst) {
  const at::Tensor logits = at::zeros({1, 100});
  logits[0][70] = 1;
  logits[0][90] = 1;
  const NextTokens next(logits, 6);
  std::vector<std::int64_t> ids;
  for (const TokenChoice& choice : next.best(0)) ids.push_back(choice.id);
  EXPECT_EQ(ids, (std::vector<std::int64_t>{70, 90, 0, 1, 2, 3}));
}

TEST(NextTokens, RefuseWhatIsNotFinite) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const at::Tensor logits = at::zeros({3, 10});
    logits[1][4] = bad;
    EXPECT_THROW(NextTokens(logits, 2), NumericsError);
  }
}

}  // namespace
}  // namespace prenorm::decoding

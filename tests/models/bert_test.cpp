// BERT's losses against differences, and the laws of packed batches. tests/huggingface compares the model with the
// original BERT.
#include "prenorm/models/bert.h"

#include <ATen/ops/log_softmax.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "finite_differences.h"
#include "golden_file.h"
#include "models/text_models.h"
#include "prenorm/base/error.h"
#include "test_seed.h"

namespace prenorm::models {
namespace {

using prenorm::testing::disturb;
using prenorm::testing::finite_differences;
using prenorm::testing::kTextVocabulary;
using prenorm::testing::masked_batch;
using prenorm::testing::norm_cases;
using prenorm::testing::relative_difference;
using prenorm::testing::text_model_config;

constexpr BertHeads kAll{.masked_lm = true, .next_sentence = true, .outputs = 3};

// The sum of the losses of all heads.
at::Tensor loss_of(const Bert& bert, const batches::TextBatch& batch, const nn::Context& context) {
  const at::Tensor states = bert.states(batch, context);
  return bert.masked_lm_loss(states, batch, 0.1).loss_sum + 0.7 * bert.next_sentence_loss(states, batch).loss_sum +
         0.3 * bert.class_loss(states, batch, 0.1, context).loss_sum;
}

TEST(Bert, GradientByDifferencesForEveryPlacementAndNorm) {
  for (const auto& norm_case : norm_cases()) {
    SCOPED_TRACE(norm_case.name());
    ModelConfig config = text_model_config();
    norm_case.apply_to(config);
    Bert bert(config, kTextVocabulary, kAll, test::test_seed(3), at::kDouble);
    disturb(bert.parameters());
    const batches::TextBatch batch = masked_batch();
    const auto loss = [&] { return loss_of(bert, batch, {.training = true, .key = 7}); };
    loss().backward();
    const at::Tensor expected = finite_differences(bert.parameters().values(), [&] { return loss().item<double>(); });
    EXPECT_LT(relative_difference(bert.parameters().gradients(), expected), 1e-7);
    for (const nn::Parameter& p : bert.parameters().list()) {
      EXPECT_GT(p.value.grad().abs().max().item<double>(), 1e-6) << p.name;
    }
  }
}

TEST(Bert, LossesAreThoseOfTheLogits) {
  Bert bert(text_model_config(2), kTextVocabulary, kAll, test::test_seed(3), at::kDouble);
  disturb(bert.parameters());
  const batches::TextBatch batch = masked_batch();
  const at::Tensor states = bert.states(batch, {});
  const auto nats = [](const at::Tensor& logits, const std::vector<std::int64_t>& right) {
    const at::Tensor log_p = at::log_softmax(logits, 1);
    double sum = 0;
    for (std::size_t i = 0; i < right.size(); ++i) sum -= log_p[static_cast<std::int64_t>(i)][right[i]].item<double>();
    return sum;
  };
  EXPECT_EQ(bert.masked_lm_logits(states, batch).sizes(), at::IntArrayRef({5, kTextVocabulary}));
  EXPECT_NEAR(bert.masked_lm_loss(states, batch, 0).nll_sum.item<double>(),
              nats(bert.masked_lm_logits(states, batch), batch.targets), 1e-12);
  EXPECT_NEAR(bert.next_sentence_loss(states, batch).nll_sum.item<double>(),
              nats(bert.next_sentence_logits(states, batch), batch.labels), 1e-12);
  EXPECT_NEAR(bert.class_loss(states, batch, 0, {}).nll_sum.item<double>(),
              nats(bert.outputs(states, batch, {}), batch.labels), 1e-12);
}

// A share of a batch may have no token to predict. That differs from a batch in which every token is predicted.
TEST(Bert, ABatchWithoutPredictedTokensHasNoLossAndNoGradient) {
  Bert bert(text_model_config(), kTextVocabulary, {.masked_lm = true}, 3, at::kDouble);
  batches::TextBatch batch = masked_batch();
  batch.predicted.emplace();
  batch.targets.clear();
  const auto sums = bert.masked_lm_loss(bert.states(batch, {}), batch, 0.1);
  sums.loss_sum.backward();
  EXPECT_EQ(sums.loss_sum.item<double>(), 0);
  EXPECT_EQ(sums.nll_sum.item<double>(), 0);
  EXPECT_EQ(bert.parameters().gradients().abs().max().item<double>(), 0);
  batch.predicted.reset();
  EXPECT_EQ(bert.masked_lm_logits(bert.states(batch, {}), batch).size(0), batch.tokens.tokens());
}

// The gradient of a batch is the sum of those of its shares, with the same dropout masks.
TEST(Bert, SharesAreTheBatch) {
  Bert whole(text_model_config(2), kTextVocabulary, kAll, test::test_seed(3), at::kDouble),
      shared(text_model_config(2), kTextVocabulary, kAll, test::test_seed(3), at::kDouble);
  const batches::TextBatch batch = masked_batch();
  const nn::Context context{.training = true, .key = 7};
  const at::Tensor loss = loss_of(whole, batch, context);
  loss.backward();
  double sum = 0;
  const auto shares = batches::share_out(batch, 3);
  ASSERT_EQ(shares.size(), 3U);
  for (const batches::TextBatch& share : shares) {
    const at::Tensor part = loss_of(shared, share, context);
    part.backward();
    sum += part.item<double>();
  }
  EXPECT_NEAR(sum, loss.item<double>(), 1e-12);
  EXPECT_LT(relative_difference(shared.parameters().gradients(), whole.parameters().gradients()), 1e-11);
}

TEST(Bert, ReplicasShareWeightsAndNoGradients) {
  Bert bert(text_model_config(), kTextVocabulary, kAll, 3);
  const auto other = bert.replica();
  EXPECT_EQ(other->parameters().values().data_ptr(), bert.parameters().values().data_ptr());
  loss_of(*other, masked_batch(), {}).backward();
  EXPECT_EQ(bert.parameters().gradients().abs().max().item<float>(), 0);
  EXPECT_GT(other->parameters().gradients().abs().max().item<float>(), 0);
}

TEST(Bert, HasOnlyTheHeadsItIsGiven) {
  const auto names = [](const BertHeads& heads) {
    const Bert bert(text_model_config(), kTextVocabulary, heads, 3);
    std::string text;
    for (const nn::Parameter& p : bert.parameters().list())
      if (!p.name.starts_with("encoder.")) text += p.name + " ";
    return text;
  };
  const std::string trunk =
      "embedding.weight positions.weight segments.weight embedding_norm.weight "
      "embedding_norm.bias ";
  const std::string pooler = "pooler.weight pooler.bias ";
  EXPECT_EQ(names({}), trunk);
  EXPECT_EQ(names({.masked_lm = true}),
            trunk +
                "masked_lm.transform.weight masked_lm.transform.bias masked_lm.norm.weight masked_lm.norm.bias "
                "masked_lm.output_bias ");
  EXPECT_EQ(names({.next_sentence = true}), trunk + pooler + "next_sentence.weight next_sentence.bias ");
  EXPECT_EQ(names({.outputs = 2}), trunk + pooler + "classifier.weight classifier.bias ");
}

TEST(Bert, ASequenceLongerThanThePositionsIsRefused) {
  const Bert bert(text_model_config(), kTextVocabulary, {.masked_lm = true}, 3);
  batches::TextBatch batch;
  batch.tokens.ids.assign(7, 1);
  batch.tokens.end_sequence();
  EXPECT_THROW(bert.states(batch, {}), DataError);
}

}  // namespace
}  // namespace prenorm::models

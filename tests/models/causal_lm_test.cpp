// The causal language model's loss against differences, causality, and reading with cached keys and values.
// tests/huggingface compares the model with the original GPT-2.
#include "prenorm/models/causal_lm.h"

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

batches::TextBatch causal_batch() {
  batches::TextBatch batch = masked_batch();
  batch.targets = {2, 5, 3, 1, 4, 0, 2, 6};
  batch.predicted.reset();
  return batch;
}

TEST(CausalLm, GradientByDifferencesForEveryPlacementAndNorm) {
  for (const auto& norm_case : norm_cases()) {
    SCOPED_TRACE(norm_case.name());
    ModelConfig config = text_model_config();
    norm_case.apply_to(config);
    config.tied_embeddings = norm_case.form.affine ? TiedEmbeddings::kAll : TiedEmbeddings::kNone;
    CausalLm model(config, kTextVocabulary, test::test_seed(3), at::kDouble);
    disturb(model.parameters());
    const batches::TextBatch batch = causal_batch();
    const auto loss = [&] { return model.loss(batch, 0.1, {.training = true, .key = 7}).loss_sum; };
    loss().backward();
    const at::Tensor expected = finite_differences(model.parameters().values(), [&] { return loss().item<double>(); });
    EXPECT_LT(relative_difference(model.parameters().gradients(), expected), 1e-7);
  }
}

TEST(CausalLm, NoTokenSeesALaterOne) {
  CausalLm model(text_model_config(2), kTextVocabulary, test::test_seed(3), at::kDouble);
  disturb(model.parameters());
  batches::TextBatch batch = causal_batch();
  const at::Tensor before = model.logits(batch, {});
  batch.tokens.ids[2] = 0;  // the third token of the first sequence
  const at::Tensor after = model.logits(batch, {});
  for (const std::int64_t row : {0, 1, 4, 5, 6, 7}) {
    EXPECT_TRUE(before[row].equal(after[row])) << row;
  }
  for (const std::int64_t row : {2, 3}) {
    EXPECT_FALSE(before[row].equal(after[row])) << row;
  }
}

// The result does not depend on how the text is cut into pieces.
TEST(CausalLm, ReadingStepByStepEqualsTheWholeSequence) {
  const std::vector<std::int64_t> text{3, 1, 4, 1, 5, 6};
  for (const auto& norm_case : norm_cases())
    for (const std::vector<std::int64_t>& cuts : {std::vector<std::int64_t>{6}, {1, 1, 1, 1, 1, 1}, {2, 3, 1}}) {
      SCOPED_TRACE(norm_case.name());
      ModelConfig config = text_model_config(2);
      norm_case.apply_to(config);
      CausalLm model(config, kTextVocabulary, test::test_seed(3), at::kDouble);
      disturb(model.parameters());
      batches::TextBatch batch;
      batch.tokens.ids = text;
      batch.tokens.end_sequence();
      const at::Tensor whole = model.logits(batch, {});
      CausalLm::Reading reading = model.start_reading();
      std::int64_t at = 0;
      for (const std::int64_t count : cuts) {
        const std::vector<std::int64_t> piece(text.begin() + at, text.begin() + at + count);
        const at::Tensor logits = model.next_logits(piece, reading);
        at += count;
        EXPECT_EQ(reading.tokens, at);
        EXPECT_LT(relative_difference(logits, whole[at - 1]), 1e-12);
      }
    }
}

TEST(CausalLm, ReadingPastThePositionsIsRefused) {
  const CausalLm model(text_model_config(), kTextVocabulary, 3);
  CausalLm::Reading reading = model.start_reading();
  model.next_logits({1, 2, 3, 4, 5, 6}, reading);
  EXPECT_THROW(model.next_logits({1}, reading), DataError);
}

}  // namespace
}  // namespace prenorm::models

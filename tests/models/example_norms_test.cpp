// Squared gradients by example of whole models, against a loop over examples, each a batch of its own.
#include "prenorm/ops/example_norms.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "enum_values.h"
#include "golden_file.h"
#include "models/text_models.h"
#include "prenorm/base/error.h"
#include "prenorm/models/bert.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/models/translator.h"
#include "prenorm/ops/kernels.h"

namespace prenorm::models {
namespace {

using prenorm::testing::all_values;
using prenorm::testing::disturb;
using prenorm::testing::kTextVocabulary;
using prenorm::testing::masked_batch;
using prenorm::testing::norm_cases;
using prenorm::testing::relative_difference;
using prenorm::testing::text_model_config;

constexpr nn::Context exampled() { return {.training = true, .key = 0x1234567}; }

// loss(model, batch): summed over what the batch predicts.
template <class Model, class Batch, class Loss>
void expect_norms_by_example(Model& model, const Batch& batch, std::int64_t examples, const Loss& loss) {
  const std::vector<nn::Parameter>& trained = model.parameters().trained();
  const double tolerance = trained.front().value.scalar_type() == at::kDouble ? 1e-10 : 1e-4;
  const std::vector<Batch> single = batches::share_out(batch, examples);
  ASSERT_EQ(std::ssize(single), examples);
  at::Tensor gradients = model.parameters().gradients();
  std::vector<at::Tensor> weights;
  for (const nn::Parameter& p : trained) weights.push_back(p.value);
  // Kernels and composite differ by rounding, which small variances in a norm enlarge: each has its own loop.
  for (const bool kernels : {true, false}) {
    const ops::KernelsGuard guard(kernels);
    std::vector<double> squares(trained.size());
    at::Tensor sum = at::zeros_like(gradients);
    for (const Batch& one : single) {
      gradients.zero_();
      loss(model, one).backward();
      sum += gradients;
      for (std::size_t i = 0; i < trained.size(); ++i)
        squares[i] += trained[i].value.grad().to(at::kDouble).square().sum().template item<double>();
    }
    ops::ExampleNorms norms(weights);
    gradients.zero_();
    {
      const ops::RecordExamples recording(norms);
      loss(model, batch).backward();
      norms.end_share();
    }
    EXPECT_LT(relative_difference(gradients, sum), tolerance);
    for (std::size_t i = 0; i < trained.size(); ++i) {
      EXPECT_TRUE(norms.measured()[i] || squares[i] == 0) << trained[i].name;
      EXPECT_NEAR(norms.squares()[i], squares[i], tolerance * squares[i] + 1e-28)
          << trained[i].name << (kernels ? ", kernels" : ", composite");
    }
  }
}

// Pairs of 3 and 2, 1 and 4, 5 and 1 tokens.
batches::Batch three_pairs() {
  batches::Batch batch;
  batch.source.ids = {1, 2, 1, 3, 5, 4, 6, 5, 2};
  batch.source.offsets = {0, 3, 4, 9};
  batch.source.max_length = 5;
  batch.target_input.ids = {0, 3, 0, 5, 5, 2, 0};
  batch.target_input.offsets = {0, 2, 6, 7};
  batch.target_input.max_length = 4;
  batch.target_output = {3, 6, 5, 5, 2, 6, 6};
  batch.pair_indices = {0, 1, 2};
  return batch;
}

void expect_of_translator(const ModelConfig& config, const nn::ParameterOptions& options = at::kDouble) {
  Translator model(config, kTextVocabulary, kTextVocabulary, test::test_seed(3), options);
  disturb(model.parameters());
  expect_norms_by_example(model, three_pairs(), 3, [](const Translator& m, const batches::Batch& batch) {
    return m.loss(batch, 0.1, exampled()).loss_sum;
  });
}

TEST(ExampleNormsOfModels, TranslatorWithEveryPlacementAndNorm) {
  for (const auto& norm_case : norm_cases())
    for (const auto type : {at::kDouble, at::kFloat}) {
      SCOPED_TRACE(norm_case.name());
      ModelConfig config = text_model_config(2);
      norm_case.apply_to(config);
      expect_of_translator(config, type);
    }
}

TEST(ExampleNormsOfModels, TranslatorWithTablesTiedInEveryWay) {
  for (const auto tied : all_values<TiedEmbeddings>())
    for (const auto positions : all_values<Positions>()) {
      SCOPED_TRACE(fmt::format("{}, {}", enum_name(tied), enum_name(positions)));
      ModelConfig config = text_model_config();
      config.tied_embeddings = tied;
      config.positions = positions;
      expect_of_translator(config);
    }
}

TEST(ExampleNormsOfModels, WithoutShortcutsAndWithEveryAttention) {
  for (const auto attention : all_values<AttentionShaping>()) {
    SCOPED_TRACE(enum_name(attention));
    ModelConfig config = text_model_config();
    config.attention = attention;
    config.attention_skip = config.feed_forward_skip = 0;
    expect_of_translator(config);
  }
}

TEST(ExampleNormsOfModels, AdaptersAndPartsThatTrain) {
  for (const char* trained : {"all", "norm", "bias", "*qkv*"}) {
    SCOPED_TRACE(trained);
    nn::TrainedParts parts{.all = std::string_view(trained) == "all", .trained = config::trainable_patterns(trained)};
    parts.lora_rank = parts.all ? 2 : 0;
    parts.lora_scale = 0.7;
    parts.lora_targets = config::lora_target_patterns("qkv");
    nn::ParameterOptions options(at::kDouble);
    options.parts = parts;
    expect_of_translator(text_model_config(), options);
  }
}

TEST(ExampleNormsOfModels, BertWithMaskedTokensAndNextSentences) {
  constexpr BertHeads kHeads{.masked_lm = true, .next_sentence = true};
  for (const auto& norm_case : norm_cases())
    for (const auto tied : {TiedEmbeddings::kAll, TiedEmbeddings::kNone}) {
      SCOPED_TRACE(norm_case.name());
      ModelConfig config = text_model_config(2);
      norm_case.apply_to(config);
      config.tied_embeddings = tied;
      Bert model(config, kTextVocabulary, kHeads, test::test_seed(3), at::kDouble);
      disturb(model.parameters());
      batches::TextBatch batch = masked_batch();
      for (const bool some_predict_nothing : {false, true}) {
        if (some_predict_nothing) {
          batch.predicted = std::vector<std::int64_t>{1, 3, 7};
          batch.targets = {4, 3, 1};
        }
        EXPECT_EQ(batch.sequences_with_predictions(), some_predict_nothing ? 2 : 3);
        expect_norms_by_example(model, batch, 3, [](const Bert& m, const batches::TextBatch& b) {
          const at::Tensor states = m.states(b, exampled());
          return m.masked_lm_loss(states, b, 0.1).loss_sum + 0.7 * m.next_sentence_loss(states, b).loss_sum;
        });
      }
    }
}

// Both heads use the pooler: what its examples' gradients are would take both uses together.
TEST(ExampleNormsOfModels, AMatrixThatIsUsedTwiceIsRefused) {
  const Bert model(text_model_config(), kTextVocabulary, {.next_sentence = true, .outputs = 3}, 3, at::kDouble);
  const std::vector<at::Tensor> weights{model.parameters().at("pooler.weight")};
  ops::ExampleNorms norms(weights);
  const ops::RecordExamples recording(norms);
  const batches::TextBatch batch = masked_batch();
  const at::Tensor states = model.states(batch, exampled());
  model.next_sentence_loss(states, batch);
  EXPECT_THROW(model.class_loss(states, batch, 0, exampled()), Error);
  norms.end_share();
  EXPECT_NO_THROW(model.class_loss(states, batch, 0, exampled()));
}

TEST(ExampleNormsOfModels, ClassifiersAndRegression) {
  for (const std::int64_t outputs : {1, 3}) {
    Bert model(text_model_config(2), kTextVocabulary, {.outputs = outputs}, test::test_seed(3), at::kDouble);
    disturb(model.parameters());
    batches::TextBatch batch = masked_batch();
    batch.segments.clear();
    expect_norms_by_example(model, batch, 3, [&](const Bert& m, const batches::TextBatch& b) {
      const at::Tensor states = m.states(b, exampled());
      if (outputs == 1) return (m.outputs(states, b, exampled()) - 0.4).square().sum();
      return m.class_loss(states, b, 0, exampled()).loss_sum;
    });
  }
}

TEST(ExampleNormsOfModels, CausalLanguageModels) {
  for (const auto& norm_case : norm_cases())
    for (const auto tied : {TiedEmbeddings::kAll, TiedEmbeddings::kNone}) {
      SCOPED_TRACE(norm_case.name());
      ModelConfig config = text_model_config(2);
      norm_case.apply_to(config);
      config.tied_embeddings = tied;
      CausalLm model(config, kTextVocabulary, test::test_seed(3), at::kDouble);
      disturb(model.parameters());
      batches::TextBatch batch = masked_batch();
      batch.segments.clear();
      batch.predicted.reset();
      batch.targets = {2, 5, 3, 0, 6, 0, 2, 6};
      expect_norms_by_example(model, batch, 3, [](const CausalLm& m, const batches::TextBatch& b) {
        return m.loss(b, 0.1, exampled()).loss_sum;
      });
    }
}

}  // namespace
}  // namespace prenorm::models

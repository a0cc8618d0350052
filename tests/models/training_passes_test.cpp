// The FLOPs of training a part of a model, against the matrix products that are made.
#include "prenorm/models/training_passes.h"

#include <gtest/gtest.h>

#include "enum_values.h"
#include "models/text_models.h"
#include "prenorm/machine/profile.h"
#include "prenorm/models/bert.h"
#include "prenorm/models/causal_lm.h"
#include "prenorm/models/text_cost.h"
#include "prenorm/models/translator.h"
#include "prenorm/models/translator_cost.h"
#include "prenorm/ops/gemm.h"

namespace prenorm::models {
namespace {

constexpr std::string_view kSubsets[] = {"all",
                                         "norm",
                                         "bias",
                                         "embedding.weight",
                                         "*layers.1.*",
                                         "*layers.1.feed_forward.up.weight",
                                         "*layers.0.self_attention.out.bias",
                                         "*qkv.weight",
                                         "*layers.1.feed_forward.norm.weight"};

nn::ParameterOptions training(std::string_view subset, std::int64_t lora_rank = 0) {
  Config config;
  config.task = TaskKind::kMaskedLm;
  config.train.trainable = subset;
  config.train.lora_rank = lora_rank;
  nn::ParameterOptions options;
  options.parts = nn::trained_parts(config);
  return options;
}

ModelConfig small_model(NormPlacement placement) {
  ModelConfig config = prenorm::testing::text_model_config(2);
  config.norm_placement = placement;
  config.d_model = 16;
  config.d_ff = 24;
  return config;
}

// FLOPs of a forward and a backward pass, as recorded by profiling.
template <class Loss>
double counted(const Loss& loss) {
  ops::take_gemm_record();
  profile::start();
  loss().backward();
  double flops = 0;
  for (const profile::Row& row : profile::stop())
    if (row.name.starts_with("attention")) flops += row.flops;
  for (const auto& [shape, count] : ops::take_gemm_record()) flops += shape.flops() * static_cast<double>(count);
  return flops;
}

double counted_masked_lm(const Bert& bert, const batches::TextBatch& batch) {
  return counted([&] { return bert.masked_lm_loss(bert.states(batch, {.training = true}), batch, 0.1).loss_sum; });
}

TEST(TrainingPasses, AreThreeIfEverythingTrains) {
  const ModelConfig config = small_model(NormPlacement::kPreLn);
  const CausalLm model(config, 9, 1);
  const TrainingPasses passes = training_passes(model.parameters(), config, Stack::kDecoder);
  for (const double p : {passes.linear, passes.attention, passes.cross_attention, passes.memory, passes.projection})
    EXPECT_EQ(p, 3);
}

TEST(TrainingPasses, OfAnEncoderAreThoseOfItsProducts) {
  const batches::TextBatch batch = prenorm::testing::masked_batch();
  for (const auto placement : prenorm::testing::all_values<NormPlacement>())
    for (const std::string_view subset : kSubsets) {
      SCOPED_TRACE(fmt::format("{} {}", enum_name(placement), subset));
      const ModelConfig config = small_model(placement);
      if (placement == NormPlacement::kNone && subset.ends_with("norm.weight")) continue;  // it has none there
      const Bert bert(config, 9, {.masked_lm = true}, 1, training(subset));
      const TrainingPasses passes = training_passes(bert.parameters(), config, Stack::kEncoder);
      EXPECT_DOUBLE_EQ(counted_masked_lm(bert, batch), masked_lm_flops(config, 9, batch, passes));
    }
}

TEST(TrainingPasses, OfATranslatorAreThoseOfItsProducts) {
  batches::Batch batch;
  for (const std::int64_t length : {3, 1, 5}) {
    batch.source.ids.insert(batch.source.ids.end(), length, 1);
    batch.target_input.ids.insert(batch.target_input.ids.end(), length + 1, 2);
    batch.target_output.insert(batch.target_output.end(), length + 1, 3);
    batch.source.end_sequence();
    batch.target_input.end_sequence();
    batch.pair_indices.push_back(0);
  }
  for (const auto placement : {NormPlacement::kPreLn, NormPlacement::kPostLn})
    for (const std::string_view subset : {"all", "norm", "embedding.weight", "encoder.layers.1.*"}) {
      SCOPED_TRACE(fmt::format("{} {}", enum_name(placement), subset));
      ModelConfig config = small_model(placement);
      config.positions = Positions::kSinusoidal;
      const Translator model(config, 9, 9, 1, training(subset));
      const TranslatorPasses passes{training_passes(model.parameters(), config, Stack::kEncoder),
                                    training_passes(model.parameters(), config, Stack::kDecoder)};
      EXPECT_DOUBLE_EQ(counted([&] { return model.loss(batch, 0.1, {.training = true}).loss_sum; }),
                       training_flops(config, 9, batch, passes));
    }
}

// Two products of each adapter are made by ATen, which counts nothing: h Bᵀ, and dh A where the gradient goes on.
TEST(TrainingPasses, CountAdapters) {
  const batches::TextBatch batch = prenorm::testing::masked_batch();
  const ModelConfig config = small_model(NormPlacement::kPostLn);
  const std::int64_t rank = 3, d = config.d_model, tokens = batch.tokens.tokens();
  const Bert bert(config, 9, {.masked_lm = true}, 1, training("all", rank));
  const TrainingPasses passes = training_passes(bert.parameters(), config, Stack::kEncoder);
  const double h_b = 2 * 2.0 * static_cast<double>(tokens * 3 * d * rank),
               dh_a = 2.0 * static_cast<double>(tokens * d * rank);
  EXPECT_DOUBLE_EQ(counted_masked_lm(bert, batch) + h_b + dh_a, masked_lm_flops(config, 9, batch, passes));
}

}  // namespace
}  // namespace prenorm::models

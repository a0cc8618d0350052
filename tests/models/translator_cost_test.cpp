// The FLOP formula against the matrix products of a forward and a backward pass.
#include "prenorm/models/translator_cost.h"

#include <gtest/gtest.h>

#include "enum_values.h"
#include "prenorm/machine/profile.h"
#include "prenorm/models/translator.h"
#include "prenorm/ops/gemm.h"

namespace prenorm::models {
namespace {

batches::Batch batch_of(std::span<const std::pair<std::int64_t, std::int64_t>> lengths) {
  batches::Batch batch;
  for (const auto& [source, target] : lengths) {
    batch.source.ids.insert(batch.source.ids.end(), source, 1);
    batch.source.end_sequence();
    batch.target_input.ids.insert(batch.target_input.ids.end(), target, 2);
    batch.target_input.end_sequence();
    batch.target_output.insert(batch.target_output.end(), target, 3);
    batch.pair_indices.push_back(0);
  }
  return batch;
}

// FLOPs of a forward and a backward pass, as recorded by profiling.
double counted(const ModelConfig& config, std::int64_t vocabulary, const batches::Batch& batch, double* attention) {
  const Translator model(config, vocabulary, vocabulary, 1);
  ops::take_gemm_record();
  profile::start();
  model.loss(batch, 0.1, {.training = true}).loss_sum.backward();
  *attention = 0;
  for (const profile::Row& row : profile::stop())
    if (row.name.starts_with("attention")) *attention += row.flops;
  double products = 0;
  for (const auto& [shape, count] : ops::take_gemm_record()) products += shape.flops() * static_cast<double>(count);
  return products;
}

TEST(TranslatorCost, IsWhatTheMatrixProductsTake) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> lengths{{3, 5}, {1, 1}, {7, 2}};
  const batches::Batch batch = batch_of(lengths);
  for (const auto placement : prenorm::testing::all_values<NormPlacement>())
    for (const std::int64_t encoders : {1, 3})
      for (const std::int64_t decoders : {1, 2}) {
        ModelConfig config;
        config.norm_placement = placement;
        config.encoder_layers = encoders;
        config.decoder_layers = decoders;
        config.d_model = 16;
        config.d_ff = 24;
        config.num_heads = 2;
        double attention = 0;
        const double products = counted(config, 11, batch, &attention);
        EXPECT_EQ(products + attention, training_flops(config, 11, batch)) << encoders << "+" << decoders;
        // By hand: 9 + 1 + 49 pairs per encoder layer; 15 + 1 + 3 and 15 + 1 + 14 per decoder layer.
        const auto pairs = static_cast<double>(encoders * 59 + decoders * (19 + 30));
        EXPECT_EQ(attention, 3 * 4 * 16 * pairs);
      }
}

}  // namespace
}  // namespace prenorm::models

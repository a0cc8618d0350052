#include "prenorm/pruning/neurons.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "prenorm/base/error.h"
#include "prenorm/models/causal_lm.h"
#include "random_tensor.h"

namespace prenorm::pruning {
namespace {

using ::testing::ElementsAre;

ModelConfig model_with(std::int64_t d_ff) {
  ModelConfig config;
  config.encoder_layers = 0;
  config.decoder_layers = 2;
  config.d_model = 4;
  config.d_ff = d_ff;
  config.num_heads = 2;
  return config;
}

batches::TextBatch batch() {
  batches::TextBatch batch;
  batch.tokens.ids = {1, 2, 5, 3, 4};
  batch.tokens.offsets = {0, 3, 5};
  batch.tokens.max_length = 3;
  return batch;
}

TEST(Neurons, SmallRowsGoFirst) {
  const at::Tensor up = at::tensor({3.0, 0.0, 1.0, 0.0, 4.0, 0.0, 0.0, 2.0}).view({4, 2});
  EXPECT_THAT(neurons_kept(up, 2, NeuronChoice::kMagnitude, RandomStream(1)), ElementsAre(0, 2));
  EXPECT_THAT(neurons_kept(up, 0, NeuronChoice::kMagnitude, RandomStream(1)), ElementsAre(0, 1, 2, 3));
  EXPECT_THROW(neurons_kept(up, 4, NeuronChoice::kMagnitude, RandomStream(1)), UsageError);
}

TEST(Neurons, RandomOnesDependOnTheSeedOnly) {
  const at::Tensor up = testing::random_tensor({64, 2}, 1);
  std::set<std::vector<std::int64_t>> kept;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto one = neurons_kept(up, 16, NeuronChoice::kRandom, RandomStream(seed));
    EXPECT_EQ(one.size(), 48U);
    EXPECT_EQ(one, neurons_kept(up, 16, NeuronChoice::kRandom, RandomStream(seed)));
    kept.insert(one);
  }
  EXPECT_EQ(kept.size(), 20U);
}

// A neuron whose column is zero writes nothing, so that a model without it computes the same.
TEST(Neurons, ThatWriteNothingAreNotMissed) {
  models::CausalLm whole(model_with(6), 7, 1), smaller(model_with(4), 7, 2);
  const at::NoGradGuard no_grad;
  at::Tensor values = whole.parameters().values();
  values.add_(testing::random_tensor({values.numel()}, 3), 0.2);
  for (const std::int64_t layer : {0, 1}) {
    const std::string network = fmt::format("decoder.layers.{}.feed_forward.", layer);
    for (const std::int64_t neuron : {layer, layer + 3}) {
      whole.parameters().at(network + "up.weight").select(0, neuron).mul_(1e-3);
      whole.parameters().at(network + "down.weight").select(1, neuron).zero_();
    }
  }
  copy_kept_neurons(whole.parameters(), smaller.parameters(), NeuronChoice::kMagnitude, 1);
  const at::Tensor before = whole.logits(batch(), {}), after = smaller.logits(batch(), {});
  EXPECT_LT((before - after).abs().max().item<double>(), 1e-5);
  copy_kept_neurons(whole.parameters(), smaller.parameters(), NeuronChoice::kRandom, 1);
  EXPECT_GT((before - smaller.logits(batch(), {})).abs().max().item<double>(), 1e-3);
}

}  // namespace
}  // namespace prenorm::pruning

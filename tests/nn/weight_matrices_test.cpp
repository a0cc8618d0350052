#include "prenorm/nn/weight_matrices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prenorm/models/translator.h"

namespace prenorm::nn {
namespace {

using ::testing::ElementsAre;

TEST(WeightMatrices, TakesStackedOnesApart) {
  ModelConfig config;
  config.encoder_layers = config.decoder_layers = 1;
  config.d_model = 4;
  config.d_ff = 6;
  config.num_heads = 2;
  const models::Translator model(config, 9, 9, 1);
  const std::vector<WeightMatrix> matrices = weight_matrices(model.parameters());
  std::vector<std::string> names;
  for (const WeightMatrix& m : matrices) names.push_back(m.name());
  EXPECT_THAT(names,
              ElementsAre("embedding", "encoder.layers.0.self_attention.query", "encoder.layers.0.self_attention.key",
                          "encoder.layers.0.self_attention.value", "encoder.layers.0.self_attention.out",
                          "encoder.layers.0.feed_forward.up", "encoder.layers.0.feed_forward.down",
                          "decoder.layers.0.self_attention.query", "decoder.layers.0.self_attention.key",
                          "decoder.layers.0.self_attention.value", "decoder.layers.0.self_attention.out",
                          "decoder.layers.0.cross_attention.query", "decoder.layers.0.cross_attention.key",
                          "decoder.layers.0.cross_attention.value", "decoder.layers.0.cross_attention.out",
                          "decoder.layers.0.feed_forward.up", "decoder.layers.0.feed_forward.down"));
  const at::Tensor qkv = model.parameters().at("encoder.layers.0.self_attention.qkv.weight").detach();
  for (std::int64_t part = 0; part < 3; ++part)
    EXPECT_TRUE(matrices[static_cast<std::size_t>(1 + part)].value.equal(qkv.narrow(0, 4 * part, 4)));
  EXPECT_EQ(matrices[5].value.sizes(), (std::vector<std::int64_t>{6, 4}));
  matrices[2].value.zero_();
  EXPECT_EQ(qkv.narrow(0, 4, 4).abs().max().item<double>(), 0) << "a view";
}

}  // namespace
}  // namespace prenorm::nn

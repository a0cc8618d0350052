// The position of a parameter in the model, from its name.
#include "prenorm/nn/parameter_names.h"

#include <gtest/gtest.h>

#include <set>

#include "prenorm/nn/decoder.h"
#include "prenorm/nn/layer_stack.h"

namespace prenorm::nn {
namespace {

TEST(LayerOf, IsTheStackAndTheNumber) {
  EXPECT_EQ(layer_of("encoder.layers.3.feed_forward.up.bias"), (Layer{Stack::kEncoder, 3}));
  EXPECT_EQ(layer_of("decoder.layers.12.cross_attention.norm.weight"), (Layer{Stack::kDecoder, 12}));
}

TEST(LayerOf, IsNothingOutsideLayers) {
  for (const char* name : {"embedding.weight", "encoder.norm.weight", "encoder.layers", "encoder.layers.", "",
                           "encoder.layers.x.norm", "my.encoder.layers.1.norm", "coder.layers.1.norm"})
    EXPECT_FALSE(layer_of(name)) << name;
}

TEST(LayerName, IsThatOfTheLayerElseTheFirstPart) {
  EXPECT_EQ(layer_name("encoder.layers.0.feed_forward.up.weight"), "encoder.layers.0");
  EXPECT_EQ(layer_name("embedding.weight"), "embedding");
  EXPECT_EQ(layer_name("decoder.norm.weight"), "decoder");
  EXPECT_EQ(layer_name("weight"), "weight");
}

// Reads the names that modules give.
TEST(LayerOf, FindsTheLayersOfModules) {
  ModelConfig config;
  config.encoder_layers = config.decoder_layers = 2;
  Parameters parameters(1);
  const LayerStack encoder(Scope(parameters) / "encoder", config, Stack::kEncoder);
  const Decoder decoder(Scope(parameters) / "decoder", config);
  std::set<Layer> layers;
  for (const Parameter& p : parameters.list())
    if (const auto layer = layer_of(p.name)) layers.insert(*layer);
  EXPECT_EQ(layers,
            (std::set<Layer>{{Stack::kEncoder, 0}, {Stack::kEncoder, 1}, {Stack::kDecoder, 0}, {Stack::kDecoder, 1}}));
}

}  // namespace
}  // namespace prenorm::nn

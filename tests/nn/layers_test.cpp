// Encoder and decoder layers against PyTorch's nn.TransformerEncoderLayer and nn.TransformerDecoderLayer.
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <map>

#include "enum_values.h"
#include "golden_file.h"
#include "prenorm/nn/decoder.h"
#include "prenorm/nn/layer_stack.h"

namespace prenorm::nn {
namespace {

using prenorm::testing::golden;
using prenorm::testing::integers;
using prenorm::testing::relative_difference;

ModelConfig config_of(const std::string& placement, bool gelu) {
  ModelConfig config;
  config.d_model = 16;
  config.num_heads = 4;
  config.d_ff = 24;
  config.dropout = 0;
  config.activation = gelu ? Activation::kGelu : Activation::kRelu;
  config.norm_placement = placement == "pre" ? NormPlacement::kPreLn : NormPlacement::kPostLn;
  return config;
}

void load(Parameters& parameters, const io::TensorFile& file) {
  const at::NoGradGuard no_grad;
  for (const Parameter& p : parameters.list()) p.value.copy_(file.at(p.name));
}

// Compares by tensor, since gradients that are zero (the key part of a bias) are rounding noise in PyTorch.
void expect_same_gradients(const Parameters& parameters, const io::TensorFile& file, double tolerance) {
  for (const Parameter& p : parameters.list())
    EXPECT_LT(relative_difference(p.value.grad(), file.at("grad." + p.name)), tolerance) << p.name;
}

class LayerOracle : public ::testing::TestWithParam<std::tuple<std::string, bool, at::ScalarType>> {
 protected:
  std::string suffix() const { return std::get<0>(GetParam()) + (std::get<1>(GetParam()) ? "_gelu" : ""); }
  ModelConfig config() const { return config_of(std::get<0>(GetParam()), std::get<1>(GetParam())); }
  at::ScalarType dtype() const { return std::get<2>(GetParam()); }
  double tolerance() const { return dtype() == at::kDouble ? 1e-12 : 1e-5; }
};

TEST_P(LayerOracle, EncoderLayerEqualsPyTorch) {
  const io::TensorFile file = golden("encoder_layer_" + suffix());
  Parameters parameters(1, dtype());
  const StackLayer layer(Scope(parameters), config(), {Stack::kEncoder, 0});
  parameters.complete();
  load(parameters, file);
  const at::Tensor x = file.at("x").to(dtype()).requires_grad_(true);
  const Packing packing = Packing::from_offsets(integers(file.at("x_offsets")));
  const at::Tensor y = layer(Stream{x}, packing, Context{}).sum();
  EXPECT_LT(relative_difference(y, file.at("output")), tolerance());
  (y * file.at("loss_weight").to(dtype())).sum().backward();
  EXPECT_LT(relative_difference(x.grad(), file.at("grad.x")), tolerance());
  expect_same_gradients(parameters, file, tolerance());
}

TEST_P(LayerOracle, DecoderLayerEqualsPyTorch) {
  const io::TensorFile file = golden("decoder_layer_" + suffix());
  Parameters parameters(1, dtype());
  const DecoderLayer layer(Scope(parameters), config(), 0);
  parameters.complete();
  load(parameters, file);
  const at::Tensor x = file.at("x").to(dtype()).requires_grad_(true);
  const at::Tensor states = file.at("memory").to(dtype()).requires_grad_(true);
  const Packing packing = Packing::from_offsets(integers(file.at("x_offsets")));
  const Memory memory{states, Packing::from_offsets(integers(file.at("memory_offsets")))};
  const at::Tensor y = layer(Stream{x}, packing, memory, Context{}).sum();
  EXPECT_LT(relative_difference(y, file.at("output")), tolerance());
  (y * file.at("loss_weight").to(dtype())).sum().backward();
  EXPECT_LT(relative_difference(x.grad(), file.at("grad.x")), tolerance());
  EXPECT_LT(relative_difference(states.grad(), file.at("grad.memory")), tolerance());
  expect_same_gradients(parameters, file, tolerance());
}

INSTANTIATE_TEST_SUITE_P(Placements, LayerOracle,
                         ::testing::Combine(::testing::Values("post", "pre"), ::testing::Bool(),
                                            ::testing::Values(at::kFloat, at::kDouble)));

// One norm per branch, two under sandwich_ln; and one more per stack if a norm follows the last layer.
TEST(Structure, CountsOfNorms) {
  const std::map<NormPlacement, std::pair<int, int>> a_branch_and_a_stack{
      {NormPlacement::kPostLn, {1, 0}},   {NormPlacement::kPreLn, {1, 1}}, {NormPlacement::kSandwichLn, {2, 1}},
      {NormPlacement::kDeepnorm, {1, 0}}, {NormPlacement::kAdmin, {1, 0}}, {NormPlacement::kPreLnNoFinal, {1, 0}},
      {NormPlacement::kNone, {0, 0}}};
  for (const NormPlacement placement : prenorm::testing::all_values<NormPlacement>()) {
    SCOPED_TRACE(enum_name(placement));
    const auto [branch, stack] = a_branch_and_a_stack.at(placement);
    ModelConfig config = config_of("post", false);
    config.norm_placement = placement;
    config.encoder_layers = 5;
    config.decoder_layers = 7;
    Parameters parameters(1);
    const LayerStack encoder(Scope(parameters) / "encoder", config, Stack::kEncoder);
    const Decoder decoder(Scope(parameters) / "decoder", config);
    int in_encoder = 0, in_decoder = 0;
    for (const Parameter& p : parameters.list()) {
      if (!p.name.ends_with("norm.weight")) continue;
      ++(p.name.starts_with("encoder") ? in_encoder : in_decoder);
    }
    EXPECT_EQ(in_encoder, 2 * 5 * branch + stack);
    EXPECT_EQ(in_decoder, 3 * 7 * branch + stack);
  }
}

}  // namespace
}  // namespace prenorm::nn

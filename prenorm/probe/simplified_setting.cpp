#include "prenorm/probe/simplified_setting.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <fmt/format.h>

#include <cmath>

#include "prenorm/nn/layer_stack.h"
#include "prenorm/ops/cross_entropy.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/probe/gradient_average.h"

namespace prenorm::probe {
namespace {

struct SimplifiedModel {
  explicit SimplifiedModel(const SimplifiedSetting& s)
      : parameters(s.seed),
        encoder(nn::Scope(parameters) / "encoder", model_config(s), Stack::kEncoder),
        output(
            (nn::Scope(parameters) / "embedding")
                .add("weight", {s.vocabulary, s.d_model}, nn::normal(1 / std::sqrt(static_cast<double>(s.d_model))))) {
    parameters.complete();
    const at::NoGradGuard no_grad;
    for (std::int64_t l = 0; l < s.layers; ++l)
      parameters.at(fmt::format("encoder.layers.{}.self_attention.out.weight", l)).copy_(at::eye(s.d_model));
  }

  nn::Parameters parameters;
  nn::LayerStack encoder;
  at::Tensor output;
};

struct Example {
  at::Tensor x, labels;  // [length, d_model], [length]
};

Example draw(const SimplifiedSetting& s, std::int64_t sequence) {
  const std::uint64_t key = mix_key({s.seed, name_key("sequence"), static_cast<std::uint64_t>(sequence)});
  Example example{at::empty({s.length, s.d_model}), at::empty({s.length}, at::kLong)};
  nn::normal(1)(example.x, RandomStream(mix_key({key, 0})));
  RandomStream random(mix_key({key, 1}));
  for (std::int64_t i = 0; i < s.length; ++i)
    example.labels.data_ptr<std::int64_t>()[i] =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(s.vocabulary)));
  return example;
}

double perpendicular_norm(const at::Tensor& gradient, const at::Tensor& output) {
  const at::Tensor g = gradient - gradient.mean(1, true), y = output - output.mean(1, true);
  const at::Tensor along = (g * y).sum(1, true) / y.square().sum(1, true);
  return optim::l2_norm(g - along * y);
}

}  // namespace

ModelConfig model_config(const SimplifiedSetting& s) {
  ModelConfig config;
  config.norm_placement = s.placement;
  config.encoder_layers = s.layers;
  config.decoder_layers = 0;
  config.d_model = config.d_ff = s.d_model;
  config.num_heads = 1;
  config.dropout = 0;
  config.init = WeightInit::kXavierNormal;
  config.init_query_key_zero = true;
  return config;
}

SimplifiedMeasurement measure(const SimplifiedSetting& s) {
  const SimplifiedModel model(s);
  const at::Tensor& w2 = model.parameters.at(fmt::format("encoder.layers.{}.feed_forward.down.weight", s.layers - 1));
  const nn::Packing packing = nn::Packing::from_offsets(std::vector<std::int64_t>{0, s.length});
  GradientAverage average(model.parameters, s.sequences);
  const auto count = static_cast<double>(s.sequences);
  updates::PointRecorder recorder(1);
  SimplifiedMeasurement result;
  for (std::int64_t i = 0; i < s.sequences; ++i) {
    model.parameters.gradients().zero_();
    const Example example = draw(s, i);
    recorder.observers().front()("positions.index", packing.positions);
    const at::Tensor output = model.encoder(example.x, packing, {.observer = recorder.observers().data()});
    const at::Tensor leaf = output.detach().requires_grad_();
    const at::Tensor loss =
        ops::projected_cross_entropy(leaf, model.output, example.labels, 0).loss_sum / static_cast<double>(s.length);
    loss.backward();
    output.backward(leaf.grad());
    average.add(1);
    result.last_layers.push_back({optim::l2_norm(w2.grad()), perpendicular_norm(leaf.grad(), leaf.detach())});
    result.loss_nats_per_token += loss.item<double>() / count;
  }
  result.gradients = average.norms();
  add_states(result, recorder.points());
  return result;
}

}  // namespace prenorm::probe

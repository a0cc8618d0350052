#include "prenorm/probe/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "prenorm/nn/activation_shape.h"
#include "prenorm/nn/depth_scales.h"

namespace prenorm::probe {
namespace {

double activation(const ops::ActivationForm& form, double z) {
  switch (form.kind) {
    case Activation::kRelu: return z > 0 ? z : 0;
    case Activation::kGelu: return z * std::erfc(-z / std::numbers::sqrt2) / 2;
    case Activation::kGeluTanh:
      return z / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (z + 0.044715 * z * z * z)));
    case Activation::kTatRelu: return form.gain() * (z > 0 ? z : form.slope * z);
  }
  return z;
}

// E act(z)², z ~ N(0, deviation²).
double mean_square_of_activation(const ops::ActivationForm& form, double deviation) {
  constexpr int kSteps = 4000;
  constexpr double kReach = 8, kStep = 2 * kReach / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double u = -kReach + i * kStep, a = activation(form, deviation * u);
    sum += a * a * std::exp(-u * u / 2);
  }
  return sum * kStep / std::sqrt(2 * std::numbers::pi);
}

// Variance of the initial elements of a matrix [out, in].
double variance_of(const ModelConfig& config, double in, double out) {
  if (config.init == WeightInit::kNormal) return config.init_std * config.init_std;
  return config.init == WeightInit::kOrthogonal ? 1 / in : 2 / (in + out);
}

double squared_output_gain(const ModelConfig& config, Stack stack) {
  const double gain = nn::depth_scales(config, {{stack}}).gains.output;
  return gain * gain;
}

std::string sublayer_name(const Place& place) {
  return fmt::format("{}.layers.{}.{}", enum_name(place.layer.stack), place.layer.index, enum_name(place.sublayer));
}

// The sublayers of a layer, in order.
std::vector<Sublayer> sublayers_of(bool cross_attention) {
  if (!cross_attention) return {Sublayer::kSelfAttention, Sublayer::kFeedForward};
  return {Sublayer::kSelfAttention, Sublayer::kCrossAttention, Sublayer::kFeedForward};
}

Interval sublayer_gain(const ModelConfig& config, Stack stack, Sublayer sublayer, Interval memory) {
  if (traits_of(config).norm_branch) return {1, 1};
  if (sublayer == Sublayer::kFeedForward) {
    const double gain = feed_forward_gain(config, stack);
    return {gain, gain};
  }
  const Interval gain = attention_gain(config, stack);
  return sublayer == Sublayer::kCrossAttention ? Interval{gain.low * memory.low, gain.high * memory.high} : gain;
}

// ‖branch‖²/‖input‖² of a sublayer. A norm after the sum reads the sum of both, which are orthogonal on average.
double branch_over_input(const Measurement& m, const std::string& sublayer, bool norm_after) {
  const double branch = m.state(sublayer + ".branch").squared_norm_over_d;
  const double read = m.state(sublayer + ".norm_input").squared_norm_over_d;
  return branch / (norm_after ? read - branch : read);
}

// The factor by which a sublayer multiplies a squared gradient: from gradients that cancel in attention to others.
Interval squared_backward_gain(const ModelConfig& config, const Measurement& m, const Place& place) {
  const bool norm_after = traits_of(placement_of(config, place)).norm_after;
  const double gain = 1 + branch_over_input(m, sublayer_name(place), norm_after);
  const bool cancels = place.sublayer != Sublayer::kFeedForward;
  const double norm = norm_after ? gain : 1;
  return {(cancels ? 1 : gain) / norm, gain / norm};
}

}  // namespace

double feed_forward_gain(const ModelConfig& config, Stack stack) {
  const auto d = static_cast<double>(config.d_model), d_ff = static_cast<double>(config.d_ff);
  const double variance = variance_of(config, d, d_ff);
  return squared_output_gain(config, stack) * d_ff * variance *
         mean_square_of_activation(nn::activation_of(config, stack), std::sqrt(d * variance));
}

Interval attention_gain(const ModelConfig& config, Stack stack) {
  const auto d = static_cast<double>(config.d_model);
  const double matrix = d * variance_of(config, d, d);  // 1 for Xavier's
  return {0, config.init_qkv_gain * config.init_qkv_gain * matrix * matrix * squared_output_gain(config, stack)};
}

bool has_cross_attention(const Measurement& m, Stack stack) {
  const std::string point = sublayer_name({{stack, 0}, Sublayer::kCrossAttention}) + ".branch";
  return std::any_of(m.states.begin(), m.states.end(), [&](const StateFigures& s) { return s.point == point; });
}

std::string state_of(const ModelConfig& config, Stack stack, std::int64_t layer) {
  const Place place{{stack, layer}, Sublayer::kFeedForward};
  return sublayer_name(place) + (traits_of(placement_of(config, place)).norm_after ? ".norm_input" : ".output");
}

std::string output_of(Stack stack, std::int64_t layer) {
  return sublayer_name({{stack, layer}, Sublayer::kFeedForward}) + ".output";
}

std::string w2_of(Stack stack, std::int64_t layer) {
  return sublayer_name({{stack, layer}, Sublayer::kFeedForward}) + ".down.weight";
}

std::vector<PredictedState> predict_states(const ModelConfig& config, Stack stack, double input,
                                           std::optional<Interval> memory) {
  std::vector<PredictedState> states;
  const PlacementTraits traits = traits_of(config);
  if (!traits.predicts(Theory::kStates)) return states;
  Interval stream{input, input};
  for (std::int64_t layer = 0; layer < layers_of(config, stack); ++layer)
    for (const Sublayer sublayer : sublayers_of(stack == Stack::kDecoder && memory)) {
      // Only a first sublayer without a norm before it reads states that no LayerNorm has scaled.
      const double read = !traits.norm_before && states.empty() ? input : 1;
      const Interval gain = sublayer_gain(config, stack, sublayer, memory.value_or(Interval{1, 1}));
      const Interval sum{stream.low + read * gain.low, stream.high + read * gain.high};
      states.push_back(
          {sublayer_name({{stack, layer}, sublayer}) + (traits.norm_after ? ".norm_input" : ".output"), sum});
      stream = traits.norm_after ? Interval{1, 1} : sum;
    }
  return states;
}

double last_layer_pre_over_post(double post_squared_norm_over_d, double pre_squared_norm_over_d) {
  return std::sqrt(post_squared_norm_over_d / pre_squared_norm_over_d);
}

std::vector<Interval> predict_gradient_profile(const ModelConfig& config, Stack stack, const Measurement& m) {
  if (!traits_of(config).predicts(Theory::kGradients)) return {};
  const std::int64_t layers = layers_of(config, stack);
  std::vector<Interval> profile(static_cast<std::size_t>(layers), Interval{1, 1});
  for (std::int64_t l = layers - 2; l >= 0; --l) {
    Interval& here = profile[static_cast<std::size_t>(l)];
    here = profile[static_cast<std::size_t>(l + 1)];
    for (const Sublayer sublayer : sublayers_of(has_cross_attention(m, stack))) {
      const Interval gain = squared_backward_gain(config, m, {{stack, l + 1}, sublayer});
      here = {here.low * std::sqrt(gain.low), here.high * std::sqrt(gain.high)};
    }
  }
  return profile;
}

}  // namespace prenorm::probe

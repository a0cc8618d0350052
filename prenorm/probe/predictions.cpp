#include "prenorm/probe/predictions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "prenorm/nn/depth_scales.h"

namespace prenorm::probe {
namespace {

bool is_post(const ModelConfig& config) { return config.norm_placement == NormPlacement::kPostLn; }
bool is_pre(const ModelConfig& config) {
  return config.norm_placement == NormPlacement::kPreLn || config.norm_placement == NormPlacement::kPreLnNoFinal;
}
bool is_sandwich(const ModelConfig& config) { return config.norm_placement == NormPlacement::kSandwichLn; }

double activation(const ModelConfig& config, double z) {
  switch (config.activation) {
    case Activation::kRelu: return z > 0 ? z : 0;
    case Activation::kGelu: return z * std::erfc(-z / std::numbers::sqrt2) / 2;
    case Activation::kGeluTanh:
      return z / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (z + 0.044715 * z * z * z)));
  }
  return z;
}

// E act(z)², z ~ N(0, deviation²).
double mean_square_of_activation(const ModelConfig& config, double deviation) {
  constexpr int kSteps = 4000;
  constexpr double kReach = 8, kStep = 2 * kReach / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double u = -kReach + i * kStep, a = activation(config, deviation * u);
    sum += a * a * std::exp(-u * u / 2);
  }
  return sum * kStep / std::sqrt(2 * std::numbers::pi);
}

// Variance of the initial elements of a matrix [out, in].
double variance_of(const ModelConfig& config, double in, double out) {
  return config.init == WeightInit::kNormal ? config.init_std * config.init_std : 2 / (in + out);
}

double squared_output_gain(const ModelConfig& config, std::string_view stack) {
  const nn::DepthScales scales = stack == "encoder" ? nn::encoder_scales(config) : nn::decoder_scales(config);
  return scales.gains.output * scales.gains.output;
}

std::string sublayer_name(std::string_view stack, std::int64_t layer, std::string_view sublayer) {
  return fmt::format("{}.layers.{}.{}", stack, layer, sublayer);
}

Interval sublayer_gain(const ModelConfig& config, std::string_view stack, const std::string& sublayer,
                       Interval memory) {
  if (is_sandwich(config)) return {1, 1};  // each branch is normalised before it is added
  if (sublayer == "feed_forward") {
    const double gain = feed_forward_gain(config, stack);
    return {gain, gain};
  }
  const Interval gain = attention_gain(config, stack);
  return sublayer == "cross_attention" ? Interval{gain.low * memory.low, gain.high * memory.high} : gain;
}

// ‖branch‖²
// ‖input‖² of a sublayer. Under post_ln the norm's input is the sum of both, which are orthogonal on average.
double branch_over_input(const ModelConfig& config, const Measurement& m, const std::string& sublayer) {
  const double branch = m.state(sublayer + ".branch").squared_norm_over_d;
  const double read = m.state(sublayer + ".norm_input").squared_norm_over_d;
  return branch / (is_post(config) ? read - branch : read);
}

// The factors by which a sublayer changes a squared gradient that cancels in attention, and one that does not.
Interval squared_backward_gain(const ModelConfig& config, const Measurement& m, const std::string& sublayer) {
  const double gain = 1 + branch_over_input(config, m, sublayer);
  const bool cancels = !sublayer.ends_with("feed_forward");
  const double norm = is_post(config) ? gain : 1;
  return {(cancels ? 1 : gain) / norm, gain / norm};
}

}  // namespace

double feed_forward_gain(const ModelConfig& config, std::string_view stack) {
  const auto d = static_cast<double>(config.d_model), d_ff = static_cast<double>(config.d_ff);
  const double variance = variance_of(config, d, d_ff);
  return squared_output_gain(config, stack) * d_ff * variance *
         mean_square_of_activation(config, std::sqrt(d * variance));
}

Interval attention_gain(const ModelConfig& config, std::string_view stack) {
  const auto d = static_cast<double>(config.d_model);
  const double matrix = d * variance_of(config, d, d);  // 1 for Xavier's
  return {0, config.init_qkv_gain * config.init_qkv_gain * matrix * matrix * squared_output_gain(config, stack)};
}

bool has_cross_attention(const Measurement& m, std::string_view stack) {
  const std::string point = sublayer_name(stack, 0, "cross_attention") + ".branch";
  return std::any_of(m.states.begin(), m.states.end(), [&](const StateFigures& s) { return s.point == point; });
}

std::vector<std::string> sublayers_of(bool cross_attention) {
  if (!cross_attention) return {"self_attention", "feed_forward"};
  return {"self_attention", "cross_attention", "feed_forward"};
}

std::string_view last_stack(const ModelConfig& config) { return config.decoder_layers > 0 ? "decoder" : "encoder"; }

std::int64_t layers_of(const ModelConfig& config, std::string_view stack) {
  return stack == "encoder" ? config.encoder_layers : config.decoder_layers;
}

std::string state_of(const ModelConfig& config, std::string_view stack, std::int64_t layer) {
  const bool after = is_post(config) || config.norm_placement == NormPlacement::kDeepnorm ||
                     config.norm_placement == NormPlacement::kAdmin;
  return sublayer_name(stack, layer, "feed_forward") + (after ? ".norm_input" : ".output");
}

std::string w2_of(std::string_view stack, std::int64_t layer) {
  return sublayer_name(stack, layer, "feed_forward") + ".down.weight";
}

std::vector<PredictedState> predict_states(const ModelConfig& config, std::string_view stack, double input,
                                           std::optional<Interval> memory) {
  std::vector<PredictedState> states;
  if (!is_post(config) && !is_pre(config) && !is_sandwich(config)) return states;
  Interval stream{input, input};
  for (std::int64_t layer = 0; layer < layers_of(config, stack); ++layer)
    for (const std::string& sublayer : sublayers_of(stack == "decoder" && memory)) {
      // Only the input of the first sublayer under post_ln has not been scaled by a LayerNorm.
      const double read = is_post(config) && states.empty() ? input : 1;
      const Interval gain = sublayer_gain(config, stack, sublayer, memory.value_or(Interval{1, 1}));
      const Interval sum{stream.low + read * gain.low, stream.high + read * gain.high};
      states.push_back({sublayer_name(stack, layer, sublayer) + (is_post(config) ? ".norm_input" : ".output"), sum});
      stream = is_post(config) ? Interval{1, 1} : sum;
    }
  return states;
}

double last_layer_pre_over_post(double post_squared_norm_over_d, double pre_squared_norm_over_d) {
  return std::sqrt(post_squared_norm_over_d / pre_squared_norm_over_d);
}

std::vector<Interval> predict_gradient_profile(const ModelConfig& config, std::string_view stack,
                                               const Measurement& m) {
  if (!is_post(config) && !is_pre(config)) return {};
  const std::int64_t layers = layers_of(config, stack);
  std::vector<Interval> profile(static_cast<std::size_t>(layers), Interval{1, 1});
  for (std::int64_t l = layers - 2; l >= 0; --l) {
    Interval& here = profile[static_cast<std::size_t>(l)];
    here = profile[static_cast<std::size_t>(l + 1)];
    for (const std::string& sublayer : sublayers_of(has_cross_attention(m, stack))) {
      const Interval gain = squared_backward_gain(config, m, sublayer_name(stack, l + 1, sublayer));
      here = {here.low * std::sqrt(gain.low), here.high * std::sqrt(gain.high)};
    }
  }
  return profile;
}

}  // namespace prenorm::probe

#include "prenorm/probe/signal_prediction.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "prenorm/config/placement.h"
#include "prenorm/nn/activation_shape.h"
#include "prenorm/nn/depth_scales.h"
#include "prenorm/nn/residual.h"

namespace prenorm::probe {
namespace {

double squared(double x) { return x * x; }

// Variance of the initial elements of a matrix [out, in] without gains.
double initial_variance(const ModelConfig& config, double in, double out) {
  if (config.init == WeightInit::kOrthogonal) return 1 / in;
  return config.init == WeightInit::kNormal ? squared(config.init_std) : 2 / (in + out);
}

bool starts_without_scores(const ModelConfig& config) {
  return config.init_query_key_zero || config.init == WeightInit::kOrthogonal;
}

AttentionSpec attention_spec(const ModelConfig& config, const nn::BranchGains& gains, const KeyCounts& keys) {
  const auto d = static_cast<double>(config.d_model);
  const double matrix = d * initial_variance(config, d, d), projection = matrix * squared(config.init_qkv_gain);
  return {.value_gain = projection * squared(gains.inner) * matrix * squared(gains.output),
          .score_gain = starts_without_scores(config) ? 0 : squared(projection),
          .keys = keys};
}

ActivationShape activation_shape(const ModelConfig& config, Stack stack) {
  const ops::ActivationForm form = nn::activation_of(config, stack);
  return form.kind == Activation::kTatRelu ? ActivationShape{Activation::kRelu, form.slope, form.gain()}
                                           : ActivationShape{form.kind};
}

FeedForwardSpec feed_forward_spec(const ModelConfig& config, Stack stack, const nn::BranchGains& gains) {
  const auto d = static_cast<double>(config.d_model), d_ff = static_cast<double>(config.d_ff);
  const double variance = initial_variance(config, d, d_ff);
  return {.in_gain = d * variance * squared(gains.inner),
          .out_gain = d_ff * variance * squared(gains.output),
          .activation = activation_shape(config, stack)};
}

SublayerSpec sublayer_spec(const ModelConfig& config, const Place& place, const KeyCounts& keys) {
  const PlacementTraits traits = traits_of(placement_of(config, place));
  const nn::DepthScales scales = nn::depth_scales(config, place);
  const nn::ShortcutWeights weights = nn::shortcut_weights(config, place.sublayer);
  SublayerSpec spec{.kind = place.sublayer,
                    .skip = scales.stream * weights.skip,
                    .gain = weights.gain,
                    .norm_before = traits.norm_before,
                    .norm_branch = traits.norm_branch,
                    .norm_after = traits.norm_after,
                    .norm = config.norm};
  if (place.sublayer == Sublayer::kFeedForward)
    spec.f = feed_forward_spec(config, place.layer.stack, scales.gains);
  else
    spec.f = attention_spec(config, scales.gains, keys);
  return spec;
}

// As models/admin.h does it with a batch: one pass with all scales 1, then ω_i = √(1 + Σ_{j<i} Var[f_j]).
void set_learned_scales(std::vector<SublayerSpec>& specs, const SignalState& start,
                        const std::optional<SignalState>& memory) {
  double sum = 1;
  const std::vector<SublayerSignal> signals = run(specs, start, memory);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    specs[i].skip = std::sqrt(sum);
    sum += signals[i].branch.own;
  }
}

StackSignal predict_stack(const ModelConfig& config, Stack stack, const StackStart& start, const StackStart* memory) {
  StackSignal signal{.stack = stack,
                     .specs = sublayer_specs(config, stack, start.lengths, memory ? &memory->lengths : nullptr)};
  const std::optional<SignalState> read = memory ? std::optional(memory->state) : std::nullopt;
  const PlacementTraits traits = traits_of(config.norm_placement);
  if (traits.stream_scale == StreamScale::kLearned) set_learned_scales(signal.specs, start.state, read);
  std::int64_t layer = 0;
  for (const SublayerSpec& spec : signal.specs) {
    signal.names.push_back(fmt::format("{}.layers.{}.{}", enum_name(stack), layer, enum_name(spec.kind)));
    if (spec.kind == Sublayer::kFeedForward) ++layer;
  }
  signal.sublayers = run(signal.specs, start.state, read);
  const SignalState last = signal.sublayers.empty() ? start.state : signal.sublayers.back().output;
  signal.output = traits.final_norm ? normed(last, config.norm) : last;
  signal.gradient_profile = gradient_profile(signal.specs, signal.sublayers);
  return signal;
}

}  // namespace

Measurement measure_starts(updates::Task& task) {
  const at::NoGradGuard no_grad;
  updates::PointRecorder recorder(
      1, [](std::string_view point) { return point.ends_with("positions") || point.ends_with(".index"); });
  const updates::LoadedBatch loaded = task.load(0, 0, {});
  for (std::int64_t share = 0; share < loaded.shares(); ++share)
    loaded.loss(share, 0, {.observer = recorder.observers().data(), .observe_sequences = true});
  Measurement measurement;
  add_states(measurement, recorder.points());
  return measurement;
}

std::map<Stack, StackStart> stack_starts(const ModelConfig& config, const Measurement& m) {
  std::map<Stack, StackStart> starts;
  for (const SequenceFigures& sequences : m.sequences) {
    const auto state = std::find_if(m.states.begin(), m.states.end(),
                                    [&](const StateFigures& s) { return s.point == sequences.point; });
    const Stack stack = sequences.point == "source_positions"   ? Stack::kEncoder
                        : sequences.point == "target_positions" ? Stack::kDecoder
                                                                : output_stack(config);
    // In the simplified setting, inputs of squared norm d have no embedding: they are unrelated.
    if (state == m.states.end()) {
      starts[stack] = {SignalState{}, sequences.lengths};
      continue;
    }
    const double q = state->squared_norm_over_d;
    const auto overlap = [&](double cosine) { return std::isnan(cosine) ? 0 : q * cosine; };
    starts[stack] = {{q, overlap(state->cosine), overlap(state->cosine_of_others), q - state->variance},
                     sequences.lengths};
  }
  return starts;
}

std::vector<SublayerSpec> sublayer_specs(const ModelConfig& config, Stack stack, const std::vector<double>& lengths,
                                         const std::vector<double>* memory) {
  const KeyCounts self = keys_of(lengths, /*causal=*/stack == Stack::kDecoder);
  const KeyCounts cross = memory ? keys_of(*memory, /*causal=*/false) : KeyCounts{};
  std::vector<SublayerSpec> specs;
  for (std::int64_t layer = 0; layer < layers_of(config, stack); ++layer) {
    specs.push_back(sublayer_spec(config, {{stack, layer}, Sublayer::kSelfAttention}, self));
    if (memory) specs.push_back(sublayer_spec(config, {{stack, layer}, Sublayer::kCrossAttention}, cross));
    specs.push_back(sublayer_spec(config, {{stack, layer}, Sublayer::kFeedForward}, self));
  }
  return specs;
}

std::vector<StackSignal> predict_signal(const ModelConfig& config, const std::map<Stack, StackStart>& starts) {
  if (config.attention != AttentionShaping::kPlain) return {};
  std::vector<StackSignal> signals;
  std::optional<StackStart> memory;
  for (const Stack stack : kStacks) {
    if (layers_of(config, stack) == 0) continue;
    const auto start = starts.find(stack);
    if (start == starts.end()) return {};
    signals.push_back(predict_stack(config, stack, start->second, memory ? &*memory : nullptr));
    memory = StackStart{signals.back().output, start->second.lengths};
  }
  return signals;
}

}  // namespace prenorm::probe

#include "prenorm/papers/no_shortcuts/language_models.h"

#include <array>
#include <cmath>

namespace prenorm::papers::no_shortcuts {
namespace {

AttentionShaping attention_shaping(Arm arm) {
  switch (arm) {
    case Arm::kValueSkip: return AttentionShaping::kValueSkipinit;
    case Arm::kUniform: return AttentionShaping::kUSpa;
    case Arm::kExponential: return AttentionShaping::kESpa;
    default: return AttentionShaping::kPlain;
  }
}

}  // namespace

std::string_view name_of(Arm arm) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "Pre-LN", "shortcuts, no normalisation", "plain", "V-SkipInit", "U-SPA", "E-SPA"};
  return kNames.at(static_cast<std::size_t>(arm));
}

bool has_shortcuts(Arm arm) { return arm == Arm::kPreLn || arm == Arm::kNoNorm; }

Method method_of(Arm arm) {
  switch (arm) {
    case Arm::kValueSkip: return Method::kValueSkip;
    case Arm::kUniform: return Method::kUniform;
    case Arm::kExponential: return Method::kExponential;
    default: return Method::kPlain;
  }
}

ModelConfig language_model(Arm arm, std::int64_t layers, const Shaping& shaping) {
  ModelConfig model;
  model.decoder_layers = layers;
  model.d_model = kModelWidth;
  model.d_ff = 4 * kModelWidth;
  model.num_heads = kModelHeads;
  model.dropout = 0;
  if (arm == Arm::kPreLn) return model;
  model.norm_placement = NormPlacement::kNone;
  model.init = WeightInit::kOrthogonal;
  model.activation = Activation::kTatRelu;
  model.tat_eta = shaping.tat_target;
  // With beta^2 = 1 / (2 L) all branches together add a variance of the order of that of the inputs.
  const double gain_squared = arm == Arm::kNoNorm ? 1 / (2 * static_cast<double>(layers)) : 1;
  model.attention_skip = model.feed_forward_skip = std::sqrt(1 - gain_squared);
  model.attention_gain = model.feed_forward_gain = std::sqrt(gain_squared);
  model.attention = attention_shaping(arm);
  model.attention_decay = shaping.decay;
  model.attention_correlation = shaping.correlation;
  return model;
}

}  // namespace prenorm::papers::no_shortcuts

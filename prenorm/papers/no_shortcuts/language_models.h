// Causal language models of prenorm with and without shortcuts and normalisation.
#pragma once

#include <cstdint>
#include <string_view>

#include "prenorm/config/model_config.h"
#include "prenorm/papers/no_shortcuts/activation_map.h"
#include "prenorm/papers/no_shortcuts/kernels.h"

namespace prenorm::papers::no_shortcuts {

// Pre-LN; shortcuts with alpha^2 + beta^2 = 1 and no normalisation; neither, with one of the methods of attention.
enum class Arm : std::uint8_t { kPreLn, kNoNorm, kPlain, kValueSkip, kUniform, kExponential };
std::string_view name_of(Arm arm);
bool has_shortcuts(Arm arm);
Method method_of(Arm arm);  // kPlain for those with shortcuts

// How far the kernels of a model without shortcuts are from the identity after the last layer.
struct Shaping {
  double decay = kDecay, correlation = kCorrelation;  // of E-SPA and U-SPA
  double tat_target = kTatTarget;                     // eta
};

inline constexpr std::int64_t kModelWidth = 64, kModelHeads = 4, kModelTokens = 64;

// Width kModelWidth, d_ff = 4 d_model, no dropout. Matrices are orthogonal and W_Q = 0, but for Pre-LN, which has the
// default of Xavier.
ModelConfig language_model(Arm arm, std::int64_t layers, const Shaping& shaping = {});

}  // namespace prenorm::papers::no_shortcuts

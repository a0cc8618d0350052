// What is known about each placement of the normalisation, as data: all other code asks here. Their formulas are in
// nn/residual.h; docs/model.md#add-a-placement has the steps to add one.
#pragma once

#include <cstdint>
#include <string>

#include "prenorm/base/error.h"
#include "prenorm/config/model_config.h"
#include "prenorm/config/stacks.h"

namespace prenorm {

// The factor of x in scale x + f(x).
enum class StreamScale : std::uint8_t {
  kOne,
  kDepth,    // a constant that follows from the depth: nn/depth_scales.h
  kLearned,  // a learned vector that starts from a batch: models/admin.h
};

// How much of the theory of Xiong et al. 2020 holds at initialisation. Each level includes those before it.
enum class Theory : std::uint8_t {
  kNone,
  kStates,     // the size of the states along a stack (Lemma 2)
  kGradients,  // the gradient of each layer relative to that of the last
  kTheorem1,   // the gradient of the last layer as a function of depth and width
};

struct PlacementTraits {
  bool norm_before = false;  // f reads LN(x)
  bool norm_branch = false;  // LN'(f(.)) is added in place of f(.)
  bool norm_after = false;   // the sum is normalised
  StreamScale stream_scale = StreamScale::kOne;
  bool final_norm = false;  // LN after the last layer of a stack
  Theory theory = Theory::kNone;

  constexpr bool predicts(Theory level) const { return theory >= level; }
  // Whether the last layers have large gradients at initialisation, so that a full rate at once is too high.
  constexpr bool needs_warmup() const { return norm_after && predicts(Theory::kTheorem1); }
  // Whether a stack hands on the sum of all its branches as it is.
  constexpr bool ends_without_norm() const { return !norm_after && !final_norm; }
};

constexpr PlacementTraits traits_of(NormPlacement placement) {
  switch (placement) {
    case NormPlacement::kPostLn: return {.norm_after = true, .theory = Theory::kTheorem1};
    case NormPlacement::kPreLn: return {.norm_before = true, .final_norm = true, .theory = Theory::kTheorem1};
    case NormPlacement::kSandwichLn:
      return {.norm_before = true, .norm_branch = true, .final_norm = true, .theory = Theory::kStates};
    case NormPlacement::kDeepnorm: return {.norm_after = true, .stream_scale = StreamScale::kDepth};
    case NormPlacement::kAdmin: return {.norm_after = true, .stream_scale = StreamScale::kLearned};
    case NormPlacement::kPreLnNoFinal: return {.norm_before = true, .theory = Theory::kGradients};
    case NormPlacement::kNone: return {};
  }
  throw Error("model.norm_placement has the value " + std::to_string(static_cast<int>(placement)) +
              ", which config/placement.h does not know");
}

// Whether layers are those of the theory: plain attention, and each branch added to the whole stream.
constexpr bool has_plain_branches(const ModelConfig& model) {
  return model.attention == AttentionShaping::kPlain && model.attention_skip == 1 && model.attention_gain == 1 &&
         model.feed_forward_skip == 1 && model.feed_forward_gain == 1;
}

// The traits of a model: those of its placement, without the theory if its branches are others.
constexpr PlacementTraits traits_of(const ModelConfig& model) {
  PlacementTraits traits = traits_of(model.norm_placement);
  if (!has_plain_branches(model)) traits.theory = Theory::kNone;
  return traits;
}

// The placement of one residual connection: the same everywhere in a model. A mixture by depth would be decided here.
constexpr NormPlacement placement_of(const ModelConfig& model, const Place&) { return model.norm_placement; }

// What is compared with, and recommended instead of, other placements.
inline constexpr NormPlacement kRecommendedPlacement = ModelConfig{}.norm_placement;

}  // namespace prenorm

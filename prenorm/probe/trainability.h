// The verdict of the recursion (probe/signal_recursion.h) on a model at initialisation, after the trainability diagrams
// of Giorlandino & Goldt 2026: whether signal and gradient reach both ends of each stack.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "prenorm/base/describe.h"
#include "prenorm/probe/signal_prediction.h"

namespace prenorm::probe {

enum class Trainability : std::uint8_t {
  kTrainable,
  kRankCollapse,       // tokens of a sequence become indistinguishable
  kEntropyCollapse,    // attention condenses on few keys
  kVanishingGradient,  // of the first layer, relative to the last
  kExplodingGradient,
};

// Bounds. Tokens are indistinguishable if less than this is left of 1 - cosine: a spread of 0.08, from where training
// does not recover (advice/advice.h). The others are those of the theory, and of a float's precision under Adam.
inline constexpr double kLeastDistance = 0.0064;
inline constexpr double kMostScoreVariance = 1;  // over 2 ln n of n keys
inline constexpr double kLargestGradientRatio = 1e3;

struct StackVerdict {
  Stack stack = Stack::kEncoder;
  Trainability verdict = Trainability::kTrainable;
  double cosine = 0;                // of two tokens of a sequence, at the stack's output
  double score_variance_ratio = 0;  // the largest Var(score) / (2 ln n) of its attention; 1 is critical
  double gradient_ratio = 1;        // norm of the first layer's W2 gradient over the last layer's
};

StackVerdict verdict_on(const StackSignal& signal);
std::vector<StackVerdict> verdicts_on(const std::vector<StackSignal>& signals);
// The verdict on the first stack that is not trainable.
Trainability verdict_on(const std::vector<StackVerdict>& stacks);

}  // namespace prenorm::probe

namespace prenorm {

template <>
struct EnumNames<probe::Trainability> {
  static constexpr std::array<std::pair<probe::Trainability, std::string_view>, 5> values{
      {{probe::Trainability::kTrainable, "trainable"},
       {probe::Trainability::kRankCollapse, "rank collapse"},
       {probe::Trainability::kEntropyCollapse, "entropy collapse"},
       {probe::Trainability::kVanishingGradient, "vanishing gradient"},
       {probe::Trainability::kExplodingGradient, "exploding gradient"}}};
};

}  // namespace prenorm

#include "prenorm/probe/trainability.h"

#include <algorithm>
#include <cmath>

namespace prenorm::probe {
namespace {

Trainability verdict_of(const StackVerdict& v) {
  if (v.score_variance_ratio > kMostScoreVariance) return Trainability::kEntropyCollapse;
  if (!(1 - v.cosine >= kLeastDistance)) return Trainability::kRankCollapse;
  if (v.gradient_ratio < 1 / kLargestGradientRatio) return Trainability::kVanishingGradient;
  if (!(v.gradient_ratio <= kLargestGradientRatio)) return Trainability::kExplodingGradient;
  return Trainability::kTrainable;
}

}  // namespace

StackVerdict verdict_on(const StackSignal& signal) {
  StackVerdict v{.stack = signal.stack, .cosine = signal.output.cosine()};
  for (const SublayerSignal& s : signal.sublayers)
    if (s.keys > 1)
      v.score_variance_ratio = std::max(v.score_variance_ratio, s.score_variance / (2 * std::log(s.keys)));
  if (!signal.gradient_profile.empty()) v.gradient_ratio = signal.gradient_profile.front();
  v.verdict = verdict_of(v);
  return v;
}

std::vector<StackVerdict> verdicts_on(const std::vector<StackSignal>& signals) {
  std::vector<StackVerdict> verdicts;
  for (const StackSignal& signal : signals) verdicts.push_back(verdict_on(signal));
  return verdicts;
}

Trainability verdict_on(const std::vector<StackVerdict>& stacks) {
  const auto failing = std::find_if(stacks.begin(), stacks.end(),
                                    [](const StackVerdict& v) { return v.verdict != Trainability::kTrainable; });
  return failing == stacks.end() ? Trainability::kTrainable : failing->verdict;
}

}  // namespace prenorm::probe

// Scores of predicted classes and numbers, as GLUE (Wang et al. 2019) reports them and scikit-learn and SciPy compute
// them. All are 0 where they are undefined: without examples, F1 without a positive example on either side, a
// correlation with values that are constant or not finite. predicted[i] and right[i] belong together.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm {
namespace metrics {

enum class Score : std::uint8_t { kAccuracy, kF1, kMatthews, kPearson, kSpearman };

// Share of examples whose class is right.
double accuracy(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right);
// Harmonic mean of precision and recall of class 1 of two.
double f1(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right);
// Matthews' correlation coefficient (1975) for any number of classes (Gorodkin 2004); -1 to 1. Classes are counted from
// 0.
double matthews(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right);

// Pearson's linear correlation; -1 to 1.
double pearson(std::span<const double> predicted, std::span<const double> right);
// Linear correlation of the ranks; equal numbers share the mean of their ranks.
double spearman(std::span<const double> predicted, std::span<const double> right);

}  // namespace metrics

template <>
struct EnumNames<metrics::Score> {
  static constexpr std::array<std::pair<metrics::Score, std::string_view>, 5> values{
      {{metrics::Score::kAccuracy, "accuracy"},
       {metrics::Score::kF1, "f1"},
       {metrics::Score::kMatthews, "matthews"},
       {metrics::Score::kPearson, "pearson"},
       {metrics::Score::kSpearman, "spearman"}}};
};

}  // namespace prenorm

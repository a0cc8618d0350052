// Scores of classes and of numbers that were predicted, as GLUE (Wang et al. 2019) reports them and scikit-learn and
// SciPy compute them. All are 0 where they are not defined: without examples, F1 without a positive one on either side,
// a correlation with what does not vary or is not finite. predicted[i] and right[i] belong together.
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
// Harmonic mean of precision and recall of class 1 among two.
double f1(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right);
// Matthews' correlation (1975), of any number of classes (Gorodkin 2004); -1 to 1. Classes are counted from 0.
double matthews(std::span<const std::int64_t> predicted, std::span<const std::int64_t> right);

// Linear correlation; -1 to 1.
double pearson(std::span<const double> predicted, std::span<const double> right);
// That of the ranks, where equal numbers share the mean of theirs.
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

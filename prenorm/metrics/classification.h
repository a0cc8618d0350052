// The metrics of GLUE (Wang et al. 2018) as scikit-learn and SciPy define them, all as shares from -1 or 0 to 1. Where
// one is not defined, it is 0: F1 without any positive, correlations where a side has one value only; a value
// that is not a number makes them NaN.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "prenorm/base/describe.h"

namespace prenorm::metrics {

enum class Metric : std::uint8_t { kAccuracy, kF1, kMatthews, kPearson, kSpearman };

// All take predictions and what is right, one for each example. Errors: DataError when the sides differ in length or
// hold nothing.
using Classes = std::span<const std::int64_t>;
using Values = std::span<const double>;

double accuracy(Classes predicted, Classes right);
// Of the class `positive` against all others: 2 TP / (2 TP + FP + FN).
double f1(Classes predicted, Classes right, std::int64_t positive = 1);
// Matthews correlation of any number of classes, counted from 0 (Gorodkin 2004).
double matthews(Classes predicted, Classes right);
double pearson(Values predicted, Values right);
// Pearson correlation of ranks, equal values sharing the mean of theirs.
double spearman(Values predicted, Values right);

}  // namespace prenorm::metrics

namespace prenorm {

template <>
struct EnumNames<metrics::Metric> {
  static constexpr std::array<std::pair<metrics::Metric, std::string_view>, 5> values{
      {{metrics::Metric::kAccuracy, "accuracy"},
       {metrics::Metric::kF1, "f1"},
       {metrics::Metric::kMatthews, "matthews"},
       {metrics::Metric::kPearson, "pearson"},
       {metrics::Metric::kSpearman, "spearman"}}};
};

}  // namespace prenorm

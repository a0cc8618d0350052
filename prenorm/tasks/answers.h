// A classifier's answers, or the right answers, for a list of examples, and scores of their agreement.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/metrics/classification.h"

namespace prenorm::tasks {

// Only one of the two is filled: one element per example, in the same order in both Answers that are compared.
struct Answers {
  std::vector<std::int64_t> classes;
  std::vector<double> values;
};

// Pairs of name and value, in the order of `scores`.
std::vector<std::pair<std::string, double>> scores_of(std::span<const metrics::Score> scores, const Answers& given,
                                                      const Answers& right);

}  // namespace prenorm::tasks

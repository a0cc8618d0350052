// What a classifier says, or what is right, for a list of examples; and how well the two agree.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/metrics/classification.h"

namespace prenorm::tasks {

// One of the two is filled: by example, in the same order on both sides.
struct Answers {
  std::vector<std::int64_t> classes;
  std::vector<double> values;
};

// By name, in the order of `scores`.
std::vector<std::pair<std::string, double>> scores_of(std::span<const metrics::Score> scores, const Answers& given,
                                                      const Answers& right);

}  // namespace prenorm::tasks

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/low_rank_sparse/checks.h"
#include "prenorm/papers/low_rank_sparse/over_models.h"
#include "prenorm/papers/low_rank_sparse/rows.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

double value_update(const Outcome& o) { return o.matrices[kValue].norm(); }

// Without a signal the updates are random walks: single models have ratios from 0.08 to 0.9, typical ones are 0.45.
double typical_third_value(const Models& models, MatrixIndex matrix) {
  return median(each_matrix(models, {matrix}, [](const MatrixOutcome& m) { return m.update.at(2) / m.update.at(1); }));
}

void check_control(const std::string& labels, const Models& models, const Models& with_true_labels,
                   std::vector<Check>& checks) {
  checks.push_back({fmt::format("{}_third_value", labels),
                    "control",
                    {},
                    std::min(typical_third_value(models, kValue), typical_third_value(models, kOutput)),
                    1,
                    {0.15, 1},
                    "third singular value of dW over the second, median over models, the lesser of W_V and W_O"});
  checks.push_back({fmt::format("{}_row_gap", labels),
                    "control",
                    {},
                    greatest(each(models, [](const Outcome& o) { return row_groups(o).gap; })),
                    1,
                    {1, 1.5},
                    "widest ratio of neighbouring row norms of W_O, greatest of all models"});
  checks.push_back({fmt::format("{}_value_update", labels),
                    "control",
                    {},
                    least(each(with_true_labels, value_update)) / greatest(each(models, value_update)),
                    kUnlimited,
                    {10, kUnlimited},
                    "least |dW_V| of models with true labels over the greatest without"});
}

}  // namespace

void check_controls(const Trainings& t, std::vector<Check>& checks) {
  check_control("random_labels", t.random_labels, t.two_patterns, checks);
  check_control("shuffled_labels", t.shuffled_labels, t.two_patterns, checks);
}

}  // namespace prenorm::papers::low_rank_sparse

#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/low_rank_sparse/checks.h"
#include "prenorm/papers/low_rank_sparse/over_models.h"
#include "prenorm/papers/low_rank_sparse/rows.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

std::vector<double> large_medians(const Models& models) {
  return each(models, [](const Outcome& o) { return row_groups(o).large_median; });
}

void check_groups(const Models& models, double noise, std::vector<Check>& checks) {
  checks.push_back({"row_gap",
                    "sparsity claim",
                    {{"noise", noise}},
                    least(each(models, [](const Outcome& o) { return row_groups(o).gap; })),
                    kNoLimit,
                    {2, kNoLimit},
                    "widest ratio of neighbouring row norms of W_O, least of all models; it grows without bound if "
                    "small rows vanish"});
  // Half of all rows are inactive on their own class at the start; samples that activate them later save some.
  checks.push_back({"small_rows",
                    "sparsity claim",
                    {{"noise", noise}},
                    farthest_from(0.325, each(models, [](const Outcome& o) { return row_groups(o).small_share; })),
                    0.5,
                    {0.15, 0.5},
                    "share of rows below that gap, of all models the farthest from the middle of what is accepted; "
                    "at most half, see the page"});
  checks.push_back({"small_rows_pruned",
                    "pruning claim",
                    {{"noise", noise}},
                    greatest(each(models, [](const Outcome& o) { return o.hinge_without_small_rows - o.whole.hinge; })),
                    0,
                    {-kNoLimit, 0.02},
                    "rise of the test hinge if all rows below the gap are pruned, greatest of all models"});
}

// Its terms vary by 7 % from model to model.
Check scaling_check(const Trainings& t) {
  return {"large_rows_by_width",
          "sparsity claim",
          {},
          mean_of(large_medians(t.two_patterns)) / mean_of(large_medians(t.wide)),
          2,
          {1.6, 2.4},
          "median norm of large rows with 100 neurons over that with 400, means over models: m^(-1/2) gives 2"};
}

double predicted_slope(const Outcome& o) { return o.margin / (1 - row_groups(o).small_share); }

// The loss is 1 when all large rows are pruned, so the slope up to there is the steepness of the whole curve. In the
// middle of the curve of a single model there can be a plateau, where one class is lost and the other is not yet.
Check slope_check(const Models& models) {
  const auto slopes =
      each(models, [](const Outcome& o) { return large_first_slope(o.pruning, 1 - row_groups(o).small_share); });
  return {"large_first_slope",
          "pruning claim",
          {},
          farthest_from(1.75, slopes),
          mean_of(each(models, predicted_slope)),
          {1, 2.5},
          "rise of the test hinge per share of rows pruned, large first, from 0.2 to the share of large rows, of all "
          "models the farthest from 1.75"};
}

Check middle_slope_check(const Models& models) {
  return {"large_first_slope_to_half",
          "pruning claim",
          {},
          large_first_slope(mean_curves(models), 0.5),
          mean_of(each(models, predicted_slope)),
          {1, 2.5},
          "the same from 0.2 to 0.5, of the mean curve of all models"};
}

Check order_check(const Models& models) {
  return {"pruning_order",
          "pruning claim",
          {},
          greatest_disorder(mean_curves(models)),
          0,
          {-kNoLimit, 0.01},
          "greatest of small-first less random and random less large-first test hinge at 10 % to 60 %, mean curves"};
}

}  // namespace

void check_rows(const Trainings& t, std::vector<Check>& checks) {
  check_groups(t.two_patterns, DataLaw{}.noise, checks);
  check_groups(t.noisy, kStrongNoise, checks);
  checks.push_back(scaling_check(t));
}

void check_pruning(const Trainings& t, std::vector<Check>& checks) {
  checks.push_back(slope_check(t.two_patterns));
  checks.push_back(middle_slope_check(t.two_patterns));
  checks.push_back(order_check(t.two_patterns));
}

}  // namespace prenorm::papers::low_rank_sparse

#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/ops/spectrum.h"
#include "prenorm/papers/low_rank_sparse/checks.h"
#include "prenorm/papers/low_rank_sparse/over_models.h"

namespace prenorm::papers::low_rank_sparse {
namespace {

double ratio_of(const std::vector<double>& singular_values, std::size_t above) {
  return singular_values[above] / singular_values[above - 1];
}

void check_updates(const Models& models, double noise, std::vector<Check>& checks) {
  const auto of_updates = [&](auto value) {
    return each_matrix(models, kAllMatrices, [&](const MatrixOutcome& m) { return value(m.update); });
  };
  checks.push_back({"update_top_2_energy",
                    "low-rank claim",
                    {{"noise", noise}},
                    least(of_updates([](const auto& s) { return ops::energy_in_top(s, 2); })),
                    1,
                    {0.99, 1},
                    "share of |dW|_F^2 in the top 2 singular values, least of W_Q, W_K, W_V, W_O and of all models"});
  checks.push_back({"update_third_value",
                    "low-rank claim",
                    {{"noise", noise}},
                    greatest(of_updates([](const auto& s) { return ratio_of(s, 2); })),
                    0,
                    {0, 0.1},
                    "third singular value of dW over the second, greatest of the four matrices and of all models"});
  checks.push_back({"update_second_value",
                    "low-rank claim",
                    {{"noise", noise}},
                    least(of_updates([](const auto& s) { return ratio_of(s, 1); })),
                    1,
                    {0.2, 1},
                    "second singular value of dW over the first, least of the four matrices and of all models: the "
                    "rank is not 1"});
}

// Single batches of 64 have ratios up to 0.33; typical ones are below 0.1.
void check_first_gradients(const Models& models, std::vector<Check>& checks) {
  const auto energies =
      each_matrix(models, kAllMatrices, [](const MatrixOutcome& m) { return ops::energy_in_top(m.first_gradient, 2); });
  checks.push_back(
      {"first_gradient_top_2_energy",
       "low-rank claim",
       {},
       least(energies),
       1,
       {0.98, 1},
       "the same share for the gradient of the first batch, least of the four matrices and of all models"});
  std::vector<double> medians;
  for (const MatrixIndex i : kAllMatrices)
    medians.push_back(
        median(each_matrix(models, {i}, [](const MatrixOutcome& m) { return ratio_of(m.first_gradient, 2); })));
  checks.push_back({"first_gradient_third_value",
                    "low-rank claim",
                    {},
                    greatest(medians),
                    0,
                    {0, 0.25},
                    "third over second singular value of that gradient, median over models, greatest of the four "
                    "matrices"});
}

Check count_check(const Models& models, double directions) {
  const auto counts = each_matrix(models, {kQuery, kKey}, [](const MatrixOutcome& m) {
    return static_cast<double>(ops::values_above(m.update, 0.1));
  });
  return {"attention_update_rank",
          "low-rank claim",
          {{"directions", directions}},
          farthest_from(directions, counts),
          directions,
          {directions, directions},
          "number of singular values of dW_Q and of dW_K above a tenth of the first, farthest of all models"};
}

void check_truncation(const Models& models, std::vector<Check>& checks) {
  const auto raised = [&](std::size_t rank) {
    return each(models, [&](const Outcome& o) { return o.truncated_hinge[rank] - o.whole.hinge; });
  };
  checks.push_back({"rank_2_is_enough",
                    "low-rank claim",
                    {},
                    farthest_from(0, raised(2)),
                    0,
                    {-0.005, 0.005},
                    "change of the test hinge with the updates of W_Q, W_K, W_V truncated to rank 2, farthest of all "
                    "models"});
  checks.push_back({"rank_1_is_not_enough",
                    "low-rank claim",
                    {},
                    least(raised(1)),
                    0.5,
                    {0.1, std::numeric_limits<double>::infinity()},
                    "the same with rank 1, least of all models; 0.5 if one class is lost"});
}

}  // namespace

void check_convergence(const Trainings& t, std::vector<Check>& checks) {
  std::vector<double> hinges, errors;
  for (const Models* models : t.with_true_labels())
    for (const Outcome& o : *models) {
      hinges.push_back(o.whole.hinge);
      errors.push_back(o.whole.error);
    }
  checks.push_back({"test_hinge",
                    "generalization",
                    {},
                    greatest(hinges),
                    0,
                    {0, 0.01},
                    "hinge loss on test samples, greatest of all models with true labels"});
  checks.push_back({"test_error",
                    "generalization",
                    {},
                    greatest(errors),
                    0,
                    {0, 0},
                    "share of test samples with the wrong sign, greatest of all models with true labels"});
}

void check_ranks(const Trainings& t, std::vector<Check>& checks) {
  check_updates(t.two_patterns, DataLaw{}.noise, checks);
  check_updates(t.noisy, kStrongNoise, checks);
  check_first_gradients(t.two_patterns, checks);
  checks.push_back(count_check(t.one_direction, 1));
  checks.push_back(count_check(t.two_patterns, 2));
  checks.push_back(count_check(t.four_patterns, 4));
  check_truncation(t.two_patterns, checks);
}

}  // namespace prenorm::papers::low_rank_sparse

// The checks hold on a few draws, and fail for constructions, laws and trainings without the property.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "papers/failed_checks.h"
#include "prenorm/papers/norm_only/checks.h"

namespace prenorm::papers::norm_only {
namespace {

using test::failed_checks_of;
using Names = std::set<std::string>;

Setting tiny_setting() {
  Setting s = setting_of({1, true});
  s.widths = {4, 8};
  s.skip_widths = {8};
  s.network_widths = {8};
  s.sparse_widths = {16, 24};
  s.sparse_work = 8;
  return s;
}

void expect_all_fail(const Names& failed, std::initializer_list<const char*> names) {
  for (const char* name : names) EXPECT_TRUE(failed.contains(name)) << name;
}

TEST(NormOnlyChecks, OfExactnessFailForOneBadDraw) {
  ExactStudy study = study_exact(tiny_setting(), Cells());
  EXPECT_EQ(failed_checks_of(check_exact, study), Names{});
  study.normal[0][3].full_rank = 0;
  study.normal[1][3].residual = 1e-6;
  study.uniform[0].residual = std::nan("");
  for (Draw& draw : study.normal[0]) draw.condition = 2;
  EXPECT_EQ(failed_checks_of(check_exact, study),
            (Names{"full_rank", "reconstruction_error", "uniform_reconstruction_error", "condition_over_equations"}));
}

TEST(NormOnlyChecks, OfTheThresholdFailForAnotherOne) {
  ThresholdStudy study = study_threshold(tiny_setting(), Cells());
  EXPECT_EQ(failed_checks_of(check_threshold, study), Names{});
  std::rotate(study.draws.begin(), study.draws.begin() + 1, study.draws.end());
  EXPECT_EQ(failed_checks_of(check_threshold, study), (Names{"threshold_residual", "condition_peak", "scale_peak"}));
  ControlStudy controls = study_controls(tiny_setting(), Cells());
  EXPECT_EQ(failed_checks_of(check_controls, controls), Names{});
  std::swap(controls.zero, controls.one);
  EXPECT_EQ(failed_checks_of(check_controls, controls), Names{"half_tuned_residual"});
}

TEST(NormOnlyChecks, OfNetworksFailWithoutOpenUnits) {
  std::vector<NetworkCase> cases = study_networks(tiny_setting(), Cells());
  EXPECT_EQ(failed_checks_of(check_networks, cases), Names{});
  cases[0].draws[0].least_activation = -0.1;
  cases[1].draws[0].output_error = 1e-3;
  for (NetworkCase& c : cases)
    for (Draw& draw : c.draws) draw.float_error = draw.output_error;
  EXPECT_EQ(failed_checks_of(check_networks, cases),
            (Names{"least_preactivation", "network_error", "single_precision_loss"}));
  OutsideStudy outside = study_outside(tiny_setting(), Cells());
  EXPECT_EQ(failed_checks_of(check_outside, outside), Names{});
  std::swap(outside.seeds[0].error_on, outside.seeds[0].error_off);
  std::reverse(outside.seeds[0].off_share.begin(), outside.seeds[0].off_share.end());
  EXPECT_EQ(failed_checks_of(check_outside, outside), (Names{"off_share", "error_while_on", "error_once_off"}));
  EXPECT_EQ(failed_checks_of(check_folding, {1e-12, 1e-6}), Names{"folded_difference"});
}

TEST(NormOnlyChecks, OfSkipsFailForOthers) {
  std::vector<SkipCase> cases = study_skips(tiny_setting(), Cells());
  EXPECT_EQ(failed_checks_of(check_skips, cases), Names{});
  const std::vector<SkipCase> exact = cases;
  for (SkipCase& c : cases)
    for (Draw& draw : c.draws) draw.residual = draw.output_error = 1e-4;
  EXPECT_EQ(failed_checks_of(check_skips, cases),
            (Names{"input_skips_map_error", "input_skips_map_error_over_condition", "input_skips_output_error",
                   "residual_map_error", "residual_map_error_over_condition", "residual_output_error"}));
  cases = exact;  // one draw of each
  for (SkipCase& c : cases) c.draws.front().condition = c.skips == Skips::kInput ? 1 : INFINITY;
  EXPECT_EQ(failed_checks_of(check_skips, cases),
            (Names{"input_skips_map_error_over_condition", "residual_map_error_over_condition"}));
  std::vector<SkipCase> shift = study_shift(tiny_setting(), Cells());
  EXPECT_EQ(failed_checks_of(check_shift, shift), Names{});
  std::swap(shift[0].draws, shift[1].draws);
  EXPECT_EQ(failed_checks_of(check_shift, shift), (Names{"input_skips_shift", "residual_shift"}));
}

TEST(NormOnlyChecks, OfTheBudgetFailForAnotherOne) {
  std::vector<SkipCase> cases;
  for (const Skips skips : {Skips::kInput, Skips::kPrevious})
    for (const double budget : {0.5, 0.75, 1.0, 1.5}) {
      Draw draw;
      draw.residual = expected_residual(budget);
      cases.push_back({skips, kMainWidth, 4, budget, {draw}});
    }
  EXPECT_EQ(failed_checks_of(check_budgets, cases), Names{});
  for (SkipCase& c : cases) c.draws[0].residual = expected_residual(c.budget / 2);
  EXPECT_EQ(failed_checks_of(check_budgets, cases), (Names{"input_skips_below_budget", "input_skips_at_budget",
                                                           "residual_below_budget", "residual_at_budget"}));
}

TEST(NormOnlyChecks, OfSparseMatricesFailForAnotherRate) {
  std::vector<SparseWidth> widths = study_sparse(tiny_setting(), Cells());
  for (SparseWidth& w : widths)
    for (SparsePoint& point : w.points) {
      point.full_rank = no_empty_unit_probability(w.width, point.p);
      point.rank_share = 0.99;
      point.unexplained = 0;
    }
  EXPECT_EQ(failed_checks_of(check_sparse, widths), Names{});
  for (SparseWidth& w : widths) {
    for (SparsePoint& point : w.points) {
      point.full_rank = point.p > 0.5 ? 1 : 0.4;
      point.rank_share = 0.5;
      point.unexplained = 0.2;
      point.nonzeros = static_cast<double>(w.width);
    }
  }
  expect_all_fail(failed_checks_of(check_sparse, widths),
                  {"sparse_transition", "sparse_far_below", "sparse_other_failures", "sparse_rank_below",
                   "sparse_at_paper_rate", "nonzero_exponent", "least_nonzero_exponent"});
}

TEST(NormOnlyChecks, OfDescentFailWithoutTraining) {
  DescentStudy study;
  for (const double loss : {0.75, 0.3, 1e-2, 1e-5})
    study.ratios.push_back({{{{1, loss}, {1, loss}}}, {{1, {1, 2}, {1, loss}}}, {loss < 0.1 ? 80.0 : 1e5}});
  study.ratios[kTwice].linear[0] = {{1, 1e-4}, {1, 1e-4}};
  EXPECT_EQ(failed_checks_of(check_descent, study), Names{});
  for (DescentRatio& ratio : study.ratios) {
    ratio.linear[0].loss.back() = ratio.students[0].loss.back() = 0.3;
    ratio.steps = {100};
  }
  EXPECT_EQ(failed_checks_of(check_descent, study),
            (Names{"descent_closed_form", "descent_residual", "descent_loss", "steps_at_threshold", "student_fall",
                   "student_loss", "student_at_threshold"}));
}

TEST(NormOnlyChecks, OfLanguageFailForAnotherOrder) {
  std::vector<LanguageWidth> widths;
  for (const std::int64_t width : {16, 32, 64}) {
    LanguageWidth& w = widths.emplace_back(LanguageWidth{width, {}});
    double loss = 2 - 0.001 * static_cast<double>(width);
    for (const Trained trained : kTrained) w.outcomes[trained] = {{loss += 0.1, 10}};
  }
  EXPECT_EQ(failed_checks_of(check_language, widths), Names{});
  for (LanguageWidth& w : widths) {
    std::swap(w.outcomes[Trained::kAll], w.outcomes[Trained::kNothing]);
    std::swap(w.outcomes[Trained::kNorms], w.outcomes[Trained::kRandom]);
    w.outcomes[Trained::kRandom][0].trained_parameters = 9;
  }
  std::swap(widths.front(), widths.back());
  EXPECT_EQ(failed_checks_of(check_language, widths),
            (Names{"language_all_norms", "language_norms_random", "language_random_nothing", "language_sign_test",
                   "language_norms_by_width", "language_equal_numbers"}));
}

}  // namespace
}  // namespace prenorm::papers::norm_only

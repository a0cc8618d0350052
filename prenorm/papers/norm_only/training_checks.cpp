#include <cmath>
#include <limits>

#include "prenorm/base/statistics.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/checks.h"

namespace prenorm::papers::norm_only {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

template <class Run>
std::vector<double> final_losses(const std::vector<Run>& runs) {
  std::vector<double> losses;
  for (const Run& run : runs) losses.push_back(run.loss.back());
  return losses;
}

// The farther of both ends of the losses from their closed form, relative.
double distance_from_closed_form(const DescentStudy& study) {
  std::vector<double> distances;
  for (const DescentRatio& ratio : study.ratios)
    for (const LinearDescent& run : ratio.linear)
      for (std::size_t t = 0; t < run.loss.size(); ++t)
        distances.push_back(std::abs(run.loss[t] - run.expected.at(t)) / (run.expected.at(t) + 1e-12));
  return greatest(distances);
}

std::vector<double> square_roots(std::vector<double> values) {
  for (double& value : values) value = std::sqrt(value);
  return values;
}

void check_students(const DescentStudy& study, std::vector<Check>& checks) {
  std::vector<double> fall;
  for (const Student& student : study.ratios[kTwice].students)
    fall.push_back(student.loss.front() / student.loss.back());
  checks.push_back({"student_fall",
                    "trainability",
                    {{"m / d^2", kDescentRatios[kTwice]}},
                    least(fall),
                    10,
                    {10, kInfinite},
                    "loss of the ReLU student in the first 2 % of training over the last, least"});
  // In 8000 updates the median loss is near 1e-5, in 2000 updates of the quick form up to 0.01.
  checks.push_back({"student_loss",
                    "trainability",
                    {{"m / d^2", kDescentRatios[kTwice]}},
                    median(final_losses(study.ratios[kTwice].students)),
                    0,
                    {0, study.student_loss},
                    "loss of the ReLU student over the variance of the teacher's outputs, median"});
  checks.push_back({"student_loss",
                    "trainability",
                    {{"m / d^2", kDescentRatios[kQuarter]}},
                    least(final_losses(study.ratios[kQuarter].students)),
                    0.75,
                    {0.4, kInfinite},
                    "the same with too few units, least; predicted: 1 - m/d^2"});
}

}  // namespace

void check_descent(const DescentStudy& study, std::vector<Check>& checks) {
  checks.push_back({"descent_closed_form",
                    "trainability",
                    {},
                    distance_from_closed_form(study),
                    0,
                    {0, 1e-6},
                    "relative distance of the losses of gradient descent from their closed form, greatest"});
  checks.push_back({"descent_residual",
                    "trainability",
                    {{"m / d^2", kDescentRatios[kQuarter]}},
                    least(square_roots(final_losses(study.ratios[kQuarter].linear))),
                    expected_residual(kDescentRatios[kQuarter]),
                    {0.75, kInfinite},
                    "|W2 diag(gamma) W1 - W*| / |W*| after 300 steps, least"});
  checks.push_back({"descent_loss",
                    "trainability",
                    {{"m / d^2", kDescentRatios[kTwice]}},
                    greatest(final_losses(study.ratios[kTwice].linear)),
                    0,
                    {0, 1e-3},
                    "relative squared error after 300 steps, greatest"});
  std::vector<double> ratios;
  for (std::size_t i = 0; i < study.ratios[kTwice].steps.size(); ++i)
    ratios.push_back(study.ratios[kThreshold].steps[i] / study.ratios[kTwice].steps[i]);
  checks.push_back({"steps_at_threshold",
                    "trainability",
                    {{"d", static_cast<double>(kMainWidth)}},
                    least(ratios),
                    1000,
                    {100, kInfinite},
                    "steps of descent to an error of 1e-3 at m = d^2 over those at 2 d^2, least"});
  check_students(study, checks);
}

}  // namespace prenorm::papers::norm_only

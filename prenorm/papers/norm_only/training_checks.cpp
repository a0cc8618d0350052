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

// Relative, but for losses that have fallen to rounding errors.
double distance_from_closed_form(const DescentStudy& study) {
  std::vector<double> distances;
  for (const DescentRatio& ratio : study.ratios)
    for (const LinearDescent& run : ratio.linear)
      for (std::size_t t = 0; t < run.loss.size(); ++t)
        distances.push_back(std::abs(run.loss[t] - run.expected.at(t)) / (run.expected.at(t) + 1e-6));
  return greatest(distances);
}

std::vector<double> square_roots(std::vector<double> values) {
  for (double& value : values) value = std::sqrt(value);
  return values;
}

std::vector<double> falls(const std::vector<Student>& students) {
  std::vector<double> ratios;
  for (const Student& student : students) ratios.push_back(student.start / student.loss.back());
  return ratios;
}

// With ReLUs that are not always on, 2 d^2 units are no longer enough in every draw.
void check_students(const DescentStudy& study, std::vector<Check>& checks) {
  const auto of_ratio = [](DescentRatioIndex i) {
    return std::vector<std::pair<std::string, double>>{{"m / d^2", kDescentRatios[i]}};
  };
  checks.push_back({"student_fall",
                    "trainability",
                    of_ratio(kTwice),
                    least(falls(study.ratios[kTwice].students)),
                    10,
                    {10, kInfinite},
                    "loss of the ReLU student at the start over that at the end, least"});
  checks.push_back({"student_loss",
                    "trainability",
                    of_ratio(kFourTimes),
                    median(final_losses(study.ratios[kFourTimes].students)),
                    0,
                    {0, 1e-3},
                    "loss of the ReLU student over the variance of the teacher's outputs, median"});
  checks.push_back({"student_loss",
                    "trainability",
                    of_ratio(kQuarter),
                    least(final_losses(study.ratios[kQuarter].students)),
                    1 - kDescentRatios[kQuarter],
                    {0.4, kInfinite},
                    "the same with too few units, least; predicted: 1 - m/d^2"});
  std::vector<double> ratios;
  for (std::size_t i = 0; i < study.ratios[kTwice].students.size(); ++i)
    ratios.push_back(study.ratios[kThreshold].students[i].loss.back() / study.ratios[kTwice].students[i].loss.back());
  checks.push_back({"student_at_threshold",
                    "trainability",
                    {},
                    least(ratios),
                    1,
                    {2, kInfinite},
                    "final loss of the ReLU student with d^2 units over that with 2 d^2, least"});
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

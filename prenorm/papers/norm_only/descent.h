// Gradient training of the normalisation alone, against a teacher.
#pragma once

#include <vector>

#include "prenorm/papers/fit.h"
#include "prenorm/papers/norm_only/settings.h"

namespace prenorm::papers::norm_only {

// Gradient descent on the scales of one linear pair, from gamma = 1: the loss is |W2 diag(gamma) W1 - W*|^2 / |W*|^2,
// the relative squared error over isotropic inputs. The step is 1 / sigma_max(K)^2.
struct LinearDescent {
  std::vector<double> loss;      // before step t = 0, 1, ..., and after the last, through the two layers
  std::vector<double> expected;  // the same in closed form, from the singular values of K
};
LinearDescent descend_scales(std::int64_t d, std::int64_t m, std::int64_t steps, std::uint64_t key);

// The steps after which the loss is at most `target` by the closed form; infinite if it never is.
double steps_to_reach(std::int64_t d, std::int64_t m, double target, std::uint64_t key);

// A student W2 relu(W1 z) of which all scales and shifts are trained by Adam, from 1 and 0, on fresh points of the unit
// ball; the teacher is W* z. There is no last ReLU: outputs whose ReLU is off for every input would never be trained.
// Losses are relative to the variance of the teacher's outputs.
struct Student {
  double start = 0;  // before the first update
  std::vector<double> update, loss;
};
Student train_student(std::int64_t d, std::int64_t m, std::int64_t updates, std::uint64_t key);

// By m / d^2. Linear pairs and students have d = 8.
inline constexpr double kDescentRatios[] = {0.25, 1, 2, 4};
enum DescentRatioIndex : std::uint8_t { kQuarter, kThreshold, kTwice, kFourTimes };
struct DescentRatio {  // by draw, those of all seeds
  std::vector<LinearDescent> linear;
  std::vector<Student> students;
  std::vector<double> steps;  // to a loss of 1e-3 at d = kMainWidth, see steps_to_reach()
};
struct DescentStudy {
  std::vector<DescentRatio> ratios;
};
DescentStudy study_descent(const Setting& setting, const Cells& cells);

}  // namespace prenorm::papers::norm_only

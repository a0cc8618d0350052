#include "prenorm/papers/mesa_optimization/theory.h"

#include <cmath>

namespace prenorm::papers::mesa_optimization {
namespace {

// sum over t = 2 ... T-1 of (t - 1)^-power
double context_sum(const SequenceLaw& law, double power) {
  double sum = 0;
  for (std::int64_t t = 2; t < law.length; ++t) sum += std::pow(static_cast<double>(t - 1), -power);
  return sum;
}

}  // namespace

StartMoments population_moments(const SequenceLaw& law) {
  const double s2 = law.scale * law.scale, s4 = s2 * s2, s6 = s4 * s2, d = static_cast<double>(law.dimension);
  switch (law.start) {
    case StartLaw::kGaussian: return {s2, 3 * s4, 15 * s6, 3 * (d - 1) * s6};
    case StartLaw::kSparse: return {s2 / d, s4 / d, s6 / d, 0};
    case StartLaw::kOnes:
    case StartLaw::kSigns: break;
  }
  return {s2, s4, s6, (d - 1) * s6};
}

double Theory::flow_product(double start, double time) const {
  return optimum() / (1 + (optimum() / (start * start) - 1) * std::exp(-2 * c2 * time));
}
double Theory::half_time(double start) const { return std::log(optimum() / (start * start) - 1) / (2 * c2); }

Theory theory_of(const SequenceLaw& law, const StartMoments& m) {
  const auto terms = static_cast<double>(law.length - 2);
  const double harmonic_sum = context_sum(law, 1);
  return {static_cast<double>(law.dimension),
          terms,
          harmonic_sum,
          m.square,
          terms * m.kappa_2 + harmonic_sum * m.kappa_3,
          terms * m.kappa_1};
}

double ones_off_diagonal_optimum(const SequenceLaw& law) {
  const double h = context_sum(law, 1);
  return h / (2 * h + static_cast<double>(law.dimension - 2) * context_sum(law, 2));
}

double ones_off_diagonal_gradient(const SequenceLaw& law, double a, double b) {
  const double h = context_sum(law, 1);
  return a * b * b * (2 * h + static_cast<double>(law.dimension - 2) * context_sum(law, 2)) - b * h;
}

std::vector<ScalarPoint> scalar_descent(const Theory& theory, ScalarPoint start, double rate, std::int64_t epochs) {
  std::vector<ScalarPoint> points{start};
  for (std::int64_t i = 0; i < epochs; ++i) {
    const auto [a, b] = points.back();
    const double slope = theory.c1 * a * b - theory.c2;
    points.push_back({a - rate * b * slope, b - rate * a * slope});
  }
  return points;
}

}  // namespace prenorm::papers::mesa_optimization

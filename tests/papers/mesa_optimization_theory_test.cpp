// The closed forms beside numbers that were computed independently, and the sequences beside their laws.
#include "prenorm/papers/mesa_optimization/theory.h"

#include <gtest/gtest.h>

#include <cmath>

#include "prenorm/papers/mesa_optimization/runs.h"
#include "test_seed.h"

namespace prenorm::papers::mesa_optimization {
namespace {

Theory population(StartLaw start, double scale, std::int64_t length = 100) {
  const SequenceLaw law{start, scale, 5, length};
  return theory_of(law, population_moments(law));
}

TEST(MesaTheory, LimitsForFiniteT) {
  EXPECT_NEAR(population(StartLaw::kGaussian, 1).harmonic_sum, 5.1673, 1e-3);
  EXPECT_NEAR(population(StartLaw::kGaussian, 0.5).optimum(), 0.76762, 1e-5);
  EXPECT_NEAR(population(StartLaw::kGaussian, 1).optimum(), 0.19191, 1e-5);
  EXPECT_NEAR(population(StartLaw::kGaussian, 2).optimum(), 0.04798, 1e-5);
  EXPECT_NEAR(population(StartLaw::kGaussian, 1, 5).optimum(), 0.13433, 1e-5);
  EXPECT_NEAR(population(StartLaw::kGaussian, 1, 30).optimum(), 0.17982, 1e-5);
  EXPECT_NEAR(population(StartLaw::kOnes, 1).optimum(), 0.82583, 1e-5);
  EXPECT_NEAR(population(StartLaw::kSigns, 1, 20).optimum(), 0.56284, 1e-5);
  for (const std::int64_t length : {5, 100})
    EXPECT_NEAR(population(StartLaw::kSparse, 2, length).optimum(), 0.25, 1e-12);
  EXPECT_NEAR(ones_off_diagonal_optimum({StartLaw::kOnes, 1, 5, 100}), 0.339, 5e-4);
}

TEST(MesaTheory, Losses) {
  EXPECT_NEAR(population(StartLaw::kGaussian, 1).null_loss(), 245, 1e-9);
  EXPECT_NEAR(population(StartLaw::kGaussian, 1).least_loss(), 103.95, 0.01);
  EXPECT_NEAR(population(StartLaw::kGaussian, 2).least_loss(), 415.8, 0.05);
  EXPECT_NEAR(population(StartLaw::kSparse, 1).least_loss(), 0, 1e-9);
  EXPECT_NEAR(population(StartLaw::kSparse, 1).null_loss(), 49, 1e-9);
  EXPECT_NEAR(population(StartLaw::kOnes, 1).least_loss(), 42.67, 0.01);
}

double product_after(StartLaw start, double scale, ScalarPoint from) {
  return scalar_descent(population(start, scale), from, paper_rate({start, scale, 5, 100}), 200).back().product();
}

TEST(MesaTheory, DescentOnScalarsAtThePapersRates) {
  EXPECT_NEAR(product_after(StartLaw::kGaussian, 0.5, {0.1, 0.1}), 0.7326, 1e-4);
  EXPECT_NEAR(product_after(StartLaw::kGaussian, 2, {0.1, 0.1}), 0.0441, 1e-4);
  EXPECT_NEAR(product_after(StartLaw::kGaussian, 2, {2, 2}), 0.0488, 1e-4);
  EXPECT_NEAR(product_after(StartLaw::kSparse, 1, {0.1, 0.1}), 0.963, 5e-4);
  EXPECT_NEAR(product_after(StartLaw::kOnes, 1, {0.1, 0.1}), 0.8258, 1e-4);
  const ScalarPoint end = scalar_descent(population(StartLaw::kGaussian, 1), {0.5, 1.5}, 1e-4, 200).back();
  EXPECT_NEAR(end.a, 0.136, 1e-3);
  EXPECT_NEAR(end.b, 1.412, 1e-3);
}

TEST(MesaTheory, FlowIsTheLimitOfDescentInSmallSteps) {
  const Theory theory = population(StartLaw::kGaussian, 1);
  const double rate = 1e-6, half = theory.half_time(0.1);
  const auto points = scalar_descent(theory, {0.1, 0.1}, rate, 10000);
  for (const std::size_t i : {2000U, 5000U, 10000U})
    EXPECT_NEAR(points[i].product() / theory.flow_product(0.1, rate * static_cast<double>(i)), 1, 2e-3);
  EXPECT_NEAR(theory.flow_product(0.1, half), theory.optimum() / 2, 1e-12);
}

TEST(MesaSequences, FollowTheirLaws) {
  const DataSet data{{StartLaw::kGaussian, 0.5, 5, 4}, 20000, test::test_seed(1), DataRole::kTraining};
  double square = 0;
  Complex phases = 0;
  for (std::int64_t i = 0; i < data.sequences; ++i) {
    const Sequence s = draw_sequence(data, i);
    for (std::size_t j = 0; j < 5; ++j) {
      square += s.start[j] * s.start[j] / 1e5;
      phases += s.phase[j] / 1e5;
      EXPECT_NEAR(std::abs(s.phase[j]), 1, 1e-12);
    }
  }
  EXPECT_NEAR(square, 0.25, 6e-3);    // standard deviation 1.1e-3
  EXPECT_LT(std::abs(phases), 0.02);  // 3e-3
  const Sequence s = draw_sequence(data, 7);
  const auto x = states_of(s, 4);
  for (std::size_t j = 0; j < 5; ++j) EXPECT_LT(std::abs(x[15 + j] - std::pow(s.phase[j], 3) * s.start[j]), 1e-12);
  EXPECT_NE(draw_sequence({data.law, 20000, data.seed, DataRole::kTest}, 7).start, s.start);
  EXPECT_EQ(draw_sequence({data.law, 8, data.seed, DataRole::kTraining}, 7).start, s.start);
}

TEST(MesaSequences, SparseOnesHaveOneCoordinate) {
  const DataSet data{{StartLaw::kSparse, 2, 5, 4}, 1, test::test_seed(1), DataRole::kTraining};
  std::vector<double> seen(5);
  double sum = 0;
  for (std::int64_t i = 0; i < 2000; ++i) {
    const Sequence s = draw_sequence(data, i);
    int support = 0;
    for (std::size_t j = 0; j < 5; ++j)
      if (s.start[j] != 0) {
        EXPECT_EQ(std::abs(s.start[j]), 2);
        ++support;
        ++seen[j];
        sum += s.start[j];
      }
    EXPECT_EQ(support, 1);
  }
  for (const double count : seen) EXPECT_NEAR(count, 400, 110);  // standard deviation 18
  EXPECT_LT(std::abs(sum), 550);                                 // 89
}

}  // namespace
}  // namespace prenorm::papers::mesa_optimization

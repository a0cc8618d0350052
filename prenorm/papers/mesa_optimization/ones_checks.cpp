#include <algorithm>
#include <cmath>

#include "prenorm/papers/mesa_optimization/checks.h"
#include "prenorm/papers/mesa_optimization/worst.h"

namespace prenorm::papers::mesa_optimization {
namespace {

Check off_diagonal_check(const LawRuns& runs) {
  double greatest = -kUnbounded;
  for (const SeedRuns& seed : runs.seeds)
    for (const Descent& run : seed.starts)
      for (const auto* block : {&run.last.key_query, &run.last.projection_value})
        greatest = std::max(greatest, off_diagonal_of(*block, runs.law.dimension).greatest);
  return {
      "ones_off_diagonals",
      "Proposition 4.2",
      {},
      greatest,
      0,
      {-kUnbounded, -0.01},
      "greatest entry off the diagonals of both trained blocks, without the mask, of all starts and seeds: all 40 are "
      "negative"};
}

Check unmasked_loss_check(const LawRuns& free, const LawRuns& masked) {
  double greatest = 0;
  for (std::size_t s = 0; s < free.seeds.size(); ++s)
    for (std::size_t i = 0; i < kStarts.size(); ++i)
      greatest = std::max(greatest,
                          free.seeds[s].starts.at(i).test_loss.back() / masked.seeds[s].starts.at(i).test_loss.back());
  return {"ones_loss_ratio",
          "Proposition 4.2",
          {},
          greatest,
          1,
          {0, 0.98},
          "test loss without the mask over that with it, greatest of all starts and seeds: below 1"};
}

// One training set of 4000 sequences moves the product by 0.5 %.
Check diagonal_product_check(const LawRuns& free) {
  Mean product;
  for (const SeedRuns& seed : free.seeds) product.take(seed.starts[kUnequalStart].product());
  return {
      "ones_diagonal_product",
      "Proposition 4.2",
      {},
      product.value(),
      free.theory.optimum(),
      {0.84, 0.88},
      "mean a_jj b_jj from (0.5, 1.5) without the mask, mean over seeds; it is above the limit with the mask, which is "
      "what `predicted` shows"};
}

// The gradient of an entry off the diagonal of W_KQ_32 at a I, b I is b (q a b - c): the mean c / q.
double off_diagonal_zero(const QuadraticLoss& loss) {
  const auto d = static_cast<std::size_t>(loss.dimension);
  const Weights at_zero = loss.gradient(diagonal_weights(loss.dimension, 0, 1));
  const Weights at_one = loss.gradient(diagonal_weights(loss.dimension, 1, 1));
  double constant = 0, slope = 0;
  for (std::size_t i = 0; i < d * d; ++i) {
    if (i % (d + 1) == 0) continue;
    constant -= at_zero.key_query[i];
    slope += at_one.key_query[i] - at_zero.key_query[i];
  }
  return constant / slope;
}

Check zero_check(const LawRuns& runs) {
  Mean zero;
  for (const SeedRuns& seed : runs.seeds) zero.take(off_diagonal_zero(*seed.training));
  const double expected = ones_off_diagonal_optimum(runs.law);
  return {
      "ones_off_diagonal_zero",
      "Proposition 4.2",
      {},
      zero.value(),
      expected,
      {0.95 * expected, 1.05 * expected},
      "a b at which the mean gradient off the diagonal of W_KQ_32 vanishes, mean over seeds; the diagonal's is 0.826"};
}

// What sampling m sequences leaves off the diagonals has a standard deviation of 0.2 / sqrt(m).
Check signs_off_diagonal_check(const LawRuns& runs) {
  double largest = 0;
  for (const SeedRuns& seed : runs.seeds)
    for (const auto* block :
         {&seed.starts[kUnequalStart].last.key_query, &seed.starts[kUnequalStart].last.projection_value})
      largest = std::max(largest, off_diagonal_of(*block, runs.law.dimension).largest());
  return {"signs_off_diagonals",
          "Assumption 4.1",
          {},
          largest,
          0,
          {0, 1.25 / std::sqrt(static_cast<double>(runs.sequences))},
          "random signs, no mask, from (0.5, 1.5): largest |entry| off the diagonals of both blocks, of all seeds"};
}

Check signs_loss_check(const LawRuns& runs) {
  Mean loss;
  for (const SeedRuns& seed : runs.seeds) loss.take(seed.starts[kUnequalStart].loss.back());
  const double expected = runs.theory.least_loss();
  return {"signs_loss",
          "Theorem 4.1",
          {},
          loss.value(),
          expected,
          {0.98 * expected, 1.02 * expected},
          "random signs, no mask: training loss from (0.5, 1.5) against the least loss of a I, b I; mean over seeds"};
}

}  // namespace

void check_ones(const Trainings& t, std::vector<Check>& checks) {
  checks.push_back(off_diagonal_check(t.ones));
  checks.push_back(unmasked_loss_check(t.ones, t.ones_masked));
  checks.push_back(diagonal_product_check(t.ones));
  checks.push_back(zero_check(t.ones));
  checks.push_back(signs_off_diagonal_check(t.signs));
  checks.push_back(signs_loss_check(t.signs));
}

}  // namespace prenorm::papers::mesa_optimization

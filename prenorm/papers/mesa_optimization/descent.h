// Gradient descent on a data set's quadratic loss: an epoch is one step on the gradient of all sequences.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/papers/mesa_optimization/quadratic_loss.h"

namespace prenorm::papers::mesa_optimization {

enum class Freedom : std::uint8_t {
  kAllEntries,
  kDiagonals  // the gradients off the diagonals are masked (Theorem 4.3)
};

struct DescentOptions {
  double rate = 0;
  std::int64_t epochs = 200;
  Freedom freedom = Freedom::kAllEntries;
};

struct Descent {
  std::vector<Diagonal> diagonal;             // at the start and after each epoch
  std::vector<double> loss;                   // of the training set, at the same points
  std::vector<double> test_loss, test_ratio;  // empty without a test set; see QuadraticLoss::ratio
  Weights last;

  double product() const { return diagonal.back().product; }
};

// `test` may be null. Errors: Interrupted, see cells.h.
Descent descend(const QuadraticLoss& training, Weights start, const DescentOptions& options,
                const QuadraticLoss* test = nullptr);

// The first epoch, interpolated, at which a b has reached `product`; NaN if it never does.
double epoch_reaching(const std::vector<Diagonal>& points, double product);

}  // namespace prenorm::papers::mesa_optimization

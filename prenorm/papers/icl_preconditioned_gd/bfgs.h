// Minimises a smooth function of a few hundred numbers to the last digits: BFGS with a full matrix and a line search
// that ensures the weak conditions of Wolfe. The paper's code has an L-BFGS variant of its training, on one fixed
// batch.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace prenorm::papers::icl_preconditioned_gd {

struct BfgsOptions {
  std::int64_t steps = 200;
  double tolerance = 1e-7;  // ends where a step's relative decrease was below it five times in a row
  // Called after each step, if there is one.
  std::function<void(std::int64_t step, const std::vector<double>& x)> after = nullptr;
};

// loss(x, gradient) writes the gradient at x. Changes x in place; returns the loss after each step, that of the start
// first. Points where the loss is not finite are avoided.
std::vector<double> bfgs(const std::function<double(std::span<const double> x, std::span<double> gradient)>& loss,
                         std::vector<double>& x, const BfgsOptions& options);

}  // namespace prenorm::papers::icl_preconditioned_gd

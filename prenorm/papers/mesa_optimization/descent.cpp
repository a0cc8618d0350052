#include "prenorm/papers/mesa_optimization/descent.h"

#include <limits>

#include "prenorm/papers/cells.h"

namespace prenorm::papers::mesa_optimization {
namespace {

void step_along(std::vector<double>& block, const std::vector<double>& gradient, const DescentOptions& o,
                std::int64_t dimension) {
  const auto on_diagonal = static_cast<std::size_t>(dimension + 1);
  for (std::size_t i = 0; i < block.size(); ++i)
    if (o.freedom == Freedom::kAllEntries || i % on_diagonal == 0) block[i] -= o.rate * gradient[i];
}

}  // namespace

Descent descend(const QuadraticLoss& training, Weights start, const DescentOptions& o, const QuadraticLoss* test) {
  Descent run;
  run.last = std::move(start);
  Weights& w = run.last;
  for (std::int64_t epoch = 0;; ++epoch) {
    Cells::stop_if_asked();
    double loss = 0;
    const Weights gradient = training.gradient(w, &loss);
    run.loss.push_back(loss);
    run.diagonal.push_back(diagonal_of(w));
    if (test != nullptr) {
      run.test_loss.push_back(test->loss(w));
      run.test_ratio.push_back(test->ratio(w).mean);
    }
    if (epoch == o.epochs) return run;
    step_along(w.key_query, gradient.key_query, o, w.dimension);
    step_along(w.projection_value, gradient.projection_value, o, w.dimension);
  }
}

double epoch_reaching(const std::vector<Diagonal>& points, double product) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double before = points[i - 1].product, now = points[i].product;
    if (before < product && now >= product) return static_cast<double>(i) - (now - product) / (now - before);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace prenorm::papers::mesa_optimization

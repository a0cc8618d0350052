#include "prenorm/probe/gradient_average.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros_like.h>

#include "prenorm/optim/gradient_norm.h"

namespace prenorm::probe {

GradientAverage::GradientAverage(const nn::Parameters& parameters, std::int64_t batches)
    : parameters_(parameters), batches_(static_cast<double>(batches)), mean_(at::zeros_like(parameters.gradients())) {
  for (const nn::Parameter& p : parameters.trained()) norms_.push_back({p.name, 0, 0});
}

void GradientAverage::add(double scale) {
  for (std::size_t k = 0; k < norms_.size(); ++k)
    norms_[k].mean_of_norms += optim::l2_norm(parameters_.trained()[k].value.grad()) * scale / batches_;
  mean_.add_(parameters_.gradients(), scale / batches_);
}

std::vector<GradientNorms> GradientAverage::norms() {
  parameters_.gradients().copy_(mean_);
  for (std::size_t k = 0; k < norms_.size(); ++k)
    norms_[k].norm_of_mean = optim::l2_norm(parameters_.trained()[k].value.grad());
  return norms_;
}

}  // namespace prenorm::probe

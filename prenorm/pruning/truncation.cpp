#include "prenorm/pruning/truncation.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "prenorm/ops/spectrum.h"
#include "prenorm/optim/gradient_norm.h"

namespace prenorm::pruning {

std::int64_t largest_rank(const std::vector<nn::WeightMatrix>& matrices) {
  std::int64_t largest = 0;
  for (const nn::WeightMatrix& m : matrices)
    if (m.layer) largest = std::max(largest, std::min(m.value.size(0), m.value.size(1)));
  return largest;
}

Truncation truncate_updates(const std::vector<nn::WeightMatrix>& initial, const std::vector<nn::WeightMatrix>& trained,
                            std::int64_t rank) {
  const at::NoGradGuard no_grad;
  Truncation truncation;
  double energy = 0, kept = 0;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    if (!trained[i].layer) continue;
    const at::Tensor start = initial[i].value.to(at::kDouble), update = trained[i].value.to(at::kDouble) - start,
                     nearest = ops::truncated_to_rank(update, rank);
    const double norm = optim::l2_norm(update), norm_kept = optim::l2_norm(nearest);
    energy += norm * norm;
    kept += norm_kept * norm_kept;
    const at::Tensor value = trained[i].value;
    value.copy_(start + nearest);
    ++truncation.matrices;
  }
  truncation.energy_kept = energy > 0 ? kept / energy : 1;
  return truncation;
}

}  // namespace prenorm::pruning

#include "prenorm/papers/norm_only/evaluate.h"

#include <ATen/TensorOperators.h>

#include <cmath>

#include "prenorm/base/random.h"
#include "prenorm/papers/extremes.h"
#include "prenorm/papers/norm_only/matrices.h"

namespace prenorm::papers::norm_only {

at::Tensor relative_errors(const at::Tensor& outputs, const at::Tensor& targets) {
  return (outputs.to(at::kDouble) - targets).norm(2, 1) / targets.square().sum(1).mean().sqrt();
}

std::vector<at::Tensor> relu_target(std::int64_t d, std::int64_t depth, std::uint64_t key) {
  std::vector<at::Tensor> target;
  for (std::int64_t i = 0; i < depth; ++i)
    target.push_back(target_matrix(d, 2, mix_key({key, static_cast<std::uint64_t>(i)})));
  return target;
}

Draw draw_of(const Built& built, const std::vector<at::Tensor>& target, std::uint64_t key) {
  const at::Tensor z = unit_ball(target[0].size(0), 1000, key);
  const at::Tensor expected = target_outputs(target, z);
  Draw draw;
  draw.condition = greatest(built.condition);
  draw.full_rank = std::isfinite(draw.condition) ? 1 : 0;
  draw.residual = greatest(built.distance);
  draw.largest_scale = built.largest_scale;
  at::Tensor least;
  draw.output_error = relative_errors(built.network(z, &least), expected).max().item<double>();
  draw.float_error = relative_errors(built.network(z.to(at::kFloat)), expected).max().item<double>();
  draw.least_activation = least.min().item<double>();
  return draw;
}

}  // namespace prenorm::papers::norm_only

#include "prenorm/papers/icl_gradient_descent/weights.h"

#include <ATen/ATen.h>

#include <cmath>

namespace prenorm::papers::icl_gradient_descent {

Products products_of(std::span<const float> parameters, std::int64_t token_size, std::int64_t first) {
  const std::int64_t count = token_size * token_size;
  const auto matrix = [&](std::int64_t index) {
    at::Tensor m = at::empty({token_size, token_size}, at::kDouble);
    const auto from = parameters.subspan(static_cast<std::size_t>(first + index * count));
    std::copy_n(from.begin(), count, m.data_ptr<double>());
    return m;
  };
  return {matrix(0).t().mm(matrix(1)), matrix(3).mm(matrix(2))};
}

at::Tensor label_blocks(std::span<const float> parameters, std::int64_t token_size, std::int64_t heads) {
  const std::int64_t inputs = token_size - 1;
  std::vector<at::Tensor> blocks;
  for (std::int64_t head = 0; head < heads; ++head) {
    const Products p = products_of(parameters, token_size, head * 4 * token_size * token_size);
    blocks.push_back(p.key_query.narrow(0, 0, inputs).narrow(1, 0, inputs) * p.projected_value[inputs][inputs]);
  }
  return at::stack(blocks);
}

Remainder remainder_of(const at::Tensor& blocks) {
  const at::Tensor diagonals = at::diag_embed(blocks.diagonal(0, 1, 2)), others = blocks - diagonals;
  const auto left = [](const at::Tensor& parts) {
    return (parts.sum(0).norm() / parts.norm(2, {1, 2}).sum()).item<double>();
  };
  return {left(others), left(diagonals)};
}

Products rescaled(const Products& p) {
  const at::Tensor beta = p.key_query.diagonal().narrow(0, 0, p.key_query.size(0) - 1).mean();
  return {p.key_query / beta, p.projected_value * beta};
}

Products constructed(std::int64_t inputs, double eta_over_n, double gamma) {
  const at::Tensor key_query = at::eye(inputs + 1, at::kDouble), projected_value = key_query * -gamma;
  key_query[inputs][inputs] = 0;
  projected_value[inputs][inputs] = -eta_over_n;
  return {key_query, projected_value};
}

Products mean_of(const Products& a, const Products& b) {
  return {(a.key_query + b.key_query) / 2, (a.projected_value + b.projected_value) / 2};
}

std::vector<float> parameters_of(const Products& p) {
  const at::Tensor identity = at::eye(p.key_query.size(0), at::kDouble);
  const at::Tensor all = at::stack({identity, p.key_query, p.projected_value, identity}).to(at::kFloat).contiguous();
  return {all.data_ptr<float>(), all.data_ptr<float>() + all.numel()};
}

std::vector<double> elements(const at::Tensor& matrix) {
  const at::Tensor flat = matrix.contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

at::Tensor square_blocks(std::vector<double> elements, std::int64_t count) {
  const std::int64_t each = static_cast<std::int64_t>(elements.size()) / count;
  const std::int64_t n = std::lround(std::sqrt(static_cast<double>(each)));
  return at::from_blob(elements.data(), {count, n, n}, at::kDouble).clone();
}

}  // namespace prenorm::papers::icl_gradient_descent

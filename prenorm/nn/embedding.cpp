#include "prenorm/nn/embedding.h"

#include <ATen/ops/empty.h>

#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/ops/embedding.h"

namespace prenorm::nn {

at::Tensor embedding_table(const Scope& scope, std::int64_t vocabulary, std::int64_t d_model) {
  return scope.add("weight", {vocabulary, d_model}, normal(1 / std::sqrt(static_cast<double>(d_model))));
}

at::Tensor sinusoidal_positions(std::int64_t length, std::int64_t d_model, at::ScalarType dtype) {
  const at::Tensor table = at::empty({length, d_model}, at::kDouble);
  auto* out = table.data_ptr<double>();
  for (std::int64_t position = 0; position < length; ++position)
    for (std::int64_t column = 0; column < d_model; ++column) {
      const double exponent = static_cast<double>(column - column % 2) / static_cast<double>(d_model);
      const double angle = static_cast<double>(position) / std::pow(10000.0, exponent);
      *out++ = column % 2 == 0 ? std::sin(angle) : std::cos(angle);
    }
  return table.to(dtype);
}

Embedding::Embedding(const Scope& position_scope, const ModelConfig& config, at::Tensor table)
    : table_(std::move(table)),
      sinusoids_(std::make_shared<Sinusoids>()),
      dropout_(config.dropout),
      point_(position_scope.name()),
      site_(name_key(position_scope.name() + ".dropout")) {
  if (config.positions == Positions::kLearned)
    learned_ = embedding_table(position_scope, config.max_positions, config.d_model);
}

at::Tensor Embedding::position_table(std::int64_t longest) const {
  if (learned_.defined()) {
    if (longest > learned_.size(0))
      throw_error<DataError>(
          "a sequence of {} tokens is longer than model.max_positions = {}; raise it, or use "
          "model.positions = \"sinusoidal\"",
          longest, learned_.size(0));
    return learned_;
  }
  const std::scoped_lock lock(sinusoids_->mutex);
  at::Tensor& table = sinusoids_->table;
  if (!table.defined() || table.size(0) < longest)
    table = sinusoidal_positions(std::max<std::int64_t>(2 * longest, 256), table_.size(1), table_.scalar_type());
  return table;
}

at::Tensor Embedding::operator()(const at::Tensor& ids, const at::Tensor& positions, std::int64_t longest,
                                 const Context& context) const {
  const std::int64_t d_model = table_.size(1);
  at::Tensor x =
      ops::embedding(ids, positions, {table_, position_table(longest), std::sqrt(static_cast<double>(d_model))},
                     context.dropout_mask(dropout_, site_, d_model));
  context.observe(point_, x);
  return x;
}

}  // namespace prenorm::nn

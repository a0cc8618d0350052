#include "prenorm/nn/embedding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "prenorm/base/error.h"
#include "prenorm/ops/embedding.h"
#include "prenorm/ops/example_norms.h"

namespace prenorm::nn {

at::Tensor embedding_table(const Scope& scope, std::int64_t vocabulary, std::int64_t d_model) {
  return scope.add("weight", {vocabulary, d_model}, normal(1 / std::sqrt(static_cast<double>(d_model))));
}

at::Tensor embedding_table(const Scope& scope, std::int64_t vocabulary, const ModelConfig& config) {
  if (config.init != WeightInit::kNormal) return embedding_table(scope, vocabulary, config.d_model);
  return scope.add("weight", {vocabulary, config.d_model}, normal(config.init_std));
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

Embedding::Embedding(const Scopes& scopes, const ModelConfig& config, at::Tensor table)
    : table_(std::move(table)),
      sinusoids_(std::make_shared<Sinusoids>()),
      scale_(config.scale_embeddings ? std::sqrt(static_cast<double>(config.d_model)) : 1),
      dropout_(config.dropout),
      point_(scopes.positions.name()),
      site_(name_key(scopes.positions.name() + ".dropout")) {
  if (config.positions == Positions::kLearned)
    learned_ = embedding_table(scopes.positions, config.max_positions, config);
  if (scopes.segments && config.segments > 0) segments_ = embedding_table(*scopes.segments, config.segments, config);
  if (scopes.norm && config.embedding_norm) norm_.emplace(*scopes.norm, config);
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
    table = sinusoidal_positions(std::max<std::int64_t>(2 * longest, 256), table_.size(1), table_.scalar_type())
                .to(table_.device());
  return table;
}

at::Tensor Embedding::operator()(const at::Tensor& ids, const at::Tensor& positions, std::int64_t longest,
                                 const Context& context, const at::Tensor& segments) const {
  const ops::DropoutMask mask = context.dropout_mask(dropout_, site_, table_.size(1));
  const bool more = segments_.defined() || norm_.has_value();  // these come before dropout
  at::Tensor x =
      ops::embedding(ids, positions, {table_, position_table(longest), scale_}, more ? ops::DropoutMask{} : mask);
  if (segments_.defined()) {
    x = x + (segments.defined() ? at::embedding(segments_, segments) : segments_.select(0, 0));
    ops::measure_reading(segments_, segments.defined() ? segments : at::zeros_like(ids), x);
  }
  if (norm_) x = (*norm_)(x);
  if (more) x = ops::dropout(x, mask);
  if (context.observe_sequences) context.observe(point_ + ".index", positions);
  context.observe(point_, x);
  return x;
}

}  // namespace prenorm::nn

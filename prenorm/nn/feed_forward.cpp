#include "prenorm/nn/feed_forward.h"

#include "prenorm/nn/activation_shape.h"
#include "prenorm/ops/dropout.h"

namespace prenorm::nn {

FeedForward::FeedForward(const Scope& scope, const ModelConfig& config, Stack stack, const BranchGains& gains)
    : activation_(activation_of(config, stack)),
      dropout_(config.activation_dropout),
      site_(name_key(scope.name() + ".activation_dropout")),
      up_(scope / "up", config.d_model, config.d_ff, of_matrix(config, config.d_model, config.d_ff, gains.inner)),
      down_(scope / "down", config.d_ff, config.d_model, of_matrix(config, config.d_ff, config.d_model, gains.output)) {
}

at::Tensor FeedForward::operator()(const at::Tensor& x, const Context& context) const {
  const at::Tensor hidden = up_(x, activation_);
  return down_(ops::dropout(hidden, context.dropout_mask(dropout_, site_, hidden.size(1))));
}

}  // namespace prenorm::nn

// First-order optimizers over all parameters laid in one buffer, in groups with a rate and a decay of their own. With g
// the gradient, t the update from 1, λ the weight decay, η the learning rate:
//
//   sgd    u ← μ u + g;  θ ← θ - η u                                            (g includes λ θ)
//   adam   m ← β1 m + (1-β1) g;  v ← β2 v + (1-β2) g²;  θ ← θ - η m̂ / (√v̂ + ε)   (Kingma & Ba 2015, algorithm 1; g
//          includes λ θ)
//   adamw  the same without λ in g, after θ ← θ - η λ θ                         (Loshchilov & Hutter 2019, algorithm 2)
//   radam  ρ∞ = 2/(1-β2) - 1, ρ_t = ρ∞ - 2 t β2ᵗ / (1-β2ᵗ); if ρ_t > 4:
//          θ ← θ - η r_t m̂ / (√v̂ + ε), r_t = √((ρ_t-4)(ρ_t-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ_t)); else θ ← θ - η m̂
//                                                                              (Liu et al. 2020, algorithm 2)
// m̂ = m / (1 - β1ᵗ), v̂ = v / (1 - β2ᵗ).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "prenorm/config/optim_config.h"

namespace prenorm::optim {

// L2 norms of one tensor over an update.
struct UpdateNorms {
  double gradient = 0;  // as it stands in the buffer, before it is scaled
  double weight = 0;    // after the update
  double change = 0;    // of the weights
};

// Parameters that are updated alike: a stretch of the buffers, from the end of the group before.
struct ParameterGroup {
  std::int64_t end = 0;
  double rate_scale = 1;    // times the learning rate of the update
  double weight_decay = 0;  // in place of OptimConfig's
};

class Optimizer {
 public:
  // `values`, `gradients`: [count], contiguous, float32 or float64; kept, and changed by step(). `groups`: ascending to
  // the end of the buffers; empty = one group with the configuration's decay. Errors: Error for groups that do not
  // cover the buffers in order.
  Optimizer(const OptimConfig& config, at::Tensor values, at::Tensor gradients,
            std::vector<ParameterGroup> groups = {});

  // One update at learning rate `lr`; `gradient_scale` multiplies the gradient first (averaging, clipping).
  void step(double lr, double gradient_scale = 1.0);
  // The same update to the bit, and norms by tensor, summed up while each piece of the buffers is in the nearest cache.
  // `ends`: where each tensor ends in the buffers, ascending to their end. The sums are the same for any number of
  // threads.
  std::vector<UpdateNorms> step_with_norms(double lr, double gradient_scale, std::span<const std::int64_t> ends);

  std::int64_t updates() const { return updates_; }
  // What a checkpoint must hold: buffers of the size of the parameters, by name. Changing them changes the optimizer.
  std::vector<std::pair<std::string, at::Tensor>> state() const;
  void set_updates(std::int64_t updates) { updates_ = updates; }

 private:
  struct Piece;
  // Calls pass(update), where update(begin, end) makes this update for that range of the buffers.
  template <class T, class Pass>
  void make_update(double lr, double gradient_scale, const Pass& pass);
  template <class T>
  void update_pieces(double lr, double gradient_scale, std::span<Piece> pieces);

  OptimConfig config_;
  std::vector<ParameterGroup> groups_;
  at::Tensor values_, gradients_;
  at::Tensor first_, second_;  // m (sgd: u) and v (sgd: undefined)
  std::int64_t updates_ = 0;
};

}  // namespace prenorm::optim

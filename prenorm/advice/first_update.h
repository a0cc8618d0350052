// What the first update would do to a model at initialisation, for different learning rates, without applying it.
//
// Tokens are distinguished by their states. Let x̂ be a state as a LayerNorm sees it, minus its mean and of length 1.
// Its mean c over the tokens of a batch is what all of them share, and s = √(1 - ‖c‖²), their root mean square distance
// from c, is what is left to distinguish them. The first update moves every weight for all tokens at once; to lower the
// loss it makes all outputs more alike (the frequent tokens first), and a LayerNorm after it makes the rest smaller. At
// s = 0 no gradient depends on the token any more: rank collapse (Noci et al. 2022, "Signal Propagation in
// Transformers"), and training stays at the loss of token frequencies.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "prenorm/config/config.h"
#include "prenorm/updates/task.h"

namespace prenorm::advice {

struct LayerSpread {
  std::string point;  // "decoder.layers.5.feed_forward.output"
  double spread = 0;  // s, from 0 to 1
};

struct UpdatedModel {
  double learning_rate = 0;
  double loss_nats_per_token = 0;
  std::vector<LayerSpread> layers;  // the outputs of the layers, in the order of computation
};

class FirstUpdate {
 public:
  // Computes the gradient of the task's first batch with dropout off, and the optimizer's update, clipping included, at
  // a rate of 1: with our optimizers, the first update is proportional to the rate. The task must outlive it; its
  // weights are changed only within at().
  FirstUpdate(updates::Task& task, const Config& config);

  // The model after an update at this rate, on some 500 tokens of the next batch; at rate 0 unchanged.
  UpdatedModel at(double learning_rate);
  // The rate at which the update has this size relative to the weights, both as L2 norms over all of them.
  double rate_of_relative_size(double update_over_weights) const;

 private:
  updates::Task& task_;
  std::int64_t next_epoch_ = 0, next_batch_ = 0;
  at::Tensor values_, step_;  // the weights, and the change to them at rate 1
};

}  // namespace prenorm::advice

// What the first update would do to a model at initialisation, at one learning rate after the other, without making it.
//
// Tokens are told apart by their states. Let x̂ be a state as a LayerNorm sees it, less its mean and of length 1. Its
// mean over the tokens of a batch, c, is what all of them share, and s = √(1 - ‖c‖²) what is left to tell them apart:
// their root mean square distance from c. The first update moves every weight for all tokens at once; to lower the loss
// it makes all outputs more alike (the frequent tokens first), and a LayerNorm after it makes the rest smaller. At s =
// 0 no gradient says any more which token is which: rank collapse (Noci et al. 2022, "Signal Propagation in
// Transformers"), and training stays at what token frequencies alone tell.
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
  std::vector<LayerSpread> layers;  // what each layer leaves, in the order of computation
};

class FirstUpdate {
 public:
  // Computes the gradient of the task's first batch with dropout off and what the configuration's optimizer makes of
  // it, clipping included, at a rate of 1: of the optimizers here the first update is proportional to the rate. The
  // task must stay; its weights are changed only within at().
  FirstUpdate(updates::Task& task, const Config& config);

  // The model after an update at this rate, on some 500 tokens of the batch that comes next; at rate 0 as it is.
  UpdatedModel at(double learning_rate);
  // The rate at which the update is so large beside the weights, both as L2 norms over all of them.
  double rate_of_relative_size(double update_over_weights) const;

 private:
  updates::Task& task_;
  std::int64_t next_epoch_ = 0, next_batch_ = 0;
  at::Tensor values_, step_;  // the weights, and what is added to them at rate 1
};

}  // namespace prenorm::advice

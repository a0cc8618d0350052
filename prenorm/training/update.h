// One update between its gradient and what becomes of it.
#pragma once

#include <cstdint>
#include <vector>

#include "prenorm/training/bad_tensor.h"
#include "prenorm/training/share_workers.h"

namespace prenorm::training {

struct Update : BatchTotals {
  std::int64_t step = 0;  // its number, from 1
  std::vector<MicroBatch> batches;
  double learning_rate = 0;
  double grad_norm = 0;  // L2, of the mean loss, before clipping

  double scale() const { return 1.0 / static_cast<double>(target_tokens); }
  double loss() const { return loss_nats / static_cast<double>(target_tokens); }  // nats per target token
  double nll() const { return nll_nats / static_cast<double>(target_tokens); }
};

}  // namespace prenorm::training

// The gradient of a batch from its shares, which workers compute at once: one thread each, with matrix products of one
// thread, so that no operator waits for another core. What a worker sums up, in the order of its shares, and the order
// in which workers are summed, follow from the configuration alone: the same bits in every run.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "prenorm/config/runtime_config.h"
#include "prenorm/updates/task.h"

namespace prenorm::updates {

struct BatchTotals {
  double loss_nats = 0, nll_nats = 0;  // sums over target tokens
  std::int64_t target_tokens = 0, source_tokens = 0;
  double model_flops = 0;

  // What a sum over target tokens is multiplied with to be their mean; 0 where there are none, whose gradient is zero.
  double scale() const { return target_tokens > 0 ? 1.0 / static_cast<double>(target_tokens) : 0; }
  BatchTotals& operator+=(const BatchTotals& other);
};

class ShareWorkers {
 public:
  // Gives the task a replica for each worker. Errors: those of worker_count().
  ShareWorkers(Task& task, const RuntimeConfig& runtime);

  std::int64_t count() const { return std::ssize(gradients_); }
  // Gradients to zero, for the next sum.
  void clear();
  // Adds the gradient of the batch's summed loss to what is there. `observers`: none, or one for each worker, which is
  // shown that worker's shares, in the same order in every run. If a share throws, all gradients are zero afterwards.
  BatchTotals add_gradients(std::int64_t epoch, std::int64_t batch, const nn::Context& context,
                            std::span<const nn::Observer> observers = {});
  // Leaves the whole gradient in task.parameters().gradients() and returns its norm.
  double sum_and_norm();

 private:
  LoadedBatch load(std::int64_t epoch, std::int64_t batch);
  BatchTotals add_shares(std::int64_t epoch, std::int64_t batch, const nn::Context& context,
                         std::span<const nn::Observer> observers);

  Task& task_;
  std::int64_t share_tokens_;
  std::vector<at::Tensor> gradients_;  // of each replica
};

}  // namespace prenorm::updates

// The gradient of a batch, computed in shares by parallel workers. Each worker is one thread with single-threaded
// matrix products, so no operator waits for another core. The configuration alone determines the shares of each worker,
// their order, and the order in which workers are summed. Every run therefore computes the same bits.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "prenorm/config/runtime_config.h"
#include "prenorm/config/train_config.h"
#include "prenorm/ops/example_norms.h"
#include "prenorm/updates/example_squares.h"
#include "prenorm/updates/task.h"

namespace prenorm::updates {

struct BatchTotals {
  double loss_nats = 0, nll_nats = 0;  // sums over target tokens
  std::int64_t target_tokens = 0, source_tokens = 0;
  double model_flops = 0;
  std::int64_t examples = 0;  // with a target token

  // The factor that turns a sum over target tokens into their mean. If there are none, it is 0, as is the gradient.
  double scale() const { return target_tokens > 0 ? 1.0 / static_cast<double>(target_tokens) : 0; }
  BatchTotals& operator+=(const BatchTotals& other);
};

class ShareWorkers {
 public:
  // Gives the task a replica for each worker. Errors: those of worker_count().
  ShareWorkers(Task& task, const RuntimeConfig& runtime);

  std::int64_t count() const { return std::ssize(gradients_); }
  // Sets the gradients to zero for the next sum, of which the gradients by example of these parameters are measured.
  void clear(NoiseScale measured = NoiseScale::kOff);
  // Adds the gradient of the batch's summed loss to the current one. `observers`: none, or one per worker. Each sees
  // its worker's shares, in the same order in every run. If a share throws, all gradients are zero afterwards.
  BatchTotals add_gradients(std::int64_t epoch, std::int64_t batch, const nn::Context& context,
                            std::span<const nn::Observer> observers = {});
  // Sums the workers' gradients into task.parameters().gradients() and returns the norm.
  double sum_and_norm();
  // After that: what was measured of the batches with these totals. Nothing if clear() was not told to measure.
  std::optional<ExampleSquares> example_squares(const BatchTotals& totals) const;

 private:
  void measure(NoiseScale measured);
  LoadedBatch load(std::int64_t epoch, std::int64_t batch);
  BatchTotals add_shares(std::int64_t epoch, std::int64_t batch, const nn::Context& context,
                         std::span<const nn::Observer> observers);

  Task& task_;
  std::int64_t share_tokens_;
  std::vector<at::Tensor> gradients_;  // one per replica
  NoiseScale measures_ = NoiseScale::kOff;
  std::vector<std::int64_t> measured_;    // places in Parameters::trained()
  std::vector<ops::ExampleNorms> norms_;  // one per worker; empty if nothing is measured
};

}  // namespace prenorm::updates

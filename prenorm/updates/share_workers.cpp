#include "prenorm/updates/share_workers.h"

#include <ATen/Parallel.h>

#include "prenorm/machine/profile.h"
#include "prenorm/machine/usable_memory.h"
#include "prenorm/optim/gradient_norm.h"
#include "prenorm/updates/example_recorder.h"
#include "prenorm/updates/worker_count.h"

namespace prenorm::updates {
namespace {

profile::Operator clear_op{"gradient clearing", profile::Takes::kAllWorkers},
    load_op{"batch loading", profile::Takes::kAllWorkers};

}  // namespace

BatchTotals& BatchTotals::operator+=(const BatchTotals& other) {
  loss_nats += other.loss_nats;
  nll_nats += other.nll_nats;
  target_tokens += other.target_tokens;
  source_tokens += other.source_tokens;
  model_flops += other.model_flops;
  examples += other.examples;
  return *this;
}

ShareWorkers::ShareWorkers(Task& task, const RuntimeConfig& runtime)
    : task_(task), share_tokens_(runtime.share_tokens) {
  const auto bytes = static_cast<std::int64_t>(task.parameters().gradients().nbytes());
  const std::int64_t workers = worker_count(runtime, at::get_num_threads(), bytes, usable_memory_bytes());
  task.set_replicas(workers);
  for (std::int64_t w = 0; w < workers; ++w) gradients_.push_back(task.parameters(w).gradients());
}

ShareWorkers::~ShareWorkers() = default;

// Gradients of the other replicas start at zero and are zeroed again when they are added to the sum.
void ShareWorkers::clear(NoiseScale measured) {
  const profile::Timer timer(clear_op, 0, static_cast<double>(gradients_.front().nbytes()));
  gradients_.front().zero_();
  if (measured == NoiseScale::kOff)
    examples_.reset();
  else if (!examples_ || examples_->measured() != measured)
    examples_ = std::make_unique<ExampleRecorder>(measured, task_.parameters(), count());
  else
    examples_->clear();
}

BatchTotals ShareWorkers::add_gradients(std::int64_t epoch, std::int64_t batch, const nn::Context& context,
                                        std::span<const nn::Observer> observers) {
  try {
    return add_shares(epoch, batch, context, observers);
  } catch (...) {
    for (const at::Tensor& gradient : gradients_) gradient.zero_();
    if (examples_) examples_->clear();
    throw;
  }
}

LoadedBatch ShareWorkers::load(std::int64_t epoch, std::int64_t batch) {
  const profile::Timer timer(load_op);
  return task_.load(epoch, batch, {.tokens = share_tokens_, .multiple_of = count()});
}

BatchTotals ShareWorkers::add_shares(std::int64_t epoch, std::int64_t batch, const nn::Context& context,
                                     std::span<const nn::Observer> observers) {
  const LoadedBatch loaded = load(epoch, batch);
  const std::int64_t shares = loaded.shares();
  std::vector<BatchTotals> totals(static_cast<std::size_t>(shares));
  const auto compute = [&](std::int64_t share, std::int64_t worker) {
    nn::Context here = context;
    if (!observers.empty()) here.observer = &observers[static_cast<std::size_t>(worker)];
    std::optional<ops::RecordExamples> recording;
    if (examples_) recording.emplace(examples_->of_worker(worker));
    const BatchLoss loss = loaded.loss(share, worker, here);
    if (loss.loss_sum.requires_grad()) loss.loss_sum.backward();
    if (examples_) examples_->of_worker(worker).end_share();
    totals[static_cast<std::size_t>(share)] = {loss.loss_sum.item<double>(), loss.nll_sum,     loss.target_tokens,
                                               loss.source_tokens,           loss.model_flops, loss.examples};
  };
  if (count() == 1 || shares < count()) {
    for (std::int64_t share = 0; share < shares; ++share) compute(share, 0);
  } else {
    at::parallel_for(0, count(), 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t worker = first; worker < last; ++worker)
        for (std::int64_t share = worker; share < shares; share += count()) compute(share, worker);
    });
  }
  BatchTotals sum;
  for (const BatchTotals& share : totals) sum += share;
  return sum;
}

double ShareWorkers::sum_and_norm() { return optim::sum_and_norm(gradients_); }

std::optional<ExampleSquares> ShareWorkers::example_squares(const BatchTotals& totals) const {
  if (!examples_) return std::nullopt;
  return examples_->squares(totals.examples, totals.target_tokens);
}

}  // namespace prenorm::updates

#include "prenorm/updates/share_workers.h"

#include <ATen/Parallel.h>

#include "prenorm/base/error.h"
#include "prenorm/config/name_patterns.h"
#include "prenorm/machine/profile.h"
#include "prenorm/machine/usable_memory.h"
#include "prenorm/optim/gradient_norm.h"
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

// Gradients of the other replicas start at zero and are zeroed again when they are added to the sum.
void ShareWorkers::clear(NoiseScale measured) {
  const profile::Timer timer(clear_op, 0, static_cast<double>(gradients_.front().nbytes()));
  gradients_.front().zero_();
  measure(measured);
}

// Replicas share the memory of their weights, by which norms know them.
void ShareWorkers::measure(NoiseScale measured) {
  if (measured != measures_) {
    measures_ = measured;
    measured_.clear();
    norms_.clear();
    std::vector<at::Tensor> weights;
    const std::vector<nn::Parameter>& trained = task_.parameters().trained();
    const config::NamePatterns norms = config::trainable_patterns("norm");
    for (std::size_t i = 0; i < trained.size() && measured != NoiseScale::kOff; ++i) {
      if (measured == NoiseScale::kNorm && !config::any_matches(norms, trained[i].name)) continue;
      measured_.push_back(static_cast<std::int64_t>(i));
      weights.push_back(trained[i].value);
    }
    if (measured != NoiseScale::kOff) norms_.assign(static_cast<std::size_t>(count()), ops::ExampleNorms(weights));
  }
  for (ops::ExampleNorms& norms : norms_) norms.clear();
}

BatchTotals ShareWorkers::add_gradients(std::int64_t epoch, std::int64_t batch, const nn::Context& context,
                                        std::span<const nn::Observer> observers) {
  try {
    return add_shares(epoch, batch, context, observers);
  } catch (...) {
    for (const at::Tensor& gradient : gradients_) gradient.zero_();
    for (ops::ExampleNorms& norms : norms_) norms.clear();
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
    ops::ExampleNorms* const norms = norms_.empty() ? nullptr : &norms_[static_cast<std::size_t>(worker)];
    std::optional<ops::RecordExamples> recording;
    if (norms != nullptr) recording.emplace(*norms);
    const BatchLoss loss = loaded.loss(share, worker, here);
    if (loss.loss_sum.requires_grad()) loss.loss_sum.backward();
    if (norms != nullptr) norms->end_share();
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
  if (norms_.empty()) return std::nullopt;
  ExampleSquares result{totals.examples, totals.target_tokens, measured_};
  const std::vector<nn::Parameter>& trained = task_.parameters().trained();
  for (std::size_t i = 0; i < measured_.size(); ++i) {
    const nn::Parameter& parameter = trained[static_cast<std::size_t>(measured_[i])];
    const double norm = optim::l2_norm(parameter.value.grad());
    double squares = 0;
    bool measured = false;
    for (const ops::ExampleNorms& norms : norms_) {
      squares += norms.squares()[i];
      measured = measured || norms.measured()[i];
    }
    if (norm > 0 && !measured)
      throw_error<Error>("train.noise_scale: {} is used in a way whose gradients by example are not measured",
                         parameter.name);
    result.square_sums.push_back(squares);
    result.sum_squares.push_back(norm * norm);
  }
  return result;
}

}  // namespace prenorm::updates

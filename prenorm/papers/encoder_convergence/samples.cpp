#include "prenorm/papers/encoder_convergence/samples.h"

#include <ATen/ops/empty.h>

#include "prenorm/nn/initialization.h"

namespace prenorm::papers::encoder_convergence {
namespace {

at::Tensor normal_tensor(at::IntArrayRef shape, std::string_view name, std::uint64_t seed) {
  at::Tensor values = at::empty(shape, at::kDouble);
  nn::normal(1)(values, RandomStream(mix_key({name_key(name), seed})));
  return values;
}

}  // namespace

Samples gaussian_samples(const SampleSize& size, std::uint64_t seed) {
  return {normal_tensor({size.samples * size.tokens, size.dimension}, "tokens", seed),
          normal_tensor({size.samples}, "labels", seed), size.tokens};
}

SelectionTask selection_task(const SampleSize& size, std::uint64_t seed) {
  SelectionTask task{gaussian_samples(size, seed), {}};
  const at::Tensor form = normal_tensor({size.dimension}, "linear form", seed);
  const at::Tensor tokens = task.samples.by_sample();
  RandomStream random(mix_key({name_key("flagged tokens"), seed}));
  tokens.select(2, 0).zero_();
  for (std::int64_t n = 0; n < size.samples; ++n) {
    task.flagged.push_back(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(size.tokens))));
    const at::Tensor token = tokens.select(0, n).select(0, task.flagged.back());
    task.samples.labels.select(0, n).fill_(token.dot(form).item<double>() > 0 ? 1 : -1);
    token.select(0, 0).fill_(4);
  }
  return task;
}

double attention_on(const std::vector<std::int64_t>& flagged, const at::Tensor& attention) {
  double sum = 0;
  for (std::size_t n = 0; n < flagged.size(); ++n)
    sum += attention.select(0, static_cast<std::int64_t>(n)).select(1, flagged[n]).mean().item<double>();
  return sum / static_cast<double>(flagged.size());
}

}  // namespace prenorm::papers::encoder_convergence

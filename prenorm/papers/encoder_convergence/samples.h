// What the encoder is trained on: N samples of d_s tokens of dimension d with a label each.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace prenorm::papers::encoder_convergence {

struct Samples {
  at::Tensor tokens;  // [N d_s, d], the tokens of a sample together
  at::Tensor labels;  // [N]
  std::int64_t tokens_per_sample = 0;

  std::int64_t count() const { return labels.size(0); }
  std::int64_t dimension() const { return tokens.size(1); }
  at::Tensor by_sample() const { return tokens.view({count(), tokens_per_sample, dimension()}); }
};

struct SampleSize {
  std::int64_t samples = 0, tokens = 0, dimension = 0;  // N, d_s, d
};

// Standard normal tokens and labels.
Samples gaussian_samples(const SampleSize& size, std::uint64_t seed);

// A task that needs attention: coordinate 0 is 4 on one token of each sample, the flagged one, and 0 on the others; the
// label is the sign of a fixed linear form of the flagged token's other coordinates, which are standard normal.
struct SelectionTask {
  Samples samples;
  std::vector<std::int64_t> flagged;  // the index of the flagged token in its sample
};
SelectionTask selection_task(const SampleSize& size, std::uint64_t seed);

// The mean over samples and tokens of the attention [N, d_s, d_s] on the flagged token.
double attention_on(const std::vector<std::int64_t>& flagged, const at::Tensor& attention);

}  // namespace prenorm::papers::encoder_convergence

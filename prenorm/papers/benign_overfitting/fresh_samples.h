// The loss on fresh samples, by Monte Carlo. A noise patch xi acts through xi^T W alone, which is Gaussian with
// covariance sigma^2 W^T W (W without the coordinates that noise does not have). So fresh patches are drawn in as many
// dimensions as W has columns. Each draw is used with both signs, which removes what is odd in the noise.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "prenorm/papers/benign_overfitting/descent.h"

namespace prenorm::papers::benign_overfitting {

struct FreshSamples {
  at::Tensor signals;           // [signals, d]; each is as likely
  std::vector<double> labels;   // [signals]
  std::int64_t draws = 0;       // of noise for each signal, each used with both signs
  std::int64_t patches = 4;     // M
  std::int64_t noise_from = 2;  // the first coordinate that noise has
  double noise_deviation = 1, strong_noise = 1;
  std::uint64_t seed = 1;
};
// mu_+ and mu_- with 1000 draws each.
FreshSamples fresh_samples(const DataSetting& data);

struct TestResult {
  double loss = 0, error = 0;  // logistic loss; share of samples with the wrong sign
  double attention = 0;        // mean weight of the signal over queries and samples
};
TestResult test(const Weights& weights, const FreshSamples& samples);

}  // namespace prenorm::papers::benign_overfitting

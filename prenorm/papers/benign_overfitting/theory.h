// Closed forms for descent from small weights with uniform attention 1/M and fixed |w_O| = 1. They are derived in
// docs/papers/benign-overfitting-vit.md, where they have these numbers; the paper has rates without constants.
#pragma once

#include <cstdint>

#include "prenorm/papers/benign_overfitting/tokens.h"

namespace prenorm::papers::benign_overfitting {

// The margin whose logistic loss is `loss`.
double margin_of_loss(double loss);

// (1) How fast scores grow while derivatives of the loss are 1/2, for each unit of rate times steps.
struct EarlyGrowth {
  double positive = 0;  // V_+: |mu|^2 p_+ / (2 M)
  double negative = 0;  // V_-: -|mu|^2 p_- / (2 M)
  double noise = 0;     // y V_{n,i}: |xi|^2 / (2 N M), with C_p = 1
};
EarlyGrowth early_growth(const DataSetting& data, double positive_share);

// (2) N SNR^2 at which the test loss is `test_loss` when the training loss is `training_loss`: 2 S m(test_loss) /
// (m(training_loss) - m(test_loss)), where S = M - 2 + C_p^2 is the energy of a sample's noise.
double critical_product(std::int64_t patches, double strong_noise, double training_loss, double test_loss);

// (3) The share of fresh samples with the wrong sign: the probability that the noise's part of a sum exceeds the
// signal's, Phi(-z) with z = N SNR^2 sqrt(d/N) / (2 (M - 1)), for C_p = 1.
double fresh_error(const DataSetting& data);

// (4) Rate times steps from small weights to the training loss: (exp m + m - 1)/k with m its margin and
// k = (|mu|^2 p_+ + (M - 1)/N) / M^2, for as many labels of each kind and C_p = 1.
double training_time(const DataSetting& data, double training_loss);

}  // namespace prenorm::papers::benign_overfitting
